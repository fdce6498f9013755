import Learning

/// The picture of an environment of one's own, as its header says it.
public struct EnvironmentPicture: Codable, Sendable, Equatable {
  /// What frames show, as [least, largest].
  public var x, y: [Double]
  /// Shapes in the order of drawing: `circle(x, y, 0.05) goal`. The last word is the ink, which may be missing.
  public var draw: [String]

  /// The names in files.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    /// `x: [-2, 2]`.
    case x
    /// `y: [-2, 2]`.
    case y
    /// `draw`, a list of texts.
    case draw
  }

  /// Shapes that one picture may have.
  static let shapes = 0...1000

  /// A picture from its parts.
  public init(x: [Double], y: [Double], draw: [String]) { (self.x, self.y, self.draw) = (x, y, draw) }

  /// Both ranges; only after `drawings(stateNames:)` found nothing wrong with them.
  var viewport: Viewport { Viewport(x: x[0]...x[1], y: y[0]...y[1]) }

  /// Reads the shapes.
  ///
  /// - Throws: `ConfigurationError` with the field `picture` or, for shape n, `draw.n`; tokens stand in quotes.
  func drawings(stateNames: [String]) throws(ConfigurationError) -> [Drawing] {
    for (name, range) in [("x", x), ("y", y)] {
      guard range.count == 2, range.allSatisfy(\.isFinite), range[0] < range[1] else {
        throw ConfigurationError(
          field: "picture", reason: "has \(name): \(range); expected [least, largest], both finite")
      }
    }
    try ConfigurationError.check("picture", draw.count, in: Self.shapes)
    var drawings: [Drawing] = []
    for (index, text) in draw.enumerated() {
      do throws(DrawingError) {
        drawings.append(try Drawing(text, names: stateNames))
      } catch {
        throw ConfigurationError(field: "draw.\(index)", reason: error.reason)
      }
    }
    return drawings
  }
}

/// Why a text is no shape.
struct DrawingError: Error {
  let reason: String
}

/// A shape whose numbers depend on a state.
struct Drawing: Sendable {
  private enum Kind: String, CaseIterable { case line, circle, polygon }

  private let kind: Kind
  private let numbers: [Expression]
  private let ink: Ink?

  /// Reads `circle(x, y, radius)`, `line(x, y, x, y)` or `polygon(x, y, x, y, x, y, …)`, and an ink behind it.
  init(_ text: String, names: [String]) throws(DrawingError) {
    var parser = try ExpressionParser(text, names: names)
    guard case .name(let name) = parser.next(), let kind = Kind(rawValue: name) else {
      throw DrawingError(reason: "has '\(text)'; expected line(…), circle(…) or polygon(…)")
    }
    self.kind = kind
    numbers = try parser.arguments()
    let fits =
      switch kind {
      case .line: numbers.count == 4
      case .circle: numbers.count == 3
      case .polygon: numbers.count >= 6 && numbers.count.isMultiple(of: 2)
      }
    guard fits else {
      let wanted =
        switch kind {
        case .line: "4: x, y, x, y"
        case .circle: "3: x, y, radius"
        case .polygon: "x and y of at least 3 corners"
        }
      throw DrawingError(reason: "has a '\(name)' of \(numbers.count) numbers; expected \(wanted)")
    }
    switch parser.next() {
    case nil: ink = nil
    case .name(let word)?:
      guard let ink = Ink(rawValue: word) else {
        let inks = Ink.allCases.map(\.rawValue).joined(separator: ", ")
        throw DrawingError(reason: "has the ink '\(word)'; expected one of \(inks)")
      }
      self.ink = ink
    case let token?: throw DrawingError(reason: "has '\(token)' behind a shape; expected an ink or nothing")
    }
    if let more = parser.next() {
      throw DrawingError(reason: "has '\(more)' behind an ink; expected nothing")
    }
  }

  /// The shape in a state.
  func primitive(_ state: [Double]) -> DrawingPrimitive {
    let at = numbers.map { $0.value(state) }
    let points = stride(from: 0, to: at.count - 1, by: 2).map { Point(at[$0], at[$0 + 1]) }
    return switch kind {
    case .line: .line(points[0], points[1], ink ?? .ground)
    case .circle: .circle(center: points[0], radius: at[2], ink ?? .body)
    case .polygon: .polygon(points, ink ?? .body)
    }
  }
}
