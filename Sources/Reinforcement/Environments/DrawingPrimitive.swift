#if canImport(Glibc)
  import Glibc
#endif

/// A point of a drawing, in the environment's own units; y points up.
public struct Point: Sendable, Equatable {
  /// To the right, and up.
  public let x, y: Double

  /// The point (x, y).
  public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }

  /// Whether both are numbers.
  var isFinite: Bool { x.isFinite && y.isFinite }

  /// The point at a distance in a direction [rad], counted from the right against the clock.
  func moved(_ distance: Double, towards angle: Double) -> Point {
    Point(x + distance * cos(angle), y + distance * sin(angle))
  }
}

/// What a shape of a drawing stands for: whoever shows it chooses the colours.
public enum Ink: String, Sendable, Codable, CaseIterable {
  /// What stays where it is: tracks, roads, walls.
  case ground
  /// What acts: a cart, a car, a mass.
  case body
  /// What moves with it: poles, rods, links.
  case limb
  /// Hinges, axles and wheels.
  case joint
  /// What is to be reached.
  case goal
}

/// A shape of a drawing.
public enum DrawingPrimitive: Sendable, Equatable {
  /// A straight line between two points.
  case line(Point, Point, Ink = .ground)
  /// A filled circle.
  case circle(center: Point, radius: Double, Ink = .body)
  /// A filled polygon through its corners in order.
  case polygon([Point], Ink = .body)

  /// Whether it can be drawn.
  var isFinite: Bool {
    switch self {
    case .line(let start, let end, _): start.isFinite && end.isFinite
    case .circle(let center, let radius, _): center.isFinite && radius.isFinite
    case .polygon(let corners, _): corners.allSatisfy(\.isFinite)
    }
  }

  /// A bar `width` wide from one point to another.
  static func bar(from start: Point, to end: Point, width: Double, _ ink: Ink = .body)
    -> DrawingPrimitive
  {
    let across = atan2(end.y - start.y, end.x - start.x) + .pi / 2
    return .polygon(
      [
        start.moved(width / 2, towards: across), end.moved(width / 2, towards: across),
        end.moved(-width / 2, towards: across), start.moved(-width / 2, towards: across),
      ], ink)
  }
}

/// The part of the plane that a drawing shows.
public struct Viewport: Sendable, Equatable {
  /// From left to right, and from below up.
  public let x, y: ClosedRange<Double>

  /// The rectangle x × y.
  public init(x: ClosedRange<Double>, y: ClosedRange<Double>) { (self.x, self.y) = (x, y) }
}
