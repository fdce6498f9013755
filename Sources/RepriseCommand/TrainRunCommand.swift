import ArgumentParser
import Recording
import Reinforcement
import Runs
import Vulkan

/// `reprise train --resume`: trains what a run's own file says.
struct TrainRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Go on with a run: what 'reprise train --resume <run>' does.",
    usage: "reprise train --resume <run> [<options>]",
    discussion: """
      Everything that defines the run is read from its config.yaml. It goes on from its last checkpoint, or from its beginning \
      where it has none; lines of metrics.jsonl that are later are cut off and written again. Another device or driver is \
      allowed, with a warning: the bits will be others.

      Examples:
        reprise train --resume runs/cartpole
        reprise train --resume runs/pendulum-sac-seeds1-8 --json
      """)

  @Option(
    help: ArgumentHelp(
      "Go on with the run of this folder; of several seeds, the folder that theirs lie in.", valueName: "run")
  )
  var resume: String?

  @OptionGroup var stop: StopOptions
  @OptionGroup var selection: DeviceOptions

  @Flag(
    help: "Print one JSON object an iteration and agent, or an epoch, and the run's summary as the last line."
  )
  var json = false

  @Flag(help: "Add what training costs: the time of each dispatch.")
  var profile = false

  func run() throws {
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
        directory, on: selection.open(), options: .environment, stop: stop, json: json, profile: profile)
    }
  }

  private func goOn<Trained: Algorithm>(_ directory: RunDirectory, _: Trained.Type) throws {
    let definition = try RunConfiguration<SettingsTable<Trained.Configuration>>(of: directory)
    var options = PlanOptions.environment
    if definition.noFusion == true { options.noFusion = true }
    let spans = profile ? Trace(capacity: 0) : nil
    try Trace.$current.withValue(spans) {
      try AgentRun<Trained>(
        definition: definition, directory: directory, device: selection.open(), options: options, stop: stop,
        output: TrainingOutput(json: json, profile: profile, spans: spans)
      ).resume()
    }
  }
}
