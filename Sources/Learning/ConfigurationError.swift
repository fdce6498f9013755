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
}
