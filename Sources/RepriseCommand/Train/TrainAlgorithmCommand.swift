import ArgumentParser
import Learning
import Recording
import Reinforcement
import Runs
import Vulkan

/// `reprise train ppo` and its like: trains a policy and keeps the run, or a policy for each of many seeds.
struct TrainAlgorithmCommand<Trained: Algorithm>: ParsableCommand {
  static var configuration: CommandConfiguration {
    let (name, usual) = (Trained.name, Trained.Configuration().environment)
    return CommandConfiguration(
      commandName: name,
      abstract: "Train a policy with \(name.uppercased()).",
      usage: "reprise train \(name) [--<setting> <value> ...] [<options>]",
      discussion: """
        Writes config.yaml, metrics.jsonl (one line an iteration), checkpoint.safetensors (every 30 s and at the end), \
        events for TensorBoard, log.txt, status.json (at the end) and, with --evaluate-every, best.safetensors into the \
        run's folder; with --seeds, into a folder for each. \
        Ctrl-C ends training after the iterations that are on the device, keeps everything and exits with 130; a \
        second one ends it at once. 'reprise train --resume <run>' goes on from the last checkpoint, to the bit.

        Settings (an option is stronger than --set, --set than the file of --config, that file than the recipe for the \
        algorithm and the environment, and the recipe than the default):
        \(Trained.Configuration.settingsHelp)

        Examples:
          reprise train \(name) --environment \(usual) --run runs/\(usual)
          reprise train \(name) --seeds 1-8 --evaluate-every 20000
          reprise train \(name) --config runs/\(usual)/config.yaml --seed 3 --dry-run
          reprise train \(name) --seed 2 --set gamma=0.99 --json --profile | tail -1
        """)
  }

  @OptionGroup var options: AlgorithmOptions<Trained>

  @Option(
    help: ArgumentHelp(
      "Train an agent for each of these seeds, side by side: 1-8, or 1,2,5. Each gets <run>/seed-<n>.",
      valueName: "seeds"), transform: { try SeedList($0) })
  var seeds: SeedList?

  @OptionGroup(title: "Evaluation") var evaluation: EvaluationOptions

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "The folder of the run. (default: runs/<environment>-\(Trained.name)-seed<seed>)", valueName: "folder"))
  var folder: String?

  @Flag(help: "Replace the run that the folder holds.")
  var overwrite = false

  @OptionGroup var dry: DryRunOptions
  @OptionGroup var checkpoints: CheckpointOptions
  @OptionGroup var stop: StopOptions
  @OptionGroup var faults: FaultOptions

  @OptionGroup(title: "Debugging") var switches: PlanSwitches
  @OptionGroup var selection: DeviceOptions

  @OptionGroup(title: "Messages") var log: LogOptions

  @Flag(help: "Print one JSON object an iteration and agent, and the run's summary as the last line.")
  var json = false

  @Flag(
    help:
      "Add what an iteration costs to the summary: submissions, host and device time, dispatches, memory, the time of each dispatch; and, but for --json, what the host spent its time on."
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
    try log.check(json: json)
    try options.check(for: Self.self)
  }

  /// Looks at all that can be known without a device; returns the settings of the run.
  func checked() throws -> ResolvedSettings<Trained.Configuration> {
    try stop.check()
    return try options.resolved(
      evaluation.given + checkpoints.given + faults.given + switches.given + .given(("seeds", seeds?.list)))
  }

  func run() throws {
    let settings = try checked()
    let (configuration, seeds) = (settings.configuration, settings.options.seeds)
    let named = "\(try Environments.named(configuration.environment).name)-\(Trained.name)-"
    let directory = RunDirectory(
      folder ?? "runs/\(named)"
        + (seeds.map { "seeds\(SeedList.text(of: $0))" } ?? "seed\(configuration.seed)"))
    let places = seeds.map { $0.map(directory.agent) } ?? [directory]
    if !overwrite { for place in [directory] + places { try place.refuseUsed() } }
    // Known to be writable before hours of training.
    if let trace, !dry.dryRun { try ChromeTrace(events: []).write(to: trace) }
    let spans = profile || trace != nil ? Trace(capacity: trace == nil ? 0 : 100_000) : nil
    try Trace.$current.withValue(spans) {
      let device = try selection.open()
      var plan = switches.options
      plan.noFusion = settings.options.noFusion
      let run = AgentRun<Trained>(
        definition: RunConfiguration(
          .reinforcement(Trained.name), SettingsTable(configuration), settings.options,
          device: device.physical.name, driver: device.physical.driver),
        directory: directory, device: device, options: plan, stop: stop,
        output: TrainingOutput(log, json: json, profile: profile, trace: trace, spans: spans))
      if dry.dryRun { return try run.dryRun(settings.values).show(json: json) }
      let note = settings.file?.deviceRows(on: device.physical) ?? []
      try run.begin(overwrite: overwrite, settings: settings.rows + note)
    }
  }
}

extension SettingsFile {
  /// A row that says so where the file is of a run on another device.
  func deviceRows(on physical: PhysicalDevice) -> [(String, String)] {
    let (here, there) = (
      [physical.name, physical.driver], [device ?? physical.name, driver ?? physical.driver]
    )
    guard here != there else { return [] }
    return [("note", "\(path) is of \(there[0]) (\(there[1])); bits may be others here")]
  }
}
