import ArgumentParser
import Foundation
import Runs
import Vulkan

/// `reprise runs`: the runs in a folder, a line each.
struct RunsCommand: ParsableCommand {
  /// What runs are listed by.
  enum Order: String, CaseIterable, ExpressibleByArgument {
    case best, date, name
  }

  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the runs in a folder: how far they are, and their best results.",
    discussion: """
      A line a run: its status, the part that is done, its best result, steps (or samples) a second, the time since it \
      wrote last, what trained on what, and its folder. The result is the return of the best evaluation, or without \
      evaluations the mean return of the last 100 episodes; of classifiers the accuracy, of regressors the loss, of the \
      best epoch. A run of several seeds is one line, with the mean of their results and the range.

      Status: running; finished; interrupted, by a signal; failed, by an error; killed: neither running nor ended; \
      damaged: its files can't be read, and the line says why. A folder without a run below it is listed as such.

      Examples:
        reprise runs
        reprise runs experiments --sort best
        reprise runs --seeds --json
      """)

  @Argument(help: ArgumentHelp("The folder in and below which runs are looked for.", valueName: "folder"))
  var folder = "runs"

  @Option(
    help: ArgumentHelp(
      "best: by environment or data, the best first; date: what wrote last first; name: by folder.",
      valueName: "best|date|name"))
  var sort = Order.name

  @Flag(help: "A line for each seed of a run of several.")
  var seeds = false

  @Flag(
    help: """
      Print a JSON array of objects: path, status, reason, algorithm, task (environment or data), progress (0 to 1), \
      steps, seconds, steps_per_second, metric, best, best_min, best_max, last, seeds, age_seconds.
      """)
  var json = false

  func validate() throws {
    if folder.isEmpty { throw ValidationError("The folder is empty; it must name one") }
  }

  func run() throws {
    var rows = try RunGroup.all(below: folder).flatMap { group in
      group.runs.isEmpty || !seeds ? [RunRow(group)] : group.runs.map(RunRow.init)
    }
    switch sort {
    case .name: break
    case .date: rows.sort { $0.ageSeconds < $1.ageSeconds }
    case .best: rows.sort { $0.isBetter(than: $1) }
    }
    if json { return try writeLine(jsonText(rows)) }
    guard !rows.isEmpty else { return try writeLine("\(folder) holds no runs.") }
    let header = ["status", "done", "best", "", "a second", "age", "what", "run"]
    try write(table([header] + rows.map(\.cells)))
  }
}

/// A line of the list: a run, or all seeds of one.
struct RunRow: Encodable {
  let path: String
  let status: RunOverview.Status?
  let reason: String?
  let algorithm, task: String?
  let progress, seconds, stepsPerSecond: Double?
  let steps: Int?
  let metric: RunOverview.Metric?
  let best, bestMin, bestMax, last: Double?
  let seeds: [Int]
  let ageSeconds: Double

  init(_ run: RunOverview) { self.init(run.path, [run], reason: nil) }

  init(_ group: RunGroup) { self.init(group.path, group.runs, reason: group.reason) }

  private init(_ path: String, _ runs: [RunOverview], reason: String?) {
    self.path = path
    status = runs.worstStatus
    self.reason = reason ?? runs.compactMap(\.reason).first
    algorithm = runs.compactMap(\.algorithm).first
    task = runs.compactMap(\.task).first
    progress = runs.compactMap(\.progress).mean
    seconds = runs.compactMap(\.seconds).max()
    // Each seed of a run tells the rate of all of them.
    stepsPerSecond = runs.compactMap(\.stepsPerSecond).mean
    steps = runs.compactMap(\.steps).min()
    metric = runs.compactMap(\.metric).first
    let results = runs.compactMap(\.best)
    best = results.mean
    (bestMin, bestMax) = results.count > 1 ? (results.min(), results.max()) : (nil, nil)
    last = runs.compactMap(\.last).mean
    seeds = runs.compactMap(\.seed)
    ageSeconds = runs.map { Date.now.timeIntervalSince($0.date) }.min() ?? .infinity
  }

  var cells: [String] {
    let what = [algorithm, task].compactMap(\.self).joined(separator: " ")
    let rate = stepsPerSecond.map { $0 > 0 ? $0.short : "–" } ?? "–"
    let shown = "\(path)" + (seeds.count > 1 ? " (\(seeds.count) seeds)" : "")
    let isFailure = status == nil || status == .damaged || status == .failed
    return [
      status?.rawValue ?? "–", progress.map { "\(Int(100 * $0))%" } ?? "–", result, metric?.word ?? "", rate,
      ageSeconds.age, what.isEmpty ? "–" : what,
      shown + (isFailure ? reason.map { ": \($0)" } ?? "" : ""),
    ]
  }

  private var result: String {
    guard let best, let metric else { return "–" }
    guard let bestMin, let bestMax else { return metric.text(best) }
    return "\(metric.text(best)) (\(metric.text(bestMin)) to \(metric.text(bestMax)))"
  }

  /// Whether this is listed before another one by results, which compare on one environment or data set only.
  func isBetter(than other: RunRow) -> Bool {
    let (mine, theirs) = (task ?? "\u{10FFFF}", other.task ?? "\u{10FFFF}")
    guard mine == theirs else { return mine < theirs }
    guard let metric, let best else { return false }
    guard let otherBest = other.best else { return true }
    return metric.isBetterLarge ? best > otherBest : best < otherBest
  }
}

extension RunOverview.Metric {
  /// What the number is, in a word.
  var word: String {
    switch self {
    case .evaluationReturn: "evaluation"
    case .episodeReturn: "episodes"
    case .accuracy: "accuracy"
    case .loss: "loss"
    }
  }

  /// A result for people.
  func text(_ value: Double) -> String {
    switch self {
    case .evaluationReturn, .episodeReturn: value.fixed(1)
    case .accuracy: "\((100 * value).fixed(2))%"
    case .loss: value.fixed(4)
    }
  }
}

extension Double {
  /// Seconds as a time in one unit: `5 s`, `12 min`, `3 h`, `4 d`.
  fileprivate var age: String {
    for (seconds, unit) in [(86_400.0, "d"), (3600, "h"), (60, "min")] where self >= seconds {
      return isFinite ? "\(Int(self / seconds)) \(unit)" : "–"
    }
    return "\(Int(Swift.max(0, self))) s"
  }
}
