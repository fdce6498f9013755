import ArgumentParser
import Learning
import Recording
import Reinforcement
import Runs
import Vulkan

/// `reprise train --resume` and `reprise train --config`: trains what a file says.
struct TrainRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract:
      "Go on with a run, or begin one that a file defines: 'reprise train --resume <run>', 'reprise train --config <file>'.",
    usage: """
      reprise train --resume <run> [<options>]
      reprise train --config <file> [<options>]
      """,
    discussion: """
      With --config the line 'algorithm:' of the file says whose options may follow: those of 'reprise train ppo' and its like, \
      which are stronger than the file. With config.yaml of a run, the same run is made again, to the bit on the same device and driver.

      With --resume everything that defines the run is read from its config.yaml. It goes on from its last checkpoint, or from its beginning \
      where it has none; lines of metrics.jsonl that are later are cut off and written again. Another device or driver is \
      allowed, with a warning: the bits will be others.

      Examples:
        reprise train --resume runs/cartpole
        reprise train --resume runs/pendulum-sac-seeds1-8 --json
        reprise train --config runs/cartpole/config.yaml --run runs/again --dry-run
      """)

  @Option(
    help: ArgumentHelp(
      "Go on with the run of this folder; of several seeds, the folder that theirs lie in.", valueName: "run")
  )
  var resume: String?

  @OptionGroup var file: ConfigOptions
  @OptionGroup var stop: StopOptions
  @OptionGroup var selection: DeviceOptions

  @OptionGroup(title: "Messages") var log: LogOptions

  @Flag(
    help: "Print one JSON object an iteration and agent, or an epoch, and the run's summary as the last line."
  )
  var json = false

  @Flag(help: "Add what training costs: the time of each dispatch.")
  var profile = false

  // With --config, they are those of the algorithm that the file names.
  @Argument(parsing: .allUnrecognized, help: .private)
  var words: [String] = []

  func validate() throws {
    try log.check(json: json)
    guard file.config == nil || resume == nil else {
      throw ValidationError("--config begins a run and --resume goes on with one; one of them can be given")
    }
    guard file.config == nil, let word = words.first else { return }
    guard word.hasPrefix("-") else { throw ValidationError("Unexpected argument '\(word)'") }
    let nearest = Self.optionNames.nearest(to: word).prefix(3).joined(separator: ", ")
    throw ValidationError("Unknown option '\(word)'; the nearest are: \(nearest)")
  }

  func run() throws {
    if let config = file.config { return try begin(config) }
    guard let resume else { throw CleanExit.helpRequest(TrainCommand.self) }
    guard !resume.isEmpty else {
      throw ValidationError("The value of '--resume' is empty; it must name a run's folder")
    }
    try stop.check()
    let directory = RunDirectory(resume)
    try directory.refuseMissing(isWhole: true)
    let parent = RunDirectory("\(resume)/..")
    if directory.path.split(separator: "/").last?.hasPrefix("seed-") == true,
      RunDirectory.hasFile(parent.state)
    {
      throw CommandFailure(
        "\(directory.path) is one of several agents that train side by side; go on with the folder that it lies in."
      )
    }
    switch try directory.algorithm() {
    case .reinforcement(let name):
      for algorithm in Algorithms.all where algorithm.name == name { try goOn(directory, algorithm) }
    case .classifier, .regressor:
      try SupervisedTraining.resume(
        directory, on: selection.open(), options: .environment,
        TrainingOutput(log, json: json, profile: profile), stop: stop)
    }
  }

  /// Does what the subcommand of the file's algorithm does with the whole command line.
  private func begin(_ config: String) throws {
    guard let algorithm = try SettingsFile(config).algorithm else {
      throw CommandFailure(
        "\(config): \"algorithm\" is missing; expected one of \(RunKind.names.joined(separator: ", ")), or 'reprise train <algorithm> --config \(config)'"
      )
    }
    var rest = CommandLine.arguments.dropFirst().drop { $0 != "train" }.dropFirst()
    if rest.first == Self.configuration.commandName { rest = rest.dropFirst() }
    var command = try RepriseCommand.parseAsRoot(["train", algorithm.rawValue] + rest)
    try command.run()
  }

  private func goOn<Trained: Algorithm>(_ directory: RunDirectory, _: Trained.Type) throws {
    let definition = try RunConfiguration<SettingsTable<Trained.Configuration>>(of: directory)
    var options = PlanOptions.environment
    if definition.options.noFusion { options.noFusion = true }
    let spans = profile ? Trace(capacity: 0) : nil
    try Trace.$current.withValue(spans) {
      try AgentRun<Trained>(
        definition: definition, directory: directory, device: selection.open(), options: options, stop: stop,
        output: TrainingOutput(log, json: json, profile: profile, spans: spans)
      ).resume()
    }
  }
}
