import Foundation

/// All that metrics.jsonl holds: a row for each iteration, evaluation or epoch.
package struct RunMetrics {
  /// What curves are drawn against.
  package enum Abscissa: String, CaseIterable, Sendable {
    case steps, seconds, iteration
  }

  /// A line of the file.
  package struct Row {
    /// Environment steps or epochs done; iterations or epochs done; seconds since training began, where that is known.
    package let steps: Double
    package let iteration, seconds: Double?
    /// The numbers by their names, NaN and infinities among them.
    package let values: [String: Double]

    func place(_ abscissa: Abscissa) -> Double? {
      switch abscissa {
      case .steps: steps
      case .iteration: iteration
      case .seconds: seconds
      }
    }
  }

  package private(set) var rows: [Row] = []
  /// The names of all columns that say how training went, in alphabetical order.
  package private(set) var columns: [String] = []
  /// Iterations or epochs of the whole run, where the last line says so.
  package private(set) var total: Double?
  /// Whether it goes in epochs.
  package private(set) var isSupervised = false
  /// The file that it was read from.
  package let file: String

  /// Reads the metrics of a run; a last line without its end is left out, because the run may have been killed.
  ///
  /// - Throws: `CommandFailure` with the file and line of what is no metrics.
  package init(of run: RunDirectory) throws(CommandFailure) {
    try run.refuseNewer()
    file = run.metrics
    let lines = try readText(file).split(separator: "\n", omittingEmptySubsequences: false)
    let decoder = JSONDecoder()
    var seconds: Double?
    // What follows the last line feed is nothing, or a line that was cut.
    for (index, text) in lines.dropLast().enumerated() {
      let line = try? decoder.decode([String: MetricCell].self, from: Data(text.utf8)).compactMapValues(
        \.number)
      guard let line, let steps = line["steps"] ?? line["epoch"], steps.isFinite else {
        let shown = text.count > 60 ? text.prefix(60) + "…" : text
        throw CommandFailure(
          "\(file):\(index + 1): found '\(shown)'; expected a JSON object with steps and return_mean, or with epoch."
        )
      }
      if line["steps"] == nil { isSupervised = true }
      // Evaluations don't say when they were: after the iteration before.
      seconds = line["seconds"] ?? seconds
      total = line["iterations"] ?? line["epochs"] ?? total
      rows.append(
        Row(
          steps: steps, iteration: line["iteration"] ?? line["epoch"], seconds: seconds,
          values: line.filter { !MetricsRow.places.contains($0.key) }))
    }
    columns = rows.reduce(into: Set<String>()) { $0.formUnion($1.values.keys) }.sorted()
  }
}
