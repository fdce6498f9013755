import ArgumentParser
import Learning
import Recording
import Reinforcement
import Runs
import Vulkan

/// A run of an algorithm, from its beginning or from its last checkpoint.
struct AgentRun<Trained: Algorithm> {
  /// Whether a run begins or goes on.
  enum Mode {
    case new(overwrite: Bool)
    case resumed
  }

  let definition: RunConfiguration<SettingsTable<Trained.Configuration>>
  let directory: RunDirectory
  let device: Device
  let options: PlanOptions
  let stop: StopOptions
  let output: TrainingOutput

  private var seeds: [UInt64] { definition.options.seeds ?? [definition.settings.configuration.seed] }
  private func folder(_ seed: UInt64) -> RunDirectory {
    definition.options.seeds == nil ? directory : directory.agent(seed)
  }

  /// Begins the run.
  ///
  /// - Parameter settings: where settings are from, for people.
  func begin(overwrite: Bool, settings: [(String, String)]) throws {
    let algorithm = try make()
    // From here on the run is known to be good: now the files of an old one may go.
    let shared = try definition.options.seeds.map { _ in try SeedsWriter(directory, overwrite: overwrite) }
    let agents = try seeds.map {
      try TrainedAgent<Trained>(definition, seed: $0, folder($0), .new(overwrite: overwrite))
    }
    let environment = try Environments.named(definition.settings.configuration.environment)
    try shared?.write(
      config: definition.yaml(), environment: (environment as? BundledEnvironment)?.bundle)
    try train(
      algorithm, agents, shared, settings,
      RunJournal(agents.map(\.writer.directory), console: output.log))
  }

  /// What the run would be, and take of the device: everything is made and recorded, and nothing trained or written.
  func dryRun(_ values: [ResolvedValue]) throws -> DryRun {
    try DryRun(.reinforcement(Trained.name), directory, values, on: device) { measure in
      let algorithm = try make()
      let looksAtGradients = AgentTraining<Trained>.histogramsEvery(algorithm.loop.iterations) != nil
      let probe = looksAtGradients ? try algorithm.gradientProbe(options: .environment) : nil
      withExtendedLifetime((algorithm, probe)) { measure() }
    }
  }

  /// Goes on from the last checkpoint, or from the beginning where there is none.
  func resume() throws {
    let shared = try definition.options.seeds.map { _ in try SeedsWriter(resuming: directory) }
    let agents = try seeds.map { try TrainedAgent<Trained>(definition, seed: $0, folder($0), .resumed) }
    let algorithm = try make()
    let file = definition.options.seeds == nil ? directory.checkpoint : directory.state
    if RunDirectory.hasFile(file) { try restore(algorithm, from: file) }
    let (done, total) = (try algorithm.loop.iterationsDone(), algorithm.loop.iterations)
    for agent in agents { try agent.goOn(after: done) }
    // Seeds that train side by side have done as much.
    let journal = try RunJournal(
      agents.map(\.writer.directory), from: (agents.map(\.reached.steps).max() ?? 0) + 1,
      console: output.log)
    warnOfOtherDevice(definition.device, definition.driver, device.physical, directory, journal.log)
    let place =
      done == 0 ? "the beginning: it has no checkpoint" : "iteration \(done.grouped) of \(total.grouped)"
    try train(algorithm, agents, shared, done < total ? [("goes on from", place)] : nil, journal)
  }

  private func restore(_ algorithm: Trained, from file: String) throws {
    let checkpoint = try Safetensors(contentsOf: file)
    do {
      try algorithm.restore(from: checkpoint, named: file)
    } catch CheckpointError.missing(_, let name) where checkpoint.tensors["iteration"] != nil {
      throw CommandFailure(
        "\(file) holds a policy, but not all that training goes on from: \"\(name)\" is missing. An older Reprise wrote it."
      )
    }
  }

  private func make() throws -> Trained {
    var plan = options
    plan.timestamps = output.isTraced
    return try Trained(definition.settings.configuration, seeds: seeds, on: device, options: plan)
  }

