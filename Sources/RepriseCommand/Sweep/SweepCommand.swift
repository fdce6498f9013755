import ArgumentParser
import Foundation
import Reports
import Runs
import Sweeps
import Vulkan

/// `reprise sweep`: trains with many settings, and says which do best.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Train with many settings, several at a time, and table which do best.",
    usage: """
      reprise sweep <file> [<options>]
      reprise sweep --resume <sweep> [<options>]
      """,
    discussion: """
      The file is YAML:
        train: ppo                 what stands after 'reprise train'
        options:                   options of all trials, by their names
          environment: cartpole
          evaluate-every: 20000
        seeds: 1-3                 of each trial, judged by the mean (default: 1)
        method: random             grid, random or halving (default: grid)
        trials: 20                 how many are drawn; 'seed' (default: 1) says which
        parameters:
          learning-rate: {min: 1e-4, max: 1e-2, scale: log}
          gamma: [0.98, 0.99]
        metric: return_mean        a column of metrics.jsonl (default: as in 'runs')
        goal: maximize             or minimize (default: by the metric)
        halving: {minimum: 10000, factor: 3}
      A grid tries all combinations; a range in it needs 'count' values. Ends that are whole numbers, as in \
      {min: 1, max: 10}, give whole numbers. With halving all trials train for 'minimum' steps or epochs, the best of \
      each 'factor' for 'factor' times as many, and so on to the end of the run.

      Each trial is a run <sweep>/trial-<number>; what it prints is in trial-<number>.log. results.csv, results.json and \
      report.html have the results: of evaluations and the validation split the best, of return_mean the mean of the \
      last 100 episodes, of all else the last. A trial that fails is listed with its reason and ends nothing. Ctrl-C \
      stops all trials with their checkpoints; the same command goes on, also after a kill, to the same results.

      On a software device each trial has one core, or as many as --cpu-threads says. Exit status 1 where all trials failed.

      Examples:
        reprise sweep ppo-cartpole.yaml
        reprise sweep ppo-cartpole.yaml --run runs/rates --jobs 4
        reprise sweep --resume runs/rates
      """)

  @Argument(help: ArgumentHelp("The file that says what is tried.", valueName: "file"))
  var file: String?

  @Option(help: ArgumentHelp("Go on with the sweep of this folder.", valueName: "sweep"))
  var resume: String?

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("The folder of the sweep. (default: runs/<name of the file>)", valueName: "folder"))
  var folder: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Trials at a time, 1 to 256. (default: as many as the memory has room for, by that of the first one, and at most one for each core, or for --cpu-threads cores of a software device)",
      valueName: "count"))
  var jobs: Int?

  @Flag(help: "Try trials again that have failed.")
  var retryFailed = false

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help:
      "Print a JSON object a trial that is done, and results.json as the last line: trials, each with parameters, rungs (steps, seconds, values of the seeds) and failure."
  )
  var json = false

  func validate() throws {
    guard (file == nil) != (resume == nil) else {
      throw ValidationError("A file, or --resume with the folder of a sweep, is needed")
    }
    if resume != nil, folder != nil {
      throw ValidationError("--resume and --run are both given; one of them names the folder")
    }
    for (name, value) in [("<file>", file), ("--resume", resume), ("--run", folder)]
    where value?.isEmpty == true {
      throw ValidationError("The value of '\(name)' is empty; it must name one")
    }
    if let jobs, !(1...256).contains(jobs) {
      throw ValidationError("--jobs is \(jobs); 1 to 256 was expected")
    }
  }

  func run() throws {
    if let resume, !RunDirectory.hasFile(SweepFolder.file(in: resume)) {
      throw CommandFailure("\(resume): there is no sweep; 'reprise sweep <file>' makes one.")
    }
    let path = resume.map { SweepFolder.file(in: $0) } ?? file ?? ""
    let commands = try TrialCommands(path)
    let device = try selection.device.choose(from: Instance().physicalDevices()).device
    let name = (path as NSString).lastPathComponent
    let folder = try SweepFolder(
      resume ?? self.folder ?? "runs/\((name as NSString).deletingPathExtension)", for: path)
    // One core each by default, so that the bits are those of any number of jobs.
    let threads = device.kind == .cpu ? selection.cpuThreads ?? 1 : nil
    let options = ["--device=\(selection.device)"] + (threads.map { ["--cpu-threads=\($0)"] } ?? [])
    Interruption.begin()
    let run = try SweepRun(
      commands, folder, SweepCapacity(jobs: jobs, on: device, threads: threads ?? 1), options: options,
      retries: retryFailed, console: SweepConsole(json: json))
    if !json { try writeLine(introduction(commands, device, folder)) }
    try run.train()
    if let signal = Interruption.signal {
      let done = run.results.trials.count { $0.failure != nil || !$0.rungs.isEmpty }
      throw Interruption.exit(
        signal, after: "\(done) of \(commands.sweep.trials.count) trials",
        Interruption.goingOn(folder.path, with: "sweep"))
    }
    try finish(commands, run.results, folder)
  }

  private func introduction(_ commands: TrialCommands, _ device: PhysicalDevice, _ folder: SweepFolder)
    -> String
  {
    let sweep = commands.sweep
    let halving =
      sweep.rungs.limits.count > 1
      ? ", compared after \(sweep.rungs.limits.compactMap { $0?.grouped }.joined(separator: ", ")) and at the end"
      : ""
    return
      "\(sweep.trials.count) trials of \(sweep.file.train.rawValue), seeds \(SeedList.text(of: commands.seeds))\(halving), "
      + "judged by \(sweep.metric.column), on \(device.name), in \(folder.path)"
  }

  /// Writes the report and prints the table and the best command.
  private func finish(_ commands: TrialCommands, _ results: SweepResults, _ folder: SweepFolder) throws {
    let ranking = results.ranking.filter { results.trials[$0].rungs.last?.mean != nil }
    let measured = try ranking.prefix(10).map { place in
      try MeasuredRun(RunDirectory("\(folder.path)/\(commands.sweep.trials[place].name)"))
    }
    let title = RunDirectory(folder.path).name
    let page = ReportPage(
      title: title, subtitle: "\(results.trials.count) trials of \(commands.sweep.file.train.rawValue)",
      sections: [.sweep(commands.sweep, results), .learning(measured, smoothing: 1)])
    try writeText(page.html, to: folder.report)
    if json {
      try writeLine(jsonText(results))
    } else {
      try write(SweepTable(commands.sweep, results).text)
    }
    guard let best = results.best else { throw ExitCode(1) }
    guard !json else { return }
    let trial = commands.sweep.trials[best]
    let seeds = commands.seeds.count > 1 && !commands.sweep.file.train.isSupervised
    let words =
      commands.words(of: trial)
      + [seeds ? "--seeds=\(SeedList.text(of: commands.seeds))" : "--seed=\(commands.seeds[0])"]
    try writeLine("Report: \(folder.report)")
    try writeLine("The best again: reprise \(words.map(\.quotedForShell).joined(separator: " "))")
  }
}
