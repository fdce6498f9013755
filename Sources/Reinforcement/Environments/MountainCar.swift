import Kernels

/// MountainCar-v0: a car too weak to drive out of a valley swings until it reaches the goal, pushing left, not at all, or
/// right.
///
/// Observation: position, velocity. Reward −1 a step. Terminated at the goal. Dynamics: `Shaders/Environments/mountain_car.glsl`,
/// after Moore, "Efficient memory-based learning for robot control" (1990), as in Gymnasium.
public struct MountainCar: Environment {
  /// The environment; it has no settings.
  public init() {}
  /// The name on the command line.
  public var name: String { "mountaincar" }
  /// Gymnasium's identifier.
  public var gymnasiumName: String { "MountainCar-v0" }
  /// Position, velocity.
  public var stateSize: Int { 2 }
  /// The whole state.
  public var observationSize: Int { 2 }
  /// Left, nothing, right.
  public var actionSpace: ActionSpace { .discrete(3) }
  /// Gymnasium's attributes of the same names.
  public var parameters: [EnvironmentParameter] { Valley.parameters("force", 0.001, goal: 0.5) }
  /// Steps after which an episode is truncated.
  public var maximumSteps: Int { 200 }
  /// The mean return from which Gymnasium calls it solved.
  public var rewardThreshold: Double? { -110 }
  /// Kernels made from `mountain_car.glsl`.
  public var kernels: EnvironmentKernels {
    EnvironmentKernels(rollout: .rolloutMountainCar, explore: .exploreMountainCar, step: .stepMountainCar)
  }
  /// The valley between its walls.
  public var viewport: Viewport { Valley.viewport }
  /// The road, the flag at the goal and the car.
  public func frame(state: [Float]) -> [DrawingPrimitive] { Valley.frame(state: state, goal: 0.5) }
}
