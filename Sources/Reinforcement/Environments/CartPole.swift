import Kernels

/// CartPole-v1: a pole hinged on a cart is kept upright by pushing the cart left (0) or right (1) with 10 N.
///
/// Observation: position [m], velocity [m/s], angle [rad], angular velocity [rad/s]. Reward 1 a step. Terminated when the
/// cart leaves ±2.4 m or the pole ±12°. Dynamics: `Shaders/Environments/cartpole.glsl`, after Barto, Sutton and Anderson,
/// "Neuronlike adaptive elements" (1983), as in Gymnasium.
public struct CartPole: Environment {
  /// The environment; it has no settings.
  public init() {}
  /// The name on the command line.
  public var name: String { "cartpole" }
  /// Gymnasium's identifier.
  public var gymnasiumName: String { "CartPole-v1" }
  /// x, dx/dt, θ, dθ/dt.
  public var stateSize: Int { 4 }
  /// The whole state.
  public var observationSize: Int { 4 }
  /// Left and right.
  public var actionSpace: ActionSpace { .discrete(2) }
  /// Gymnasium's attributes of the same names.
  public var parameters: [EnvironmentParameter] {
    [
      .init("gravity", 9.8, unit: "m/s²"), .init("masscart", 1, unit: "kg"),
      .init("masspole", 0.1, unit: "kg"),
      .init("length", 0.5, unit: "m"), .init("force_mag", 10, unit: "N"), .init("tau", 0.02, unit: "s"),
    ]
  }
  /// Steps after which an episode is truncated.
  public var maximumSteps: Int { 500 }
  /// The mean return from which Gymnasium calls it solved.
  public var rewardThreshold: Double? { 475 }
  /// Kernels made from `cartpole.glsl`.
  public var kernels: EnvironmentKernels {
    EnvironmentKernels(
      rollout: .rolloutCartpole, explore: .exploreCartpole, step: .stepCartpole)
  }
}
