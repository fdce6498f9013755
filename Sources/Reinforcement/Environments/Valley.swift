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
}