  /// - Parameter settings: rows of what is shown first; nil where the run is finished.
  private func train(
    _ algorithm: Trained, _ agents: [TrainedAgent<Trained>], _ shared: SeedsWriter?,
    _ settings: [(String, String)]?, _ journal: RunJournal
  ) throws {
    var introduction = "\(directory.path) is finished.\n"
    if let settings {
      let rows =
        [
          ("device", "\(device.physical.name), \(device.reason)"), ("driver", device.driver),
          ("algorithm", Trained.name), ("environment", definition.settings.configuration.environment),
        ] + settings + (definition.options.seeds.map { [("seeds", SeedList.text(of: $0))] } ?? [])
        + [("run", directory.path)]
      introduction = columns(rows, indent: "")
    }
    try output.printText(introduction)
    journal.log.write(.info, introduction, isPrinted: output.style.printsText)
    let loop = algorithm.loop
    let state = ViewState(
      task: "\(Trained.name) on \(definition.settings.configuration.environment)",
      device: device.physical.name, isSupervised: false, total: loop.iterations)
    let console = try RunConsole(
      training: directory, state, isBegun: agents[0].reached.place > 0, output.style, on: device,
      log: journal.log)
    let training = AgentTraining(
      algorithm, agents, shared, definition, console, journal, device, stopAfter: stop.stopAfter)
    let isInterrupted = { agents.contains { $0.reached.place < loop.iterations } }
    try journal.record(
      interruption: { isInterrupted() ? Interruption.name ?? stop.reason : nil }, training.train)

    let timings = try loop.plan.timings()
    // One plan trains all agents.
    if output.profile { try agents[0].writer.write(profile: timings) }
    let summary = TrainingSummary(
      agents, total: loop.iterations, on: device, of: directory,
      cost: output.profile ? IterationCost(loop.profile, loop.plan.statistics, timings) : nil)
    if output.json { try writeLine(jsonText(summary)) }
    try output.printText(summary.text + "\n")
    journal.log.write(.debug, loop.profile.text)
    try output.writeTrace(timings)
    if summary.interrupted, let signal = Interruption.signal {
      throw Interruption.exit(
        signal, after: "iteration \(summary.iterations) of \(loop.iterations)",
        file: shared == nil ? directory.checkpoint : directory.path, run: directory)
    }
    if summary.interrupted { try output.printText(Interruption.goingOn(directory.path) + "\n") }
  }
}

/// What training prints and writes beside the run's files.
struct TrainingOutput {
  /// How it is shown as it goes.
  let style: RunConsole.Style
  /// From which level on the log goes to standard error.
  let log: RunLog.Level
  /// Whether what an iteration costs is told as well.
  let profile: Bool
  /// The file of a trace, and what the host did.
  let trace: String?
  let spans: Trace?

  init(_ options: LogOptions, json: Bool, profile: Bool, trace: String? = nil, spans: Trace? = nil) {
    style = options.quiet ? .quiet : json ? .json : .usual
    log = options.console
    (self.profile, self.trace, self.spans) = (profile, trace, spans)
  }

  var json: Bool { style == .json }

  /// Prints text for people, where that is wanted.
  func printText(_ text: String) throws { if style.printsText { try write(text) } }

  /// Whether the times of dispatches are wanted.
  var isTraced: Bool { spans != nil }

  /// Writes what the host and the device did when, and prints the time of each dispatch.
  func writeTrace(_ timings: [Timing]) throws {
    guard let spans else { return }
    if let trace { try ChromeTrace(host: spans, device: timings).write(to: trace) }
    if profile { try printText(dispatchTable(timings) + hostTable(spans) + "\n") }
  }
}

/// Warns that a run goes on elsewhere than it began.
func warnOfOtherDevice(
  _ name: String, _ driver: String, _ device: PhysicalDevice, _ run: RunDirectory, _ log: RunLog
) {
  guard (name, driver) != (device.name, device.driver) else { return }
  log.write(
    .warning,
    "\(run.path) began on \(name) (\(driver)) and goes on on \(device.name) (\(device.driver)): "
      + "its bits will not be those that it would have had.")
}

extension Replay.Profile {
  /// What was submitted, in a few words.
  var text: String {
    "\(replays.grouped) replays in \(submissions.grouped) submissions, \((1e3 * hostSeconds).fixed(1)) ms of the host, "
      + "\(deviceSeconds.fixed(2)) s of the device"
  }
}
