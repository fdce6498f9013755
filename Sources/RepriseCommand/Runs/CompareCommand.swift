import ArgumentParser
import Foundation
import Runs
import Vulkan

/// `reprise compare`: what differs between runs, and what they came to.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Table what differs between the settings of runs, and their results.",
    discussion: """
      Settings that all runs have in common are left out. Of a run of several seeds, results are the mean over seeds ± \
      the standard deviation. Runs may be of different algorithms. Best and last are as in 'reprise runs'.

      Examples:
        reprise compare runs/first runs/second
        reprise compare runs/*-seeds1-8 --json
      """)

  @Argument(help: ArgumentHelp("The folders of the runs.", valueName: "run"))
  var folders: [String]

  @Flag(
    help: """
      Print a JSON object: runs, an array of objects (path, seeds, metric, and steps, best, last, seconds, \
      steps_per_second, each with mean and std); and settings, an object of arrays, a value a run, null where it has none.
      """)
  var json = false

  func validate() throws {
    if folders.count < 2 { throw ValidationError("At least two runs are needed to compare") }
  }

  func run() throws {
    let comparison = RunComparison(try folders.map { try RunGroup($0) })
    try write(json ? jsonText(comparison, keys: .useDefaultKeys) + "\n" : comparison.text)
  }
}

/// Runs side by side.
struct RunComparison: Encodable {
  /// A result over the seeds of a run.
  struct Result: Encodable {
    let mean: Double
    let std: Double?

    init?(_ values: [Double]) {
      guard let mean = values.mean else { return nil }
      (self.mean, std) = (mean, values.standardDeviation)
    }

    func text(_ format: (Double) -> String) -> String {
      format(mean) + (std.map { " ± \(format($0))" } ?? "")
    }
  }

  /// What a run came to.
  struct Entry: Encodable {
    let path: String
    let seeds: [Int]
    let metric: RunOverview.Metric?
    let steps, best, last, seconds, stepsPerSecond: Result?

    enum CodingKeys: String, CodingKey {
      case path, seeds, metric, steps, best, last, seconds
      case stepsPerSecond = "steps_per_second"
    }

    init(_ group: RunGroup) {
      path = group.path
      seeds = group.runs.compactMap(\.seed)
      metric = group.runs.compactMap(\.metric).first
      steps = Result(group.runs.compactMap { $0.steps.map(Double.init) })
      best = Result(group.runs.compactMap(\.best))
      last = Result(group.runs.compactMap(\.last))
      seconds = Result(group.runs.compactMap(\.seconds))
      stepsPerSecond = Result(group.runs.compactMap(\.stepsPerSecond))
    }
  }

  let runs: [Entry]
  /// Keys that differ, in the order of config.yaml, with each run's value.
  let settings: [String: [String?]]
  private let keys: [String]

  enum CodingKeys: CodingKey { case runs, settings }

  init(_ groups: [RunGroup]) {
    runs = groups.map(Entry.init)
    let values = groups.map(Self.settings)
    var keys: [String] = []
    for group in groups {
      for entry in group.runs.first?.settings ?? [] where !keys.contains(entry.key) { keys.append(entry.key) }
    }
    self.keys = keys.filter { key in Set(values.map { $0[key] }).count > 1 }
    settings = Dictionary(uniqueKeysWithValues: self.keys.map { key in (key, values.map { $0[key] }) })
  }

  /// The settings of a run; of several seeds those that they don't have in common are all of their values.
  private static func settings(_ group: RunGroup) -> [String: String] {
    var values: [String: [String]] = [:]
    for run in group.runs {
      for entry in run.settings where entry.key != "format" {
        let text = entry.value.description
        if values[entry.key]?.contains(text) != true { values[entry.key, default: []].append(text) }
      }
    }
    return values.mapValues { $0.joined(separator: ",") }
  }

  /// Two tables: keys and results are lines, runs are columns.
  var text: String {
    let settings = keys.map { key in [key] + (self.settings[key] ?? []).map { $0 ?? "–" } }
    let results: [(String, (Entry) -> String?)] = [
      ("steps", { $0.steps?.text { $0.short } }),
      ("best", { run in run.best.flatMap { best in run.metric.map { best.text($0.text) } } }),
      ("last", { run in run.last.flatMap { last in run.metric.map { last.text($0.text) } } }),
      ("result", { $0.metric?.word }),
      ("seconds", { $0.seconds?.text { $0.fixed(1) } }),
      ("a second", { $0.stepsPerSecond?.text { $0.short } }),
    ]
    let lines =
      [["settings"] + runs.map(\.path)]
      + (settings.isEmpty ? [["none differ"] + runs.map { _ in "" }] : settings)
      + [["results"] + runs.map { $0.seeds.count > 1 ? "\($0.seeds.count) seeds" : "" }]
      + results.map { name, value in [name] + runs.map { value($0) ?? "–" } }
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      let cells = zip(line, widths).map { text, width in
        text + String(repeating: " ", count: width - text.count)
      }
      let isTitle = line[0] == "settings" || line[0] == "results"
      let row =
        (isTitle ? "" : "  ") + cells[0] + (isTitle ? "  " : "") + "  "
        + cells.dropFirst().joined(separator: "  ")
      return String(row.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }
}
