#if canImport(Glibc)
  import Glibc
#endif

/// What the two mountain cars share, as their GLSL files share `valley.glsl`.
enum Valley {
  /// The parameters, of which the first is how strong the motor is.
  static func parameters(_ motor: String, _ strength: Double, goal: Double) -> [EnvironmentParameter] {
    [
      .init(motor, strength), .init("gravity", 0.0025), .init("max_speed", 0.07),
      .init("min_position", -1.2), .init("max_position", 0.6), .init("goal_position", goal),
      .init("goal_velocity", 0),
    ]
  }

  static let viewport = Viewport(x: -1.3...0.7, y: 0...1.3)

  /// The road, the flag at the goal and the car, which stands along the road.
  static func frame(state: [Float], goal: Double) -> [DrawingPrimitive] {
    let position = Double(state[0])
    let marks = (0...60).map { -1.2 + 1.8 * Double($0) / 60 }.map { Point($0, height($0)) }
    let flag = Point(goal, height(goal))
    let slope = atan(1.35 * cos(3 * position))
    let floor = Point(position, height(position)).moved(0.03, towards: slope + .pi / 2)
    let (back, front) = (floor.moved(-0.06, towards: slope), floor.moved(0.06, towards: slope))
    return zip(marks, marks.dropFirst()).map { .line($0, $1) } + [
      .line(flag, Point(flag.x, flag.y + 0.2)),
      .polygon(
        [
          Point(flag.x, flag.y + 0.2), Point(flag.x, flag.y + 0.15), Point(flag.x + 0.07, flag.y + 0.175),
        ], .goal),
      .bar(from: back, to: front, width: 0.05),
      .circle(center: floor.moved(-0.03, towards: slope), radius: 0.025, .joint),
      .circle(center: floor.moved(0.03, towards: slope), radius: 0.025, .joint),
    ]
  }

  /// The road's height (Gymnasium draws it so; the dynamics know only its slope).
  private static func height(_ position: Double) -> Double { 0.45 * sin(3 * position) + 0.55 }
}
