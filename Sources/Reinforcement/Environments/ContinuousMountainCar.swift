import Kernels

/// MountainCarContinuous-v0: a car too weak to drive out of a valley swings until it reaches the goal, pushing as hard as the
/// action says, from −1 to 1.
///
/// Observation: position, velocity. Reward −0.1 a², and 100 for reaching the goal, which terminates. Dynamics:
/// `Shaders/Environments/continuous_mountain_car.glsl`, after Moore, "Efficient memory-based learning for robot control" (1990),
/// as in Gymnasium.
public struct ContinuousMountainCar: Environment {
  /// The environment; it has no settings.
  public init() {}
  /// The name on the command line.
  public var name: String { "mountaincar-continuous" }
  /// Gymnasium's identifier.
  public var gymnasiumName: String { "MountainCarContinuous-v0" }
  /// Position, velocity.
  public var stateSize: Int { 2 }
  /// The whole state.
  public var observationSize: Int { 2 }
  /// The motor's push, as a part of its power.
  public var actionSpace: ActionSpace { .box(low: [-1], high: [1]) }
  /// Gymnasium's attributes of the same names; `gravity` is a constant in its code.
  public var parameters: [EnvironmentParameter] { Valley.parameters("power", 0.0015, goal: 0.45) }
  /// Steps after which an episode is truncated.
  public var maximumSteps: Int { 999 }
  /// The mean return from which Gymnasium calls it solved.
  public var rewardThreshold: Double? { 90 }
  /// Kernels made from `continuous_mountain_car.glsl`.
  public var kernels: EnvironmentKernels {
    EnvironmentKernels(
      rollout: .rolloutContinuousMountainCar, explore: .exploreContinuousMountainCar,
      step: .stepContinuousMountainCar)
  }
  /// The valley between its walls.
  public var viewport: Viewport { Valley.viewport }
  /// The road, the flag at the goal and the car.
  public func frame(state: [Float]) -> [DrawingPrimitive] { Valley.frame(state: state, goal: 0.45) }
}
