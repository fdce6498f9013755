import Learning
import Recording
import Reinforcement
import Runs
import Vulkan

/// The training of all agents of a run: their files, evaluations and progress lines.
///
/// Checkpoints are written while no iteration is on the device, so that checkpoint, metrics and evaluations are of the same one.
final class AgentTraining<Trained: Algorithm> {
  /// Time between two checkpoints.
  private static var interval: Duration { .seconds(30) }
  /// Decides the initial states of evaluations; not those of `reprise evaluate`, which judges what was chosen here.
  private static var evaluationSeed: UInt64 { 20_001 }

  private let algorithm: Trained
  private let agents: [TrainedAgent<Trained>]
  private let shared: SeedsWriter?
  private let run: RunConfiguration<SettingsTable<Trained.Configuration>>
  private let console: RunConsole
  private let journal: RunJournal
  private let device: Device
  private let stopAfter: Int?
  /// What gradients are looked at by, once that was done.
  private var probe: GradientProbe?
  private var lastSave = ContinuousClock.now
  /// The fault that ends training.
  private var failure: CommandFailure?

  /// - Parameters:
  ///   - shared: what writes the state of all agents of several seeds.
  ///   - stopAfter: environment steps of an agent after which training ends before the run does.
  init(
    _ algorithm: Trained, _ agents: [TrainedAgent<Trained>], _ shared: SeedsWriter?,
    _ run: RunConfiguration<SettingsTable<Trained.Configuration>>, _ console: RunConsole,
    _ journal: RunJournal, _ device: Device, stopAfter: Int?
  ) {
    self.algorithm = algorithm
    self.agents = agents
    self.shared = shared
    self.run = run
    self.console = console
    self.journal = journal
    self.device = device
    self.stopAfter = stopAfter
  }

  /// Iterations between two evaluations, and between two checkpoints that are kept for good.
  private var evaluateEvery: Int? { iterations(run.options.evaluateEvery) }
  private var checkpointEvery: Int? { iterations(run.options.checkpointEvery) }
  /// After so many iterations training ends before the run does; nil at its end.
  private var end: Int? { iterations(stopAfter) }

  /// Iterations between two looks at weights and gradients. Each costs as much as an update, a sixteenth of an iteration of PPO,
  /// so there are ten in a run, and none where that would be too often.
  static func histogramsEvery(_ iterations: Int) -> Int? { iterations < 40 ? nil : iterations / 10 }
  private var histogramsEvery: Int? { Self.histogramsEvery(algorithm.loop.iterations) }

  private func iterations(_ steps: Int?) -> Int? {
    steps.map { ($0 - 1) / algorithm.loop.stepsPerIteration + 1 }
  }

  /// Trains to the end of the run, or until a signal, and saves.
  func train() throws {
    Interruption.begin()
    let places = Dictionary(
      uniqueKeysWithValues: zip(agents.map(\.configuration.seed), zip(agents, journal.events)))
    var rows: [TrainingProgress] = []
    defer { console.end() }
    try finishPause()
    try algorithm.loop.run(
      after: agents[0].reached.seconds, upTo: end,
      pausingEvery: [evaluateEvery, checkpointEvery, histogramsEvery].compactMap(\.self),
      pause: { done in
        journal.log.write(.debug, "pause after iteration \(done): \(algorithm.loop.profile.text)")
        try evaluate(after: done)
        try writeHistograms(after: done)
        if !isForHistogramsAlone(done) { try save() }
        try keepCheckpoints(after: done)
      }
    ) { progress in
      if let (agent, events) = places[progress.seed] {
        try agent.append(progress)
        try events.append(progress)
        if progress.faults > 0 { try faulted(progress, isFirst: agent.reached.faults == progress.faults) }
      }
      rows.append(progress)
      if rows.count == agents.count {
        try console.show(rows)
        rows = []
      }
      if failure != nil || Interruption.signal != nil { return .stop }
      return ContinuousClock.now - lastSave >= Self.interval ? .pause : .goOn
    }
    if let failure { throw failure }
  }

