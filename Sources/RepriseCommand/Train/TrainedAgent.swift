import Learning
import Reinforcement
import Runs
import Vulkan

/// An agent of a run: its folder, and what it has reached.
final class TrainedAgent<Trained: Algorithm> {
  let configuration: Trained.Configuration
  let writer: RunWriter
  /// What it has reached, before the run was resumed too.
  private(set) var reached = KeptMetrics()
  private let metadata: [String: String]

  /// Takes the folder of an agent of `run`, and writes config.yaml; of a run that goes on takes the folder alone.
  init(
    _ run: RunConfiguration<SettingsTable<Trained.Configuration>>, seed: UInt64, _ directory: RunDirectory,
    _ mode: AgentRun<Trained>.Mode
  ) throws {
    var configuration = run.settings.configuration
    configuration.seed = seed
    let settings = SettingsTable(configuration)
    self.configuration = settings.kept(in: directory).configuration
    let environment = try Environments.named(configuration.environment)
    switch mode {
    case .new(let overwrite):
      var own = run
      (own.settings, own.options.seeds) = (settings, nil)
      writer = try RunWriter(
        directory, overwrite: overwrite, config: own.yaml(),
        environment: (environment as? BundledEnvironment)?.bundle)
    case .resumed:
      writer = try RunWriter(resuming: directory)
    }
    // A file's path would say where the run lies, and one that went on would differ from one that didn't.
    if environment is BundledEnvironment { configuration.environment = environment.name }
    metadata = [
      "algorithm": Trained.name, "environment": environment.name,
      "config": try jsonText(SettingsTable(configuration)), "version": RepriseCommand.version,
    ]
  }

  /// Goes on after the iterations of a checkpoint; what metrics.jsonl holds of later ones is cut off.
  func goOn(after iteration: Int) throws { reached = try writer.goOn(after: iteration) }

  /// Notes an iteration and keeps its metrics.
  func append(_ progress: TrainingProgress) throws {
    (reached.place, reached.steps, reached.seconds) = (progress.iteration, progress.steps, progress.seconds)
    reached.stepsPerSecond = progress.stepsPerSecond
    reached.returnMean = progress.returnMean ?? reached.returnMean
    reached.faults += progress.faults
    try writer.append(jsonText(progress))
  }

  /// Keeps a checkpoint.
  func save(_ checkpoint: Safetensors) throws { try writer.write(labelled(checkpoint)) }

  /// Keeps the last checkpoint for good.
  func keepCheckpoint() throws { try writer.keepCheckpoint(as: "step-\(padded(reached.steps, to: 12))") }

  /// Notes an evaluation, and keeps the weights if none was better or as good.
  func append(_ evaluation: Evaluation, of weights: Safetensors) throws -> AgentEvaluation {
    let isBest = evaluation.returnMean > reached.bestReturnMean ?? -.infinity
    let result = AgentEvaluation(evaluation, after: reached, seed: configuration.seed, isBest: isBest)
    // First the weights: a line says that they are there.
    if isBest {
      reached.bestReturnMean = evaluation.returnMean
      try writer.write(best: labelled(weights))
    }
    reached.evaluated = reached.place
    try writer.append(jsonText(result))
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

  init(_ evaluation: Evaluation, after reached: KeptMetrics, seed: UInt64, isBest: Bool) {
    self.seed = seed
    iteration = reached.place
    steps = reached.steps
    evaluationEpisodes = evaluation.returns.count
    evaluationReturnMean = evaluation.returnMean
    evaluationReturnStd = evaluation.returnStandardDeviation
    evaluationLengthMean = evaluation.lengthMean
    self.isBest = isBest
  }

  /// What a view shows of it.
  var row: MetricsRow {
    MetricsRow([
      "steps": Double(steps), "iteration": Double(iteration), "evaluation_return_mean": evaluationReturnMean,
      "is_best": isBest ? 1 : 0,
    ])
  }
}
