public import Bundles
public import Learning
import Recording
import Tensors
public import Vulkan

extension Algorithm {
  /// A trained policy as a file that runs without Reprise: observations [batch, observation] → actions [batch, action], the
  /// likeliest, with normaliser and rescaling. Of stacked frames an observation has all, the oldest first.
  ///
  /// - Parameters:
  ///   - weights: a checkpoint of a run of `configuration`; `file` is its name in errors.
  ///   - batch: observations of a run of the file.
  /// - Throws: `ConfigurationError` for a policy that remembers; `CheckpointError`, `RecordingError`, `VulkanError`.
  public static func export(
    _ configuration: Configuration, weights: Safetensors, file: String, batch: Int, on device: Device
  ) throws -> KernelBundle {
    try ConfigurationError.check("batch", batch, in: 1...1 << 20)
    try configuration.validate()
    try configuration.refuseMemory()
    let environment = try VectorEnvironment(
      configuration, seeds: [configuration.seed], copies: batch, on: device)
    let policy = try policy(
      configuration, in: environment, weights: weights, file: file, isSampled: false,
      seed: configuration.seed,
      on: device)
    let observations = try Variable([batch, environment.observationSize], on: device, label: "observations")
    let taken = environment.actionType
    let actions = try Variable([batch, taken.shape[2]], taken.dataType, on: device, label: "actions")
    let plan = try device.record("\(name) \(environment.environment.name)") { program in
      try program.pass("act") { graph in
        actions.assign(try policy(graph.read(observations).unsqueeze(0)).squeeze(0))
      }
    }
    return try plan.bundle(
      inputs: ["observations": observations], outputs: ["actions": actions],
      metadata: metadata(configuration, environment.environment))
  }

  /// What a policy is for, in words for a file.
  static func metadata(_ configuration: Configuration, _ environment: any Environment) -> [String: String] {
    var metadata = environment.actionSpace.metadata
    metadata["algorithm"] = name
    metadata["environment"] = environment.name
    metadata["observation_size"] = "\(environment.observationSize)"
    metadata["frame_stack"] = "\(configuration.frameStack)"
    metadata["action_repeat"] = "\(configuration.actionRepeat)"
    return metadata
  }
}

extension AlgorithmConfiguration {
  /// Throws for a policy that knows more than what it sees now.
  func refuseMemory() throws(ConfigurationError) {
    guard remembers else { return }
    throw ConfigurationError(
      field: "recurrent_size", reason: "is set: a policy that remembers can't be exported yet")
  }
}

extension Safetensors {
  /// The tensors of a checkpoint that a policy acts by, under PyTorch's names: its modules, and what observations are normalised
  /// by.
  public var policy: Safetensors {
    modules(["trunk", "gru", "policy", "log_std", "q", "actor", "head", "normalizer.observations"])
  }
}

extension ActionSpace {
  /// In words for a file: the kind, and each component's choices or bounds.
  fileprivate var metadata: [String: String] {
    func list(_ values: [some Any]) -> String { values.map { "\($0)" }.joined(separator: ",") }
    return switch self {
    case .discrete(let count): ["action_space": "discrete", "action_counts": "\(count)"]
    case .multiDiscrete(let counts): ["action_space": "multi_discrete", "action_counts": list(counts)]
    case .box(let low, let high):
      ["action_space": "box", "action_low": list(low), "action_high": list(high)]
    }
  }
}
