import ArgumentParser
import Learning
import Recording
import Reinforcement
import Vulkan

/// `reprise train ppo`: trains a policy and keeps the run.
struct TrainPPOCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ppo",
    abstract: "Train a policy with proximal policy optimization.",
    discussion: """
      Writes config.yaml, metrics.jsonl (one line an iteration) and checkpoint.safetensors (every 30 s and at the end) \
      into the run's folder. Ctrl-C ends training after the iterations that are on the device, keeps everything and \
      exits with 130; a second one ends it at once.

      Examples:
        reprise train ppo --environment cartpole --run runs/cartpole
        reprise train ppo --environments 1024 --anneal learning-rate,clip
        reprise train ppo --seed 2 --json --profile | tail -1
      """)

  @OptionGroup(title: "PPO") var options: PPOOptions

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "The folder of the run. (default: runs/<environment>-ppo-seed<seed>)", valueName: "folder"))
  var folder: String?

  @Flag(help: "Replace the run that the folder holds.")
  var overwrite = false

  @OptionGroup(title: "Debugging") var switches: PlanSwitches
  @OptionGroup var selection: DeviceOptions

  @Flag(help: "Print one JSON object an iteration, and the run's summary as the last line.")
  var json = false

  @Flag(
    help:
      "Add what an iteration costs to the summary: submissions, host and device time, dispatches, memory; and, but for --json, the time of each dispatch and what the host spent its time on."
  )
  var profile = false

  @Option(
    help: ArgumentHelp(
      "Write what the host and the device did when into a file that Perfetto opens: the device's last iteration, with each dispatch's last run.",
      valueName: "file"))
  var trace: String?

  func validate() throws {
    if folder?.isEmpty == true {
      throw ValidationError("The value of '--run' is empty; it must name a folder")
    }
    if trace?.isEmpty == true {
      throw ValidationError("The value of '--trace' is empty; it must name a file")
    }
  }

  func run() throws {
    let configuration = try options.configuration()
    let directory = RunDirectory(folder ?? "runs/\(configuration.environment)-ppo-seed\(configuration.seed)")
    if !overwrite { try directory.refuseUsed() }
    // Known to be writable before hours of training.
    if let trace { try ChromeTrace(events: []).write(to: trace) }
    let spans = profile || trace != nil ? Trace(capacity: trace == nil ? 0 : 100_000) : nil
    try Trace.$current.withValue(spans) { try train(configuration, directory, spans) }
  }

  private func train(_ configuration: PPOConfiguration, _ directory: RunDirectory, _ spans: Trace?) throws {
    let device = try Device(selection.device)
    var plan = switches.options
    plan.timestamps = spans != nil
    let ppo = try PPO(configuration, on: device, options: plan)
    let kept = RunConfiguration(
      .ppo, configuration, device: device.physical.name, driver: device.physical.driver)
    // From here on the run is known to be good: now the files of an old one may go.
    let writer = try RunWriter(directory, overwrite: overwrite, config: kept.yaml())
    let checkpoint = try Checkpointer(ppo, configuration, writer)
    let console = TrainingConsole(json: json)
    if !json { try write(introduction(configuration, device, directory)) }

    Interruption.begin()
    var last: TrainingProgress?
    var returnMean: Double?
    do {
      defer { console.end() }
      try ppo.train { progress in
        last = progress
        returnMean = progress.returnMean ?? returnMean
        try writer.append(jsonText(progress))
        try console.show(progress)
        try checkpoint.saveIfDue()
        return Interruption.signal == nil
      }
    }
    try checkpoint.save()

    let summary = TrainingSummary(
      last, returnMean: returnMean, total: ppo.loop.iterations, device: device.physical,
      checkpoint: directory.checkpoint,
      cost: profile ? IterationCost(ppo.loop.profile, ppo.loop.plan.statistics) : nil)
    try writeLine(json ? jsonText(summary) : summary.text)
    if let spans {
      let timings = try ppo.loop.plan.timings()
      if let trace { try ChromeTrace(host: spans, device: timings).write(to: trace) }
      if profile && !json { try writeLine(dispatchTable(timings) + hostTable(spans)) }
    }
    if summary.interrupted, let signal = Interruption.signal {
      throw Interruption.exit(
        signal, after: "iteration \(summary.iterations) of \(ppo.loop.iterations)", file: directory.checkpoint
      )
    }
  }

  private func introduction(_ configuration: PPOConfiguration, _ device: Device, _ directory: RunDirectory)
    -> String
  {
    let anneal = configuration.anneal.map(\.rawValue).joined(separator: ", ")
    return columns(
      [
        ("device", "\(device.physical.name), \(device.reason)"),
        ("driver", device.physical.driver),
        ("environment", "\(configuration.environment), \(configuration.environments.grouped) copies"),
        (
          "iteration",
          "\(configuration.horizon.grouped) steps a copy, \(configuration.epochs) epochs × "
            + "\(configuration.minibatches) minibatches"
        ),
        ("networks", "hidden layers \(configuration.hidden.map(String.init).joined(separator: ", "))"),
        ("learning rate", "\(configuration.learningRate)"),
        (
          "γ, λ, clip, entropy",
          "\(configuration.gamma), \(configuration.gaeLambda), \(configuration.clip), \(configuration.entropy)"
        ),
        ("anneal", anneal.isEmpty ? "nothing" : anneal),
        ("seed", "\(configuration.seed)"),
        ("run", directory.path),
      ], indent: "")
  }
}

/// Keeps the state of training in the run's folder.
private final class Checkpointer {
  private static let interval = Duration.seconds(30)

  private let ppo: PPO
  private let writer: RunWriter
  private let metadata: [String: String]
  private var lastSave = ContinuousClock.now

  init(_ ppo: PPO, _ configuration: PPOConfiguration, _ writer: RunWriter) throws {
    self.ppo = ppo
    self.writer = writer
    metadata = [
      "algorithm": RunKind.ppo.rawValue, "config": try jsonText(configuration),
      "version": RepriseCommand.version,
    ]
  }

  func saveIfDue() throws {
    if ContinuousClock.now - lastSave >= Self.interval { try save() }
  }

  func save() throws {
    var file = try ppo.checkpoint()
    file.metadata.merge(metadata) { _, new in new }
    try writer.write(file)
    lastSave = .now
  }
}
