import Runs

extension ReportSection {
  /// The curves that say how well the runs learn.
  package static func learning(_ runs: [MeasuredRun], smoothing: Int) -> ReportSection {
    let charts = mainCharts(runs, smoothing: smoothing).filter { !$0.series.isEmpty }
    let content = charts.enumerated().map { figure($1, identifier: "curve-\($0)", width: 560, height: 300) }
      .joined(separator: "\n")
    let spread =
      "Lines are means over the seeds of a run; the bands around them go from the smallest seed to the largest. "
    let explanation =
      (runs.contains { $0.metrics.count > 1 } ? spread : "")
      + (smoothing > 1 ? "Each point is the mean of the last \(smoothing). " : "")
      + "On a chart, the arrow keys read its values one by one."
    return ReportSection(
      "learning", "Learning curves",
      charts.isEmpty
        ? note("No metrics have been written yet.")
        : note(explanation) + #"<div class="grid large">\#(content)</div>"#)
  }

  /// All other columns, as small charts.
  package static func metrics(_ runs: [MeasuredRun], smoothing: Int) -> ReportSection? {
    let main = Set(mainColumns(runs).joined())
    let charts = columns(of: runs).filter { !main.contains($0) }
      .map { runs.chart($0, smoothing: smoothing) }
      // What is 0 all along, as faults are, says nothing.
      .filter { !$0.series.allSatisfy { $0.curve.points.allSatisfy { $0.low == 0 && $0.high == 0 } } }
    guard !charts.isEmpty else { return nil }
    let content = charts.enumerated().map {
      figure($1, identifier: "metric-\($0)", width: 380, height: 220)
    }
    return ReportSection(
      "metrics", "All other metrics", #"<div class="grid">\#(content.joined(separator: "\n"))</div>"#)
  }

  /// All columns that any run has.
  private static func columns(of runs: [MeasuredRun]) -> [String] {
    runs.reduce(into: Set<String>()) { $0.formUnion($1.columns) }.sorted()
  }

  /// The columns of the large charts; of one run, those of a group stand in one chart.
  private static func mainColumns(_ runs: [MeasuredRun]) -> [[String]] {
    let known = columns(of: runs)
    let groups = [
      ["return_mean", "evaluation_return_mean"], ["val_accuracy", "train_accuracy"],
      ["val_loss", "train_loss"],
    ]
    return groups.map { $0.filter(known.contains) }.filter { !$0.isEmpty }
  }

  private static func mainCharts(_ runs: [MeasuredRun], smoothing: Int) -> [Chart] {
    let groups = mainColumns(runs)
    guard runs.count == 1 else { return groups.joined().map { runs.chart($0, smoothing: smoothing) } }
    return groups.map { columns in
      let charts = columns.map { runs.chart($0, smoothing: smoothing) }
      let series = zip(columns, charts).enumerated().flatMap { index, column in
        column.1.series.map {
          Chart.Series($0.curve.renamed(RunMetrics.title(of: column.0)), ink: index, hasDots: $0.hasDots)
        }
      }
      let titles = ["return_mean": "Return", "val_accuracy": "Accuracy", "val_loss": "Loss"]
      return Chart(
        title: titles[columns[0]] ?? charts[0].title, abscissa: charts[0].abscissa, series: series)
    }
  }
}
