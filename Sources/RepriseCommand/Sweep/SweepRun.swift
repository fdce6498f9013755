import Foundation
import Runs
import Sweeps

/// Trains the trials of a sweep, as many at a time as there is room for, until all are done or a signal comes.
final class SweepRun {
  /// A run of a trial that has still to be trained up to a rung.
  private struct Job {
    let trial: Int
    let directory: RunDirectory
    let words: [String]
  }

  private let commands: TrialCommands
  private let folder: SweepFolder
  private let options: [String]
  private let console: SweepConsole
  private var capacity: SweepCapacity
  private(set) var results: SweepResults
  private var queue: [Job] = []
  private var running: [(job: Job, process: TrialProcess)] = []
  /// Runs of each trial that are still to be done on this rung.
  private var open: [Int: Int] = [:]
  private var rung = 0
  private var sweep: Sweep { commands.sweep }

  /// - Parameters:
  ///   - retries: whether trials that failed are tried again.
  ///   - options: what each trial's command gets beside its own words.
  init(
    _ commands: TrialCommands, _ folder: SweepFolder, _ capacity: SweepCapacity, options: [String],
    retries: Bool,
    console: SweepConsole
  ) throws {
    (self.commands, self.folder, self.options, self.console) = (commands, folder, options, console)
    self.capacity = capacity
    results = try SweepResults(commands.sweep, of: folder.results)
    if retries { for place in results.trials.indices { results.trials[place].failure = nil } }
  }

  /// Trains; nothing is left running when this returns.
  func train() throws {
    defer {
      console.end()
      for (_, process) in running { process.stop(SIGTERM) }
    }
    var isStopping = false
    while true {
      try reap()
      if let signal = Interruption.signal {
        if !isStopping { for (_, process) in running { process.stop(signal) } }
        isStopping = true
        if running.isEmpty { break }
      } else {
        if queue.isEmpty, running.isEmpty, !fill() { break }
        try start()
      }
      try console.show(sweep, results, rung: rung, running: running.count)
      usleep(20_000)
    }
    try save()
  }

  /// Puts the runs of the rung that is due into the queue; false at the end of the sweep.
  private func fill() -> Bool {
    guard let due = sweep.due(results) else { return false }
    rung = due.rung
    for place in due.trials {
      let runs = commands.runs(of: sweep.trials[place], in: folder.path)
      open[place] = runs.count
      queue += runs.map { Job(trial: place, directory: $0.directory, words: $0.words) }
    }
    return true
  }

  /// Starts what there is room for. Before it is known what a trial needs, one alone is measured.
  private func start() throws {
    while running.count < capacity.jobs, !queue.isEmpty, !running.contains(where: \.process.isProbe) {
      let job = queue.removeFirst()
      let isProbe = capacity.isUnknown && !queue.isEmpty
      let limit = isProbe ? 1 : sweep.rungs.limits[rung]
      let hasBegun = RunDirectory.hasFile(job.directory.config)
      let words =
        (hasBegun
          ? ["train", "--resume", job.directory.path]
          : job.words + ["--run=\(job.directory.path)", "--overwrite"])
        + (limit.map { ["--stop-after=\($0)"] } ?? []) + options + ["--json"]
      running.append((job, try TrialProcess(words, isProbe: isProbe, log: folder.log(job.directory))))
    }
  }

  /// Takes the results of what has ended.
  private func reap() throws {
    var still: [(job: Job, process: TrialProcess)] = []
    for (job, process) in running {
      guard let end = process.ended() else {
        still.append((job, process))
        continue
      }
      capacity.note(hostBytes: process.hostBytes, deviceBytes: process.deviceBytes)
      switch end {
      case .done where process.isProbe: queue.insert(job, at: 0)
      case .done: try finish(job.trial)
      case .interrupted where Interruption.signal != nil: break
      case .interrupted: try fail(job, "somebody stopped it")
      case .failed(let reason): try fail(job, reason)
      }
    }
    running = still
  }

  /// Counts a run of a trial; the last of them makes its result.
  private func finish(_ place: Int) throws {
    open[place, default: 1] -= 1
    guard open[place] == 0, results.trials[place].failure == nil else { return }
    let agents = commands.agents(of: sweep.trials[place], in: folder.path)
    let overviews = agents.map { RunOverview(of: $0) }
    let values = try agents.map { try sweep.metric.result(of: $0) }
    results.trials[place].rungs.append(
      SweepResults.Rung(
        steps: overviews.compactMap(\.steps).min() ?? 0, seconds: overviews.compactMap(\.seconds).max() ?? 0,
        values: values.map { $0.flatMap { $0.isFinite ? $0 : nil } }))
    try save()
    try console.done(sweep, results, place)
  }

  /// Notes why a trial failed; its other runs are not begun.
  private func fail(_ job: Job, _ reason: String) throws {
    queue.removeAll { $0.trial == job.trial }
    guard results.trials[job.trial].failure == nil else { return }
    let isOne = commands.runs(of: sweep.trials[job.trial], in: folder.path).count == 1
    results.trials[job.trial].failure = isOne ? reason : "\(job.directory.name): \(reason)"
    try save()
    try console.done(sweep, results, job.trial)
  }

  private func save() throws {
    try results.write(to: folder.results)
    try writeText(SweepTable(sweep, results).csv, to: folder.table)
  }
}
