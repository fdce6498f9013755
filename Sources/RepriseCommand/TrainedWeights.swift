import Learning
import Reinforcement
import Supervised
import Vulkan

/// The weights of a run's policy, and the settings that they were learnt under.
struct TrainedWeights<Trained: Algorithm> {
  let configuration: Trained.Configuration
  let weights: Safetensors
  /// Where they are from.
  let file: String

  /// - Parameter best: whether those that did best are wanted, not the last.
  /// - Throws: `CommandFailure`, `CheckpointError` where they are missing, or another run's.
  init(of directory: RunDirectory, best: Bool) throws {
    configuration = try RunConfiguration<SettingsTable<Trained.Configuration>>(of: directory)
      .settings.configuration
    file = best ? directory.weights : directory.checkpoint
    if best, !directory.hasBest {
      throw CommandFailure(
        "\(file): there are no best weights; 'reprise train' keeps them with --evaluate-every.")
    }
    weights = try Safetensors(contentsOf: file)
    let environment = try Environments.named(configuration.environment).name
    try weights.refuseOther(algorithm: Trained.name, environment: environment, file: file, run: directory)
  }
}

extension SupervisedSettings {
  /// The model of a run on a device, with the weights that did best.
  ///
  /// - Throws: `CheckpointError` where they are missing, or another model's; `VulkanError`.
  func network(of directory: RunDirectory, on device: Device) throws -> Network {
    let network = try network(on: device)
    try network.load(from: Safetensors(contentsOf: directory.weights), named: directory.weights)
    return network
  }
}
