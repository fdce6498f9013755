public import Learning

/// A setting of an algorithm: one line that serves the command line, files, help and checks.
public struct Setting<Configuration: Sendable>: Sendable {
  /// Its name, as in config.yaml: `learning_rate`.
  public let name: String
  /// What it means, with units.
  public let help: String
  /// What may be said: `from 0 to 1`; empty where that is left to a check.
  public let values: String
  /// Whether it is true or false.
  public let isFlag: Bool
  /// Its value as text.
  public let text: @Sendable (Configuration) -> String
  /// Takes a value from text; throws `ConfigurationError` for text that is none.
  public let set: @Sendable (inout Configuration, String) throws(ConfigurationError) -> Void
  /// Throws `ConfigurationError` for a value that can't be used.
  public let check: @Sendable (Configuration) throws(ConfigurationError) -> Void

  private init<Value>(
    _ name: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ help: String,
    values: String, isFlag: Bool = false, expected: String,
    text: @escaping @Sendable (Value) -> String,
    parse: @escaping @Sendable (String) throws(ConfigurationError) -> Value?,
    check: @escaping @Sendable (Value) throws(ConfigurationError) -> Void = { _ throws(ConfigurationError) in
    }
  ) {
    self.name = name
    self.help = help
    self.values = values
    self.isFlag = isFlag
    self.text = { text($0[keyPath: path]) }
    set = { (configuration, word) throws(ConfigurationError) in
      guard let value = try parse(word) else {
        throw ConfigurationError(
          field: name.dashed, reason: "is \"\(word)\"; expected \(expected)")
      }
      configuration[keyPath: path] = value
    }
    self.check = { (configuration) throws(ConfigurationError) in try check(configuration[keyPath: path]) }
  }

  /// A whole number in a range.
  public static func integer(
    _ name: String, _ path: any WritableKeyPath<Configuration, Int> & Sendable, in range: ClosedRange<Int>,
    _ help: String
  ) -> Setting {
    Setting(
      name, path, help, values: range.inWords, expected: "a whole number", text: { "\($0)" },
      parse: { Int($0) },
      check: { (value) throws(ConfigurationError) in
        try ConfigurationError.check(name.dashed, value, in: range)
      })
  }

  /// A number in a range.
  public static func number(
    _ name: String, _ path: any WritableKeyPath<Configuration, Double> & Sendable,
    in range: ClosedRange<Double>,
    _ help: String
  ) -> Setting {
    Setting(
      name, path, help, values: range.inWords, expected: "a number", text: { "\($0)" }, parse: { Double($0) },
      check: { (value) throws(ConfigurationError) in
        try ConfigurationError.check(name.dashed, value, in: range)
      })
  }

  /// A number in a range, or `none`.
  public static func optional(
    _ name: String, _ path: any WritableKeyPath<Configuration, Double?> & Sendable,
    in range: ClosedRange<Double>,
    _ help: String
  ) -> Setting {
    Setting(
      name, path, help, values: "\(range.inWords), or none", expected: "a number or none",
      text: { $0.map { "\($0)" } ?? "none" },
      parse: { $0 == "none" ? .some(nil) : Double($0).map { .some($0) } },
      check: { (value) throws(ConfigurationError) in
        if let value { try ConfigurationError.check(name.dashed, value, in: range) }
      })
  }

