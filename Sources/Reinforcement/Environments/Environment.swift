public import Kernels

/// An environment that lives on the device: sizes and limits here, dynamics in one GLSL file of three functions.
public protocol Environment: Sendable {
  /// The name on the command line.
  var name: String { get }
  /// Gymnasium's identifier.
  var gymnasiumName: String { get }
  /// float32 numbers of state that a copy carries.
  var stateSize: Int { get }
  /// float32 numbers that the policy sees.
  var observationSize: Int { get }
  /// Number of discrete actions.
  var actionCount: Int { get }
  /// Steps after which an episode is truncated.
  var maximumSteps: Int { get }
  /// The mean return from which Gymnasium calls it solved.
  var rewardThreshold: Double { get }
  /// Kernels made from its GLSL file.
  var kernels: EnvironmentKernels { get }
}

/// The kernels of an environment, each a few lines in `Shaders/` that include its GLSL file.
public struct EnvironmentKernels: Sendable {
  /// Steps copies under a policy and stores the trajectory.
  public let rollout: Kernel
  /// Runs whole episodes under the greedy policy.
  public let evaluate: Kernel
  /// Steps copies under random actions.
  public let explore: Kernel
  /// One step with given actions.
  public let step: Kernel
}

/// The environments that Reprise brings.
public enum Environments {
  /// All of them.
  public static let all: [any Environment] = [CartPole()]
  /// Their names on the command line.
  public static var names: [String] { all.map(\.name) }
  /// The environment called `name`, or nil.
  public static func named(_ name: String) -> (any Environment)? { all.first { $0.name == name } }
}
