/// Settings that may be left out, and lists.
extension Setting {
  /// A number in a range whose end is outside.
  public static func number(
    _ name: String, _ path: any WritableKeyPath<Configuration, Double> & Sendable, in range: Range<Double>,
    _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .numberBelow(range), text: { "\($0)" }, parse: { Double($0) },
      check: { (value) throws(ConfigurationError) in
        try ConfigurationError.check(name.dashed, value, in: range)
      })
  }

  /// A whole number in a range, or `none`.
  public static func optional(
    _ name: String, _ path: any WritableKeyPath<Configuration, Int?> & Sendable, in range: ClosedRange<Int>,
    _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .optional(.integer(range)), text: { $0.map { "\($0)" } ?? "none" },
      parse: { $0 == "none" ? .some(nil) : Int($0).map { .some($0) } },
      check: { (value) throws(ConfigurationError) in
        if let value { try ConfigurationError.check(name.dashed, value, in: range) }
      })
  }

  /// A word, or `none`.
  public static func optional(
    _ name: String, _ path: any WritableKeyPath<Configuration, String?> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .optional(.word("")), text: { $0 ?? "none" },
      parse: { $0 == "none" ? .some(nil) : $0 })
  }

  /// Seeds, none of them twice, or `none`.
  public static func seeds(
    _ name: String, _ path: any WritableKeyPath<Configuration, [UInt64]?> & Sendable, most: Int,
    _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .list(.seed, 0...most),
      text: { $0.map { $0.map(String.init).joined(separator: ",") } ?? "none" },
      parse: { $0 == "none" ? .some(nil) : list($0) { UInt64($0) }.map { .some($0) } },
      check: { (values) throws(ConfigurationError) in
        guard let values else { return }
        guard Set(values).count == values.count else {
          throw ConfigurationError(field: name.dashed, reason: "has one of them twice")
        }
        guard values.count <= most else {
          throw ConfigurationError(
            field: name.dashed, reason: "are \(values.count); at most \(most) train together")
        }
      })
  }

  /// Words, separated by commas, or `none`.
  public static func words(
    _ name: String, _ path: any WritableKeyPath<Configuration, [String]> & Sendable, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .list(.word(""), 0...1 << 20),
      text: { $0.isEmpty ? "none" : $0.joined(separator: ",") }, parse: { list($0) { $0 } })
  }

  /// Whole numbers, separated by commas, or `none`, which is not the empty list.
  public static func optionals(
    _ name: String, _ path: any WritableKeyPath<Configuration, [Int]?> & Sendable, count: ClosedRange<Int>,
    in range: ClosedRange<Int>, _ help: String
  ) -> Setting {
    Setting(
      name, path, help, .list(.integer(range), count),
      text: { $0.map { $0.map(String.init).joined(separator: ",") } ?? "none" },
      parse: { $0 == "none" ? .some(nil) : list($0) { Int($0) }.map { .some($0) } },
      check: { (values) throws(ConfigurationError) in
        guard let values else { return }
        try ConfigurationError.check(name.dashed, count: values.count, in: count)
        for value in values { try ConfigurationError.check(name.dashed, value, in: range) }
      })
  }
}
