import FoundationEssentials

/// A layer, or a whole model, by name and arguments, as a file holds it: `relu`, `linear: 128`, `conv2d: {outputs: 32, kernel: 3}`.
public struct LayerDescription: Codable, Sendable, Equatable {
  /// As in `conv2d`.
  public let name: String
  /// By name; a value without a name has the name "", and stands for the first argument.
  public let arguments: [String: Argument]

  /// What an argument may be.
  public enum Argument: Codable, Sendable, Equatable {
    /// `true` or `false`.
    case flag(Bool)
    /// A number.
    case number(Double)
    /// A word.
    case text(String)
    /// A list of numbers.
    case numbers([Double])
    /// A list of layers, which a container holds.
    case layers([LayerDescription])

    /// A whole number.
    public static func integer(_ value: Int) -> Argument { .number(Double(value)) }
    /// Whole numbers.
    public static func integers(_ values: [Int]) -> Argument { .numbers(values.map(Double.init)) }

    /// Takes whichever of the kinds it is.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Bool.self) {
        self = .flag(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode(String.self) {
        self = .text(value)
      } else if let value = try? container.decode([Double].self) {
        self = .numbers(value)
      } else {
        self = .layers(try container.decode([LayerDescription].self))
      }
    }

    /// The bare value; whole numbers have no point.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .flag(let value): try container.encode(value)
      case .number(let value):
        if let whole = Int(exactly: value) {
          try container.encode(whole)
        } else {
          try container.encode(value)
        }
      case .text(let value): try container.encode(value)
      case .numbers(let values):
        let whole = values.compactMap(Int.init(exactly:))
        if whole.count == values.count { try container.encode(whole) } else { try container.encode(values) }
      case .layers(let layers): try container.encode(layers)
      }
    }

    /// As errors show it.
    var text: String {
      switch self {
      case .flag(let value): "\(value)"
      case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
      case .text(let value): "\"\(value)\""
      case .numbers(let values): "\(values)"
      case .layers(let layers): "a list of \(layers.count) layers"
      }
    }
  }

  /// The layer `name` with arguments.
  public init(_ name: String, _ arguments: [String: Argument] = [:]) {
    self.name = name
    self.arguments = arguments
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Takes a name, or one name with a value or with arguments.
  public init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      self.init(name)
      return
    }
    let container = try decoder.container(keyedBy: Key.self)
    guard container.allKeys.count == 1, let key = container.allKeys.first else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: container.codingPath,
          debugDescription:
            "found \(container.allKeys.map(\.stringValue).sorted()); expected one name, as in conv2d: {outputs: 32, kernel: 3}"
        ))
    }
    if let arguments = try? container.decode([String: Argument].self, forKey: key) {
      self.init(key.stringValue, arguments)
    } else {
      self.init(key.stringValue, ["": try container.decode(Argument.self, forKey: key)])
    }
  }

  /// As short as it can be read again.
  public func encode(to encoder: any Encoder) throws {
    if arguments.isEmpty {
      var container = encoder.singleValueContainer()
      try container.encode(name)
      return
    }
    var container = encoder.container(keyedBy: Key.self)
    if arguments.count == 1, let value = arguments[""] {
      try container.encode(value, forKey: Key(stringValue: name))
    } else {
      // In one order, so that equal models are equal text.
      var ordered = container.nestedContainer(keyedBy: Key.self, forKey: Key(stringValue: name))
      for (key, value) in arguments.sorted(by: { $0.key < $1.key }) {
        try ordered.encode(value, forKey: Key(stringValue: key))
      }
    }
  }
}

/// A description of a model that can't be built: where, what was found there, and what would do.
public struct ModelError: Error, Equatable, CustomStringConvertible {
  /// The entry, as in `features[2] conv2d`.
  public let place: String
  /// What was found, and what would do.
  public let found, expected: String

  /// A sentence for people.
  public var description: String { "\(place): found \(found); expected \(expected)" }
}
