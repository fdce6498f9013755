import Runs
import Vulkan

extension ReportSection {
  /// What the runs are and came to, and in what they differ.
  package static func runs(_ runs: [ReportedRun]) -> ReportSection {
    let results = table(
      caption: "Results",
      columns: ["run", "what", "seeds", "status", "steps", "time", "measure", "best", "last", "test"],
      rows: runs.map(row))
    guard runs.count > 1 else { return ReportSection("runs", "The run", results) }
    let keys = runs.differingKeys
    guard !keys.isEmpty else {
      return ReportSection("runs", "The runs", results + note("All settings of these runs are the same."))
    }
    let name = "Settings in which they differ"
    let settings = settingsTable(name, keys: keys, runs)
    // Of algorithms that have little in common, most do.
    return ReportSection("runs", "The runs", results + (keys.count > 20 ? details(name, settings) : settings))
  }

  private static func row(_ run: ReportedRun) -> [String] {
    let last = run.measured.metrics.compactMap(\.rows.last)
    let steps = last.reduce(0) { $0 + $1.steps }
    let unit = run.measured.name(of: .steps)
    let results = run.measured.results
    return [
      run.name, run.summary, "\(run.measured.agents.count)", run.measured.status,
      last.isEmpty ? "–" : "\(Int(steps).grouped) \(unit)",
      last.compactMap(\.seconds).max().map(duration) ?? "–",
      RunMetrics.title(of: run.measured.resultColumn), range(results.map(\.best)), range(results.map(\.last)),
      testResult(run),
    ]
  }

  private static func testResult(_ run: ReportedRun) -> String {
    guard let test = run.test else { return "–" }
    if let accuracy = test.accuracy { return "accuracy \(numberText(accuracy))" }
    return "RMSE \(numberText(test.rootMeanSquaredError ?? .nan))"
  }

  /// The mean, and where there are several the smallest and largest.
  private static func range(_ values: [Double]) -> String {
    guard let low = values.min(), let high = values.max() else { return "–" }
    let mean = values.reduce(0, +) / Double(values.count)
    return values.count == 1
      ? numberText(mean) : "\(numberText(mean)) (\(numberText(low)) to \(numberText(high)))"
  }

  private static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    return whole < 3600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  /// The whole of config.yaml.
  package static func configuration(_ runs: [ReportedRun]) -> ReportSection {
    let all = settingsTable("All settings", keys: runs.keys, runs)
    let folders = table(
      caption: "Folders", columns: ["run", "folder"],
      rows: runs.map { [$0.name, $0.measured.directory.path] })
    return ReportSection("configuration", "Configuration", folders + details("All settings", all))
  }

  private static func settingsTable(_ caption: String, keys: [String], _ runs: [ReportedRun]) -> String {
    table(
      caption: caption, columns: ["setting"] + runs.map(\.name),
      rows: keys.map { key in [key] + runs.map { $0.setting(key) ?? "–" } })
  }
}
