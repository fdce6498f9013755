import Kernels

/// Pendulum-v1: a rod that hangs on one end is swung up and held upright by a torque of at most 2 N m.
///
/// Observation: cosine and sine of the angle, 0 upright, and angular velocity [rad/s]. Reward −(θ² + 0.1 ω² + 0.001 u²) of the
/// state before the step, with θ within ±π. Never terminated. Dynamics: `Shaders/Environments/pendulum.glsl`, as in Gymnasium.
public struct Pendulum: Environment {
  /// The environment; it has no settings.
  public init() {}
  /// The name on the command line.
  public var name: String { "pendulum" }
  /// Gymnasium's identifier.
  public var gymnasiumName: String { "Pendulum-v1" }
  /// θ, dθ/dt.
  public var stateSize: Int { 2 }
  /// cos θ, sin θ, dθ/dt.
  public var observationSize: Int { 3 }
  /// A torque [N m].
  public var actionSpace: ActionSpace { .box(low: [-2], high: [2]) }
  /// Gymnasium's attributes of the same names.
  public var parameters: [EnvironmentParameter] {
    [
      .init("g", 10, unit: "m/s²"), .init("m", 1, unit: "kg"), .init("l", 1, unit: "m"),
      .init("dt", 0.05, unit: "s"), .init("max_speed", 8, unit: "rad/s"),
      .init("max_torque", 2, unit: "N m"),
    ]
  }
  /// Steps after which an episode is truncated.
  public var maximumSteps: Int { 200 }
  /// Gymnasium names none.
  public var rewardThreshold: Double? { nil }
  /// Kernels made from `pendulum.glsl`.
  public var kernels: EnvironmentKernels {
    EnvironmentKernels(rollout: .rolloutPendulum, explore: .explorePendulum, step: .stepPendulum)
  }
  /// Around the fixed end [m].
  public var viewport: Viewport { Viewport(x: -1.3...1.3, y: -1.3...1.3) }
  /// The rod and its axle.
  public func frame(state: [Float]) -> [DrawingPrimitive] {
    let axle = Point(0, 0)
    return [
      .bar(from: axle, to: axle.moved(1, towards: Double(state[0]) + .pi / 2), width: 0.2, .limb),
      .circle(center: axle, radius: 0.05, .joint),
    ]
  }
}
