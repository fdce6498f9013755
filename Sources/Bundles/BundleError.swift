/// A bundle that can't be used, and why.
public enum BundleError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file can't be opened or read.
  case unreadable(file: String, reason: String)
  /// The bytes at `offset` aren't what the format wants there.
  case malformed(file: String, offset: Int, found: String, expected: String)
  /// The file is of another version of the format.
  case otherVersion(file: String, found: UInt32, expected: UInt32)
  /// The file's bytes aren't those that were written: they have another hash.
  case damaged(file: String, found: String, expected: String)
  /// The file is a bundle of something else.
  case otherKind(file: String, found: String, expected: String)
  /// The device lacks what the bundle needs.
  case unsupported(file: String, needed: String, device: String)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): can't be read: \(reason)"
    case .malformed(let file, let offset, let found, let expected):
      "\(file): at byte \(offset): found \(found); expected \(expected)"
    case .otherVersion(let file, let found, let expected):
      "\(file): is of version \(found) of the format, and this Reprise reads version \(expected); make it again"
    case .damaged(let file, let found, let expected):
      "\(file): is damaged: its bytes hash to \(found), and its header says \(expected)"
    case .otherKind(let file, let found, let expected):
      "\(file): holds \(found); expected \(expected)"
    case .unsupported(let file, let needed, let device): "\(file): needs \(needed), which \(device) lacks"
    }
  }
}
