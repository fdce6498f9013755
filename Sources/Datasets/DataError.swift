/// Data that can't be used, and why.
public enum DataError: Error, Equatable, CustomStringConvertible {
  /// The file can't be opened or read.
  case unreadable(file: String, reason: String)
  /// The bytes at `offset` aren't what the format wants there.
  case malformed(file: String, offset: Int, found: String, expected: String)
  /// A line, or a cell of one, isn't what the format wants there; both count from 1.
  case malformedLine(file: String, line: Int, column: String?, found: String, expected: String)
  /// The data is whole, but it can't be trained on: what was found, and what would do.
  case unusable(source: String, found: String, expected: String)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): can't be read: \(reason)"
    case .malformed(let file, let offset, let found, let expected):
      "\(file): at byte \(offset): found \(found); expected \(expected)"
    case .malformedLine(let file, let line, let column, let found, let expected):
      "\(file):\(line)\(column.map { ": column \($0)" } ?? ""): found \(found); expected \(expected)"
    case .unusable(let source, let found, let expected): "\(source): found \(found); expected \(expected)"
    }
  }
}