  /// Does what a pause had left to do when the run ended in it.
  private func finishPause() throws {
    let done = agents[0].reached.place
    guard done > 0 else { return }
    try evaluate(after: done)
    // The checkpoints of several agents may be ahead of the state that they share.
    if shared != nil { try save() }
    try keepCheckpoints(after: done)
  }

  /// Tells of the first iteration with faults of an agent; with `--on-nan stop` any ends training.
  private func faulted(_ progress: TrainingProgress, isFirst: Bool) throws {
    let stops = run.options.onNan == .stop
    guard failure == nil, isFirst || stops, let fault = try algorithm.loop.lastFault(seed: progress.seed)
    else {
      return
    }
    let error = EnvironmentFaultError(
      environment: try Environments.named(algorithm.configuration.environment).name, fault: fault)
    let place = "seed \(progress.seed), iteration \(progress.iteration)"
    if stops {
      failure = CommandFailure("S\(place.dropFirst()): \(error.description).")
    } else {
      journal.log.write(.warning, "\(place): \(error); the copy begins anew.")
    }
  }

  private func save() throws {
    for (index, agent) in agents.enumerated() {
      try journal.log.timed("\(agent.writer.directory.checkpoint): \(agent.writer.checkpointSize) written") {
        try agent.save(algorithm.checkpoint(agent: index))
      }
    }
    try shared?.write(algorithm.checkpointOfAll())
    lastSave = .now
  }

  private func keepCheckpoints(after done: Int) throws {
    guard let every = checkpointEvery, done % every == 0 else { return }
    for agent in agents { try agent.keepCheckpoint() }
  }

  /// Evaluates each agent as it is, where that is due and was not done before; not where training is to stop: then it is done
  /// when the run goes on.
  private func evaluate(after done: Int) throws {
    guard let every = evaluateEvery, done % every == 0 || done == algorithm.loop.iterations,
      Interruption.signal == nil, failure == nil
    else { return }
    var results: [AgentEvaluation] = []
    for (index, agent) in agents.enumerated() where agent.reached.evaluated < done {
      let weights = try algorithm.checkpoint(agent: index)
      let episodes = run.options.evaluateEpisodes
      let reached = try journal.log.timed("seed \(agent.configuration.seed): \(episodes) episodes evaluated")
      {
        try Trained.evaluate(
          agent.configuration, weights: weights, file: agent.writer.directory.checkpoint, episodes: episodes,
          isSampled: false, seed: Self.evaluationSeed, on: device)
      }
      results.append(try agent.append(reached, of: weights))
      try journal.events[index].append(reached, steps: agent.reached.steps)
    }
    guard !results.isEmpty else { return }
    try console.show(results)
    journal.log.write(
      .info, ViewState.text(evaluations: results.map(\.row)), isPrinted: console.style == .lines)
  }

  /// Adds how weights and gradients of each agent are spread to its events, where that is due.
  private func writeHistograms(after done: Int) throws {
    guard let every = histogramsEvery, done % every == 0, Interruption.signal == nil, failure == nil else {
      return
    }
    let probe = try self.probe ?? algorithm.gradientProbe(options: .environment)
    self.probe = probe
    let values = try journal.log.timed("weights and gradients looked at") {
      try probe.read(agents: agents.count)
    }
    for (index, agent) in agents.enumerated() {
      try journal.events[index].append(values[index], step: agent.reached.steps)
    }
  }

  /// Whether nothing but histograms asks for a pause: then there is no hurry to save.
  private func isForHistogramsAlone(_ done: Int) -> Bool {
    guard let every = histogramsEvery, done % every == 0,
      done < min(end ?? .max, algorithm.loop.iterations)
    else {
      return false
    }
    return [evaluateEvery, checkpointEvery].allSatisfy { $0.map { done % $0 != 0 } ?? true }
      && Interruption.signal == nil && failure == nil && ContinuousClock.now - lastSave < Self.interval
  }
}
