import Glibc

/// The value of an option as a file has it.
package enum SweepValue: Equatable, Sendable, CustomStringConvertible {
  case flag(Bool)
  case text(String)
  case list([String])

  /// As it would stand on the command line.
  package var description: String {
    switch self {
    case .flag(let flag): "\(flag)"
    case .text(let text): text
    case .list(let words): words.joined(separator: ",")
    }
  }
}

/// An option of `reprise train` in a file, and where it stands.
package struct SweepOption: Equatable, Sendable {
  /// As on the command line, without the dashes before it.
  package let name: String
  package let value: SweepValue
  package let line: Int

  package init(name: String, value: SweepValue, line: Int) {
    (self.name, self.value, self.line) = (name, value, line)
  }
}

/// What a parameter may be.
package enum SweepSpace: Equatable, Sendable {
  /// One of these.
  case choices([SweepValue])
  /// A number in a range.
  case range(SweepRange)

  /// How many values there are; nil where there is no end to them.
  var count: Int? {
    switch self {
    case .choices(let values): values.count
    case .range(let range): range.count ?? range.wholeCount
    }
  }
}

/// A range of numbers.
package struct SweepRange: Equatable, Sendable {
  package let low, high: Double
  /// Whether numbers are spread evenly in their logarithms.
  package let isLogarithmic: Bool
  /// Whether only whole numbers are in it.
  package let isWhole: Bool
  /// Values of a grid, both ends among them; nil where they are drawn.
  package let count: Int?

  package init(low: Double, high: Double, isLogarithmic: Bool, isWhole: Bool, count: Int?) {
    (self.low, self.high) = (low, high)
    (self.isLogarithmic, self.isWhole, self.count) = (isLogarithmic, isWhole, count)
  }

  /// Whole numbers in it; nil of others.
  var wholeCount: Int? { isWhole ? Int(high - low) + 1 : nil }

  /// The number at a place from 0 to 1, in four digits that count, or whole.
  package func value(at place: Double) -> Double {
    // Each whole number has an equal part of the range.
    let (low, high) =
      isWhole && count == nil ? (self.low - 0.4999, self.high + 0.4999) : (self.low, self.high)
    let exact =
      isLogarithmic
      ? exp(log(low) + place * (log(high) - log(low)))
      : low + place * (high - low)
    return min(max(isWhole ? exact.rounded() : exact.roundedToFourDigits, self.low), self.high)
  }

  /// The text of a number of this range.
  package func text(_ value: Double) -> String { isWhole ? "\(Int(value))" : "\(value)" }

  /// The values of a grid, as texts.
  var grid: [String] {
    let count = count ?? 0
    return (0..<count).map { text(value(at: Double($0) / Double(max(1, count - 1)))) }
  }
}

/// A parameter that a sweep searches.
package struct SweepParameter: Equatable, Sendable {
  package let name: String
  package let space: SweepSpace
  package let line: Int
}
