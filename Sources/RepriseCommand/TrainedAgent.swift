import Learning
import Reinforcement
import Runs
import Vulkan

/// An agent of a run: its folder, and what it has reached.
final class TrainedAgent<Trained: Algorithm> {
  let configuration: Trained.Configuration
  let writer: RunWriter
  /// The last iteration, and the mean return of the last one in which episodes ended.
  private(set) var last: TrainingProgress?
  private(set) var returnMean: Double?
  /// Steps that gave what is no finite number.
  private(set) var faults = 0
  /// The largest mean return of an evaluation.
  private(set) var bestReturnMean: Double?
  private let metadata: [String: String]

  /// Takes the folder and writes config.yaml.
  init(
    _ shared: Trained.Configuration, seed: UInt64, _ directory: RunDirectory, _ evaluation: EvaluationOptions,
    _ device: PhysicalDevice, overwrite: Bool
  ) throws {
    var configuration = shared
    configuration.seed = seed
    let settings = SettingsTable(configuration)
    self.configuration = settings.kept(in: directory).configuration
    var kept = RunConfiguration(
      .reinforcement(Trained.name), settings, device: device.name, driver: device.driver)
    if let steps = evaluation.evaluateEvery {
      (kept.evaluateEvery, kept.evaluateEpisodes) = (steps, evaluation.evaluateEpisodes)
    }
    let environment = try Environments.named(configuration.environment)
    writer = try RunWriter(
      directory, overwrite: overwrite, config: kept.yaml(),
      environment: (environment as? BundledEnvironment)?.bundle)
    metadata = [
      "algorithm": Trained.name, "environment": environment.name,
      "config": try jsonText(settings), "version": RepriseCommand.version,
    ]
  }

  /// Notes an iteration and keeps its metrics.
  func append(_ progress: TrainingProgress) throws {
    last = progress
    returnMean = progress.returnMean ?? returnMean
    faults += progress.faults
    try writer.append(jsonText(progress))
  }

  /// Keeps a checkpoint.
  func save(_ checkpoint: Safetensors) throws { try writer.write(labelled(checkpoint)) }

  /// Notes an evaluation, and keeps the weights if none was better or as good.
  func append(_ evaluation: Evaluation, of weights: Safetensors) throws -> AgentEvaluation {
    let isBest = evaluation.returnMean > bestReturnMean ?? -.infinity
    let result = AgentEvaluation(evaluation, after: last, seed: configuration.seed, isBest: isBest)
    try writer.append(jsonText(result))
    if isBest {
      bestReturnMean = evaluation.returnMean
      try writer.write(best: labelled(weights))
    }
    return result
  }

  private func labelled(_ checkpoint: Safetensors) -> Safetensors {
    var file = checkpoint
    file.metadata.merge(metadata) { _, new in new }
    return file
  }
}

/// An evaluation in the course of training: a line of metrics.jsonl.
struct AgentEvaluation: Encodable {
  let seed: UInt64
  let iteration, steps, evaluationEpisodes: Int
  let evaluationReturnMean, evaluationReturnStd, evaluationLengthMean: Double
  /// Whether it is the best so far.
  let isBest: Bool

  init(_ evaluation: Evaluation, after last: TrainingProgress?, seed: UInt64, isBest: Bool) {
    self.seed = seed
    iteration = last?.iteration ?? 0
    steps = last?.steps ?? 0
    evaluationEpisodes = evaluation.returns.count
    evaluationReturnMean = evaluation.returnMean
    evaluationReturnStd = evaluation.returnStandardDeviation
    evaluationLengthMean = evaluation.lengthMean
    self.isBest = isBest
  }
}
