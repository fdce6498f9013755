import Kernels

/// Acrobot-v1: of two links that hang from a fixed joint, the free end is swung above a line by a torque of −1, 0 or 1 N m
/// between the links.
///
/// Observation: cosine and sine of both angles, then their velocities [rad/s]. Reward −1 a step, 0 on the one that reaches the
/// line, which terminates. Dynamics: `Shaders/Environments/acrobot.glsl`, after Sutton and Barto, "Reinforcement Learning"
/// (1998), as in Gymnasium.
public struct Acrobot: Environment {
  /// The environment; it has no settings.
  public init() {}
  /// The name on the command line.
  public var name: String { "acrobot" }
  /// Gymnasium's identifier.
  public var gymnasiumName: String { "Acrobot-v1" }
  /// θ₁, θ₂, dθ₁/dt, dθ₂/dt.
  public var stateSize: Int { 4 }
  /// cos θ₁, sin θ₁, cos θ₂, sin θ₂, dθ₁/dt, dθ₂/dt.
  public var observationSize: Int { 6 }
  /// A torque to one side, none, and to the other.
  public var actionSpace: ActionSpace { .discrete(3) }
  /// Gymnasium's attributes of the same names; `gravity` is a constant in its code, `torque` the last of `AVAIL_TORQUE`.
  public var parameters: [EnvironmentParameter] {
    [
      .init("gravity", 9.8, unit: "m/s²"), .init("LINK_LENGTH_1", 1, unit: "m"),
      .init("LINK_MASS_1", 1, unit: "kg"), .init("LINK_MASS_2", 1, unit: "kg"),
      .init("LINK_COM_POS_1", 0.5, unit: "m"), .init("LINK_COM_POS_2", 0.5, unit: "m"),
      .init("LINK_MOI", 1, unit: "kg m²"), .init("MAX_VEL_1", 4 * .pi, unit: "rad/s"),
      .init("MAX_VEL_2", 9 * .pi, unit: "rad/s"), .init("torque", 1, unit: "N m"),
      .init("dt", 0.2, unit: "s"),
    ]
  }
  /// Steps after which an episode is truncated.
  public var maximumSteps: Int { 500 }
  /// The mean return from which Gymnasium calls it solved.
  public var rewardThreshold: Double? { -100 }
  /// Kernels made from `acrobot.glsl`.
  public var kernels: EnvironmentKernels {
    EnvironmentKernels(rollout: .rolloutAcrobot, explore: .exploreAcrobot, step: .stepAcrobot)
  }
  /// Around the fixed joint [m].
  public var viewport: Viewport { Viewport(x: -2.2...2.2, y: -2.2...2.2) }
  /// The line to reach, both links and their joints.
  public func frame(state: [Float]) -> [DrawingPrimitive] {
    let first = Double(state[0]) - .pi / 2
    let fixed = Point(0, 0)
    let joint = fixed.moved(1, towards: first)
    return [
      .line(Point(-2.2, 1), Point(2.2, 1), .goal),
      .bar(from: fixed, to: joint, width: 0.2),
      .bar(from: joint, to: joint.moved(1, towards: first + Double(state[1])), width: 0.2, .limb),
      .circle(center: fixed, radius: 0.1, .joint), .circle(center: joint, radius: 0.1, .joint),
    ]
  }
}
