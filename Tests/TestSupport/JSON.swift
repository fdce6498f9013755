/// Any JSON, to be changed in places.
public indirect enum JSON: Codable, Equatable, Sendable {
  case number(Double), integer(Int), text(String), flag(Bool), list([JSON]), object([String: JSON])

  /// Decodes whatever is there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? container.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([JSON].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  /// Encodes it as it is.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .integer(let integer): try container.encode(integer)
    case .text(let text): try container.encode(text)
    case .flag(let flag): try container.encode(flag)
    case .list(let list): try container.encode(list)
    case .object(let object): try container.encode(object)
    }
  }

  /// What lies at a path of keys and places, as `segments.0.repeats`; nil where nothing does, and takes it away.
  public subscript(path: String) -> JSON? {
    get { self[path.split(separator: ".")[...]] }
    set { self[path.split(separator: ".")[...]] = newValue }
  }

  private subscript(path: ArraySlice<Substring>) -> JSON? {
    get {
      guard let key = path.first else { return self }
      switch self {
      case .object(let object): return object[String(key)]?[path.dropFirst()]
      case .list(let list):
        return Int(key).flatMap { list.indices.contains($0) ? list[$0][path.dropFirst()] : nil }
      default: return nil
      }
    }
    set {
      guard let key = path.first else {
        if let newValue { self = newValue }
        return
      }
      let isLast = path.count == 1
      switch self {
      case .object(var object):
        if isLast {
          object[String(key)] = newValue
        } else {
          object[String(key)]?[path.dropFirst()] = newValue
        }
        self = .object(object)
      case .list(var list):
        guard let index = Int(key), list.indices.contains(index) else { return }
        if isLast, newValue == nil {
          list.remove(at: index)
        } else {
          list[index][path.dropFirst()] = newValue
        }
        self = .list(list)
      default: return
      }
    }
  }

  /// Its elements; none where it is no list.
  public var elements: [JSON] { if case .list(let list) = self { list } else { [] } }

  /// The paths to all integers in it.
  public var integers: [String] {
    switch self {
    case .integer: [""]
    case .list(let list):
      list.enumerated().flatMap { index, inner in inner.integers.map { Self.path("\(index)", $0) } }
    case .object(let object):
      object.keys.sorted().flatMap { key in (object[key]?.integers ?? []).map { Self.path(key, $0) } }
    default: []
    }
  }

  private static func path(_ key: String, _ rest: String) -> String { rest.isEmpty ? key : "\(key).\(rest)" }
}
