import Learning
import Reinforcement
import Runs
import Vulkan

/// The training of all agents of a run: their files, evaluations and progress lines.
final class AgentTraining<Trained: Algorithm> {
  /// Time between two checkpoints.
  private static var interval: Duration { .seconds(30) }
  /// Decides the initial states of evaluations; not those of `reprise evaluate`, which judges what was chosen here.
  private static var evaluationSeed: UInt64 { 20_001 }

  private let algorithm: Trained
  private let agents: [TrainedAgent<Trained>]
  private let evaluation: EvaluationOptions
  private let onNan: FaultOptions.Answer
  private let console: TrainingConsole
  private let device: Device
  private var lastSave = ContinuousClock.now

  init(
    _ algorithm: Trained, _ agents: [TrainedAgent<Trained>], _ evaluation: EvaluationOptions,
    _ onNan: FaultOptions.Answer, _ console: TrainingConsole, _ device: Device
  ) {
    self.algorithm = algorithm
    self.agents = agents
    self.evaluation = evaluation
    self.onNan = onNan
    self.console = console
    self.device = device
  }

  /// Trains to the end of the run, or until a signal, and saves.
  func run() throws {
    Interruption.begin()
    let steps = algorithm.loop.stepsPerIteration
    let places = Dictionary(uniqueKeysWithValues: zip(agents.map(\.configuration.seed), agents))
    var rows: [TrainingProgress] = []
    do {
      defer { console.end() }
      try algorithm.loop.run(
        progress: { progress in
          if let agent = places[progress.seed] {
            try agent.append(progress)
            if progress.faults > 0, agent.faults == progress.faults { try faulted(progress) }
          }
          rows.append(progress)
          if rows.count == agents.count {
            try console.show(rows)
            rows = []
            if ContinuousClock.now - lastSave >= Self.interval { try save() }
          }
          return Interruption.signal == nil
        }, pausingEvery: evaluation.evaluateEvery.map { ($0 - 1) / steps + 1 }, pause: evaluate)
    }
    try save()
  }

  /// Tells of the first iteration with faults of an agent; with `--on-nan stop` keeps everything and throws.
  private func faulted(_ progress: TrainingProgress) throws {
    guard let fault = try algorithm.loop.lastFault(seed: progress.seed) else { return }
    let error = EnvironmentFaultError(
      environment: try Environments.named(algorithm.configuration.environment).name, fault: fault)
    console.end()
    guard onNan == .reset else {
      try save()
      throw CommandFailure("Seed \(progress.seed), iteration \(progress.iteration): \(error.description).")
    }
    printError(
      "reprise: Warning: seed \(progress.seed), iteration \(progress.iteration): \(error); the copy begins anew."
    )
  }

  private func save() throws {
    for (index, agent) in agents.enumerated() { try agent.save(algorithm.checkpoint(agent: index)) }
    lastSave = .now
  }

  /// Evaluates each agent as it is, unless training is to stop.
  private func evaluate() throws {
    guard Interruption.signal == nil else { return }
    var results: [AgentEvaluation] = []
    for (index, agent) in agents.enumerated() {
      let weights = try algorithm.checkpoint(agent: index)
      let reached = try Trained.evaluate(
        agent.configuration, weights: weights, file: agent.writer.directory.checkpoint,
        episodes: evaluation.evaluateEpisodes, isSampled: false, seed: Self.evaluationSeed, on: device)
      results.append(try agent.append(reached, of: weights))
    }
    try console.show(results)
  }
}
