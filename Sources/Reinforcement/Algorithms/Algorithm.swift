public import Learning
public import Recording
public import Tensors
public import Vulkan

/// A way to learn a policy, on environments that live on the device.
public protocol Algorithm: AnyObject {
  /// Its settings.
  associatedtype Configuration: AlgorithmConfiguration
  /// Its name on the command line.
  static var name: String { get }
  /// The names of what an iteration reports, in the order of `TrainingProgress.metrics`.
  static var metricNames: [String] { get }
  /// The settings of the run.
  var configuration: Configuration { get }
  /// The recorded iteration and its replays.
  var loop: TrainingLoop { get }

  /// Allocates and initialises everything, and records the iteration.
  ///
  /// - Parameter seeds: of the agents, which learn side by side and share nothing; by default one, of the configuration's seed.
  /// - Throws: `ConfigurationError`, `RecordingError` or `VulkanError`; nothing has been learnt then.
  init(_ configuration: Configuration, seeds: [UInt64]?, on device: Device, options: PlanOptions) throws

  /// Agents that learn side by side.
  var agents: Int { get }
  /// What goes on from iteration to iteration beside `weights`, of all agents together: optimizers, counters, environments,
  /// replay buffers. Labels are the names in checkpoints, and no two are alike.
  var state: [Variable] { get }
  /// The weights of an agent under PyTorch's names, targets among them, and what travels with its policy. Waits for the device.
  func weights(agent: Int) throws -> Safetensors
  /// Takes what `weights` gave, of a file that may hold more; `file` is its name in errors.
  ///
  /// - Throws: `CheckpointError` for what is missing or of another shape; `VulkanError`.
  func load(weights: Safetensors, named file: String, agent: Int) throws

  /// What computes the gradients of an update out of what the agents have met, apart from training.
  ///
  /// - Throws: `RecordingError` or `VulkanError`.
  func gradientProbe(options: PlanOptions) throws -> GradientProbe

  /// The policy of a checkpoint, to be traced: actions [1, copies, action] for observations [1, copies, observation], as
  /// `environment` takes and shows them.
  ///
  /// - Parameters:
  ///   - weights: a checkpoint of a run of `configuration`; `file` is its name in errors.
  ///   - isSampled: whether actions are drawn as in training, not the likeliest taken.
  /// - Throws: `CheckpointError`, `VulkanError`.
  static func policy(
    _ configuration: Configuration, in environment: VectorEnvironment, weights: Safetensors, file: String,
    isSampled: Bool, seed: UInt64, on device: Device
  ) throws -> (_ observations: Tensor) throws -> Tensor

  /// What `policy` takes for the likeliest actions [n, action], as operators of ONNX on the rows of `graph`, which have
  /// `observationSize` numbers. Only for policies that don't remember.
  ///
  /// - Throws: `CheckpointError` for weights that are missing or of another shape.
  static func likeliest(
    _ configuration: Configuration, in graph: ONNXGraph, observationSize: Int, _ space: ActionSpace
  ) throws(CheckpointError) -> ONNXGraph.Value
}

extension Algorithm {
  /// Runs `episodes` whole episodes of a policy, side by side.
  ///
  /// - Parameters:
  ///   - weights: a checkpoint of a run of `configuration`; `file` is its name in errors.
  ///   - isSampled: whether actions are drawn as in training, not the likeliest taken.
  ///   - seed: decides the initial states, and the draws.
  /// - Throws: `CheckpointError`, `ConfigurationError`, `VulkanError`.
  public static func evaluate(
    _ configuration: Configuration, weights: Safetensors, file: String, episodes: Int,
    isSampled: Bool = false, seed: UInt64, on device: Device
  ) throws -> Evaluation {
    try Evaluator.run(configuration, episodes: episodes, seed: seed, on: device) { environment in
      try policy(
        configuration, in: environment, weights: weights, file: file, isSampled: isSampled, seed: seed,
        on: device)
    }
  }

  /// The episodes that `evaluate` runs for the same arguments, as pictures; those with a fault are left out.
  ///
  /// - Throws: what `evaluate` does; `ConfigurationError` where they are too long to be kept.
  public static func record(
    _ configuration: Configuration, weights: Safetensors, file: String, episodes: Int,
    isSampled: Bool = false, seed: UInt64, on device: Device
  ) throws -> [RecordedEpisode] {
    try Evaluator.record(configuration, episodes: episodes, seed: seed, on: device) { environment in
      try policy(
        configuration, in: environment, weights: weights, file: file, isSampled: isSampled, seed: seed,
        on: device)
    }
  }

  /// Trains to the end of the run.
  ///
  /// - Parameter progress: called for each iteration and agent; returning false ends training after those in flight.
  /// - Throws: see `TrainingLoop.run`.
  public func train(progress: (TrainingProgress) throws -> Bool = { _ in true }) throws {
    try loop.run(progress: { try progress($0) ? .goOn : .stop })
  }
}

/// The algorithms that Reprise brings.
public enum Algorithms {
  /// All of them; an algorithm gets its commands by its name here.
  public static var all: [any Algorithm.Type] { [PPO.self, DQN.self, SAC.self, TD3.self] }
  /// Their names on the command line.
  public static var names: [String] { all.map { $0.name } }
}