  /// Yes or no.
  public static func flag(
    _ name: String, _ path: any WritableKeyPath<Configuration, Bool> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, values: "true or false", isFlag: true, expected: "true or false", text: { "\($0)" },
      parse: { Bool($0) })
  }

  /// One of the cases of an enumeration.
  public static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ help: String
  ) -> Setting {
    let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
    return Setting(
      name, path, help, values: words, expected: "one of \(words)", text: \.rawValue,
      parse: { Value(rawValue: $0) })
  }

  /// Some cases of an enumeration, separated by commas, or `none`.
  public static func choices<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Configuration, [Value]> & Sendable, _ help: String
  ) -> Setting {
    let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
    return Setting(
      name, path, help, values: "of \(words), separated by commas; or none",
      expected: "words out of \(words), separated by commas, or none",
      text: { $0.isEmpty ? "none" : $0.map(\.rawValue).joined(separator: ",") },
      parse: { list($0) { Value(rawValue: $0) } })
  }

  /// Whole numbers, separated by commas, or `none`.
  public static func integers(
    _ name: String, _ path: any WritableKeyPath<Configuration, [Int]> & Sendable, count: ClosedRange<Int>,
    in range: ClosedRange<Int>, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, values: "each \(range.inWords), separated by commas; or none",
      expected: "whole numbers, separated by commas, or none",
      text: { $0.isEmpty ? "none" : $0.map(String.init).joined(separator: ",") },
      parse: { list($0) { Int($0) } },
      check: { (values) throws(ConfigurationError) in
        guard count.contains(values.count) else {
          throw ConfigurationError(
            field: name.dashed,
            reason: "has \(values.count) numbers; expected \(count.lowerBound) to \(count.upperBound)")
        }
        for value in values { try ConfigurationError.check(name.dashed, value, in: range) }
      })
  }

  /// Ranges by name, `name=low:high` or `name=value`, separated by commas, or `none`.
  public static func ranges(
    _ name: String, _ path: any WritableKeyPath<Configuration, [String: ClosedRange<Double>]> & Sendable,
    _ help: String
  ) -> Setting {
    let words = "name=low:high or name=value, separated by commas"
    return Setting(
      name, path, help, values: "\(words); or none", expected: "\(words), or none",
      text: { ranges in
        let parts = ranges.sorted { $0.key < $1.key }.map { name, range in
          "\(name)=\(range.lowerBound)"
            + (range.lowerBound == range.upperBound ? "" : ":\(range.upperBound)")
        }
        return parts.isEmpty ? "none" : parts.joined(separator: ",")
      },
      parse: { (text) throws(ConfigurationError) in
        var ranges: [String: ClosedRange<Double>] = [:]
        for part in list(text, { $0 }) ?? [] {
          guard let (key, range) = try namedRange(part, field: name.dashed) else { return nil }
          guard ranges.updateValue(range, forKey: key) == nil else {
            throw ConfigurationError(field: name.dashed, reason: "has \"\(key)\" more than once")
          }
        }
        return ranges
      })
  }

  /// A word, looked at by `check`; `values` is what it may be.
  public static func word(
    _ name: String, _ path: any WritableKeyPath<Configuration, String> & Sendable, _ help: String,
    values: String = "", check: @escaping @Sendable (String) throws(ConfigurationError) -> Void
  ) -> Setting {
    Setting(
      name, path, help, values: values, expected: "a word", text: { $0 }, parse: { $0 }, check: check)
  }

  /// A seed.
  public static func seed(
    _ name: String, _ path: any WritableKeyPath<Configuration, UInt64> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, values: "from 0 on", expected: "a whole number from 0 on", text: { "\($0)" },
      parse: { UInt64($0) })
  }

  private static func list<Value>(_ text: String, _ parse: (String) -> Value?) -> [Value]? {
    if text == "none" { return [] }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { parse(String($0)) }
    return parts.contains { $0 == nil } ? nil : parts.compactMap(\.self)
  }

  /// `gravity=8:12` or `gravity=9.8`; nil for other text.
  private static func namedRange(_ text: String, field: String) throws(ConfigurationError)
    -> (name: String, range: ClosedRange<Double>)?
  {
    let sides = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2, !sides[0].isEmpty else { return nil }
    let bounds = sides[1].split(separator: ":", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
    guard 1...2 ~= bounds.count, let low = bounds.first, let high = bounds.last,
      !low.isNaN, !high.isNaN
    else { return nil }
    guard low <= high else {
      throw ConfigurationError(
        field: field, reason: "has \(text), whose bounds are the wrong way round; expected low:high")
    }
    return (sides[0], low...high)
  }
}

extension String {
  /// As the command line writes it.
  fileprivate var dashed: String { replacing("_", with: "-") }
}

extension ClosedRange {
  /// `from 0 to 1`.
  fileprivate var inWords: String {
    func word(_ bound: Bound) -> String {
      let text = "\(bound)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    return "from \(word(lowerBound)) to \(word(upperBound))"
  }
}
