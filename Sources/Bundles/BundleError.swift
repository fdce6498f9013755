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
  public var description: String { "\(file): \(reason)" }

  /// The bundle's file.
  package var file: String {
    switch self {
    case .unreadable(let file, _), .malformed(let file, _, _, _), .otherVersion(let file, _, _),
      .damaged(let file, _, _), .otherKind(let file, _, _), .unsupported(let file, _, _):
      file
    }
  }

  /// What is wrong with it.
  package var reason: String {
    switch self {
    case .unreadable(_, let reason): "can't be read: \(reason)"
    case .malformed(_, let offset, let found, let expected):
      "at byte \(offset): found \(found); expected \(expected)"
    case .otherVersion(_, let found, let expected):
      "is of version \(found) of the format, and this Reprise reads version \(expected); make it again"
    case .damaged(_, let found, let expected):
      "is damaged: its bytes hash to \(found), and its header says \(expected)"
    case .otherKind(_, let found, let expected): "holds \(found); expected \(expected)"
    case .unsupported(_, let needed, let device): "needs \(needed), which \(device) lacks"
    }
  }
}
