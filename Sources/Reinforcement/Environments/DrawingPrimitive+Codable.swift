#if canImport(Glibc)
  import Glibc
#endif

/// As `{"type": "circle", "ink": "body", "at": [x, y, radius]}`, `{"type": "line", "ink": "ground", "at": [x, y, x, y]}` or
/// `{"type": "polygon", "ink": "limb", "at": [x, y, x, y, x, y, …]}`, numbers with four digits that count.
extension DrawingPrimitive: Codable {
  private enum Key: String, CodingKey { case type, ink, at }
  private enum Kind: String, Codable { case line, circle, polygon }

  /// Reads what `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let kind = try container.decode(Kind.self, forKey: .type)
    let ink = try container.decode(Ink.self, forKey: .ink)
    let at = try container.decode([Double].self, forKey: .at)
    let points = stride(from: 0, to: at.count - 1, by: 2).map { Point(at[$0], at[$0 + 1]) }
    switch (kind, at.count) {
    case (.line, 4): self = .line(points[0], points[1], ink)
    case (.circle, 3): self = .circle(center: points[0], radius: at[2], ink)
    case (.polygon, let count) where count.isMultiple(of: 2): self = .polygon(points, ink)
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .at, in: container, debugDescription: "\(at.count) numbers are no \(kind)")
    }
  }

  /// Writes it, rounded.
  public func encode(to encoder: any Encoder) throws {
    let (kind, ink, at): (Kind, Ink, [Double]) =
      switch self {
      case .line(let start, let end, let ink): (.line, ink, [start.x, start.y, end.x, end.y])
      case .circle(let center, let radius, let ink): (.circle, ink, [center.x, center.y, radius])
      case .polygon(let corners, let ink): (.polygon, ink, corners.flatMap { [$0.x, $0.y] })
      }
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(kind, forKey: .type)
    try container.encode(ink, forKey: .ink)
    try container.encode(at.map(\.withFourDigits), forKey: .at)
  }
}

/// As `[left, right, bottom, top]`.
extension Viewport: Codable {
  /// Reads what `encode(to:)` writes.
  public init(from decoder: any Decoder) throws {
    let bounds = try decoder.singleValueContainer().decode([Double].self)
    guard bounds.count == 4, bounds[0] < bounds[1], bounds[2] < bounds[3] else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "expected [left, right, bottom, top]"))
    }
    self.init(x: bounds[0]...bounds[1], y: bounds[2]...bounds[3])
  }

  /// Writes it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode([x.lowerBound, x.upperBound, y.lowerBound, y.upperBound])
  }
}

extension Double {
  /// The nearest number with four digits that count; itself where it is 0 or not finite.
  var withFourDigits: Double {
    guard self != 0, isFinite else { return self }
    let digits = 3 - Int(log10(abs(self)).rounded(.down))
    // Divisions by powers of ten up to 10²² are the nearest numbers to such decimals.
    guard abs(digits) <= 22 else { return self }
    let scale = pow(10, Double(abs(digits)))
    return digits >= 0 ? (self * scale).rounded() / scale : (self / scale).rounded() * scale
  }
}
