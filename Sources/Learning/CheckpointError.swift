/// A file of tensors that can't be used, and why.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// The file can't be opened or read.
  case unreadable(file: String, reason: String)
  /// The bytes at `offset` aren't what the format wants there.
  case malformed(file: String, offset: Int, found: String, expected: String)
  /// A tensor that should be there is not.
  case missing(file: String, name: String)
  /// A tensor has another type or shape than the model.
  case different(file: String, name: String, found: String, expected: String)
  /// The keys or shapes are not the model's.
  case doesNotFit(file: String, LoadReport)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): can't be read: \(reason)"
    case .malformed(let file, let offset, let found, let expected):
      "\(file): at byte \(offset): found \(found); expected \(expected)"
    case .missing(let file, let name): "\(file): has no tensor \"\(name)\", which the model needs"
    case .different(let file, let name, let found, let expected):
      "\(file): \"\(name)\" is \(found); the model needs \(expected)"
    case .doesNotFit(let file, let report): "\(file) does not fit the model: \(report)"
    }
  }
}
