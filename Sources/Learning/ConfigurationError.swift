/// A setting that can't be used: which one, what was found, what would fit.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// The setting, in the words of the command line.
  public let field: String
  /// What it is, and what it should be.
  public let reason: String

  /// An error about `field`.
  public init(field: String, reason: String) {
    self.field = field
    self.reason = reason
  }

  /// An error about a name that is none of those that there are; the nearest are named.
  public init(unknown name: String, known: [String]) {
    let nearest = known.nearest(to: name.replacing("-", with: "_")).prefix(3).joined(separator: ", ")
    self.init(field: name, reason: "is no setting; the nearest are: \(nearest)")
  }

  /// A sentence for people.
  public var description: String { "\(field): \(reason)" }

  /// Throws unless `value` is in `range`; NaN is in none.
  public static func check<Value: Comparable>(
    _ field: String, _ value: Value, in range: ClosedRange<Value>
  ) throws(ConfigurationError) {
    guard !range.contains(value) else { return }
    throw ConfigurationError(
      field: field, reason: "is \(value); it must be from \(range.lowerBound) to \(range.upperBound)")
  }

  /// Throws unless `value` is in `range`, whose end is outside; NaN is in none.
  public static func check<Value: Comparable>(
    _ field: String, _ value: Value, in range: Range<Value>
  ) throws(ConfigurationError) {
    guard !range.contains(value) else { return }
    throw ConfigurationError(
      field: field, reason: "is \(value); it must be from \(range.lowerBound) to below \(range.upperBound)")
  }

  /// Throws unless a list has as many numbers as it may.
  static func check(_ field: String, count: Int, in range: ClosedRange<Int>) throws(ConfigurationError) {
    guard !range.contains(count) else { return }
    throw ConfigurationError(
      field: field, reason: "has \(count) numbers; expected \(range.lowerBound) to \(range.upperBound)")
  }
}
