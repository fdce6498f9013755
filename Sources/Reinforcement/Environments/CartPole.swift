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
  /// The track as far as the cart may go, and what stands out beyond it [m].
  public var viewport: Viewport { Viewport(x: -3.6...3.6, y: -0.6...1.3) }
  /// The track, the cart, the pole and its hinge.
  public func frame(state: [Float]) -> [DrawingPrimitive] {
    let (position, angle) = (Double(state[0]), Double(state[2]))
    let hinge = Point(position, 0)
    return [
      .line(Point(-3.6, -0.25), Point(3.6, -0.25)),
      .bar(from: Point(position - 0.25, -0.1), to: Point(position + 0.25, -0.1), width: 0.3),
      .bar(from: hinge, to: hinge.moved(1, towards: .pi / 2 - angle), width: 0.1, .limb),
      .circle(center: hinge, radius: 0.05, .joint),
    ]
  }
}
