/// Settings that are a table: a line each.
public protocol Configurable: Sendable {
  /// Every setting, in the order of help.
  static var settings: [Setting<Self>] { get }
  /// The defaults.
  init()
}

extension Configurable {
  /// The setting called `name`, in which `-` may stand for `_`; nil where there is none.
  public static func setting(_ name: String) -> Setting<Self>? {
    let key = name.replacing("-", with: "_")
    return settings.first { $0.name == key }
  }

  /// Takes `value`, as text, for the setting called `name`, in which `-` may stand for `_`.
  ///
  /// - Throws: `ConfigurationError` for an unknown name, with the nearest known one, and for text that is no such value.
  public mutating func set(_ name: String, to value: String) throws(ConfigurationError) {
    guard let setting = Self.setting(name) else {
      throw ConfigurationError(unknown: name, known: Self.settings.map(\.name))
    }
    try setting.set(&self, value)
  }
}

/// A setting: one line that serves the command line, files, help, checks and schemas.
public struct Setting<Configuration: Sendable>: Sendable {
  /// Its name, as in config.yaml: `learning_rate`.
  public let name: String
  /// What it means, with units.
  public let help: String
  /// What it may be.
  public let kind: SettingKind
  /// What may be said: `from 0 to 1`; empty where that is left to a check.
  public var values: String { kind.values }
  /// Whether it is true or false.
  public var isFlag: Bool { kind == .flag }
  /// Its value as text.
  public let text: @Sendable (Configuration) -> String
  /// Takes a value from text; throws `ConfigurationError` for text that is none.
  public let set: @Sendable (inout Configuration, String) throws(ConfigurationError) -> Void
  /// Throws `ConfigurationError` for a value that can't be used.
  public let check: @Sendable (Configuration) throws(ConfigurationError) -> Void

  init<Value>(
    _ name: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ help: String,
    _ kind: SettingKind, expected: String? = nil,
    text: @escaping @Sendable (Value) -> String,
    parse: @escaping @Sendable (String) throws(ConfigurationError) -> Value?,
    check: @escaping @Sendable (Value) throws(ConfigurationError) -> Void = { _ throws(ConfigurationError) in
    }
  ) {
    self.name = name
    self.help = help
    self.kind = kind
    self.text = { text($0[keyPath: path]) }
    set = { (configuration, word) throws(ConfigurationError) in
      guard let value = try parse(word) else {
        throw ConfigurationError(
          field: name.dashed, reason: "is \"\(word)\"; expected \(expected ?? kind.form)")
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
      name, path, help, .integer(range), text: { "\($0)" }, parse: { Int($0) },
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
      name, path, help, .number(range), text: { "\($0)" }, parse: { Double($0) },
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
      name, path, help, .optional(.number(range)),
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
      name, path, help, .flag, text: { "\($0)" }, parse: { Bool($0) })
  }

  /// One of the cases of an enumeration.
  public static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .choice(Value.allCases.map(\.rawValue)), text: \.rawValue,
      parse: { Value(rawValue: $0) })
  }

  /// Some cases of an enumeration, separated by commas, or `none`.
  public static func choices<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Configuration, [Value]> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .list(.choice(Value.allCases.map(\.rawValue)), 0...Value.allCases.count),
      text: { $0.isEmpty ? "none" : $0.map(\.rawValue).joined(separator: ",") },
      parse: { list($0) { Value(rawValue: $0) } })
  }

  /// Whole numbers, separated by commas, or `none`.
  public static func integers(
    _ name: String, _ path: any WritableKeyPath<Configuration, [Int]> & Sendable, count: ClosedRange<Int>,
    in range: ClosedRange<Int>, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .list(.integer(range), count),
      text: { $0.isEmpty ? "none" : $0.map(String.init).joined(separator: ",") },
      parse: { list($0) { Int($0) } },
      check: { (values) throws(ConfigurationError) in
        try ConfigurationError.check(name.dashed, count: values.count, in: count)
        for value in values { try ConfigurationError.check(name.dashed, value, in: range) }
      })
  }

  /// Ranges by name, `name=low:high` or `name=value`, separated by commas, or `none`.
  public static func ranges(
    _ name: String, _ path: any WritableKeyPath<Configuration, [String: ClosedRange<Double>]> & Sendable,
    _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .ranges,
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

  /// A word, looked at by `check`; `values` is what it may be, or some of that.
  public static func word(
    _ name: String, _ path: any WritableKeyPath<Configuration, String> & Sendable, _ help: String,
    values: String = "", check: @escaping @Sendable (String) throws(ConfigurationError) -> Void
  ) -> Setting {
    Setting(
      name, path, help, .word(values), text: { $0 }, parse: { $0 }, check: check)
  }

  /// A seed.
  public static func seed(
    _ name: String, _ path: any WritableKeyPath<Configuration, UInt64> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .seed, text: { "\($0)" }, parse: { UInt64($0) })
  }

  static func list<Value>(_ text: String, _ parse: (String) -> Value?) -> [Value]? {
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
  /// As the command line writes it: of `augmentation.flip`, which stands within another, `flip`.
  var dashed: String { (split(separator: ".").last.map(String.init) ?? self).replacing("_", with: "-") }
}
