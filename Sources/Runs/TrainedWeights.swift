package import Learning
package import Reinforcement
package import Supervised
package import Vulkan

/// The weights of a run's policy, and the settings that they were learnt under.
package struct TrainedWeights<Trained: Algorithm> {
  package let configuration: Trained.Configuration
  package let weights: Safetensors
  /// Where they are from.
  package let file: String

  /// - Parameters:
  ///   - best: whether those that did best are wanted, not the last.
  ///   - other: another file of the run, to take them from.
  /// - Throws: `CommandFailure`, `CheckpointError` where they are missing, or another run's.
  package init(of directory: RunDirectory, best: Bool, other: String? = nil) throws {
    configuration = try RunConfiguration<SettingsTable<Trained.Configuration>>(of: directory)
      .settings.configuration
    file = other ?? (best ? directory.weights : directory.checkpoint)
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
  /// - Parameter other: another file of the run, to take the weights from.
  /// - Throws: `CheckpointError` where they are missing, or another model's; `VulkanError`.
  package func network(of directory: RunDirectory, other: String? = nil, on device: Device) throws -> Network
  {
    let network = try network(on: device)
    let file = other ?? directory.weights
    try network.load(from: Safetensors(contentsOf: file), named: file)
    return network
  }
}

/// The environment of a configuration in a checkpoint's metadata.
private struct KeptEnvironment: Decodable {
  let environment: String
}

extension Safetensors {
  /// Throws where the metadata, if there is any, is of another algorithm or environment.
  ///
  /// - Parameter file: the file's name in errors, and `run` the run that it should be of.
  func refuseOther(algorithm: String, environment: String, file: String, run: RunDirectory)
    throws(CommandFailure)
  {
    let found = (metadata["algorithm"] ?? algorithm, keptEnvironment ?? environment)
    guard found != (algorithm, environment) else { return }
    throw CommandFailure(
      "\(file) is of \(found.0) on \(found.1); \(run.config) says \(algorithm) on \(environment).")
  }

  /// The environment, of which files before 0.1.0 speak in their configuration only.
  private var keptEnvironment: String? {
    metadata["environment"]
      ?? metadata["config"].flatMap { try? decodedJSON(KeptEnvironment.self, $0).environment }
  }
}
