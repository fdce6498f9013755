import Foundation
import Learning
package import Runs

/// What a run has measured, over all of its seeds.
package struct MeasuredRun {
  package let directory: RunDirectory
  /// What it is called in charts.
  package var name: String
  /// The folders of its seeds; itself, where it has one.
  package let agents: [RunDirectory]
  /// The metrics of those that have begun to write any.
  package let metrics: [RunMetrics]

  /// Reads a run, also one that goes on or was killed.
  ///
  /// - Throws: `CommandFailure` with the file and line that can't be read.
  package init(_ directory: RunDirectory) throws(CommandFailure) {
    self.directory = directory
    name = directory.name
    agents = try directory.agents()
    var metrics: [RunMetrics] = []
    for agent in agents where access(agent.metrics, F_OK) == 0 { metrics.append(try RunMetrics(of: agent)) }
    self.metrics = metrics
  }

  /// The names of all columns.
  package var columns: Set<String> { metrics.reduce(into: []) { $0.formUnion($1.columns) } }

  /// The column that says how well it does.
  package var mainColumn: String { metrics.first?.mainColumn ?? "return_mean" }

  /// The same, of evaluations, where there were any.
  package var resultColumn: String {
    columns.contains("evaluation_return_mean") ? "evaluation_return_mean" : mainColumn
  }

  /// What its steps are.
  package func name(of abscissa: RunMetrics.Abscissa) -> String {
    metrics.first?.name(of: abscissa) ?? abscissa.rawValue
  }

  /// A column over all seeds.
  package func curve(
    _ column: String, against abscissa: RunMetrics.Abscissa = .steps, smoothing: Int = 1
  ) -> Curve {
    Curve(name, of: metrics.map { $0.curve(column, against: abscissa).points }, smoothing: smoothing)
  }

  /// The best and the last result of each seed.
  package var results: [(best: Double, last: Double)] {
    let column = resultColumn
    return metrics.compactMap { metrics in
      let values = metrics.curve(column).points.map(\.y)
      guard let last = values.last else { return nil }
      let best = column.hasSuffix("loss") ? values.min() : values.max()
      return (best ?? last, last)
    }
  }

  /// How it stands, as its files show it: of several seeds, the one that did worst.
  package var status: String {
    let overviews = agents.map(RunOverview.init(of:))
    guard let status = overviews.worstStatus, status != .finished else { return "finished" }
    let part = overviews.compactMap(\.progress).min() ?? 0
    return "\(status.rawValue) at \(Int(part * 100))%"
      + (overviews.compactMap(\.reason).first.map { ": \($0)" } ?? "")
  }
}

extension [MeasuredRun] {
  /// Reads runs; those of the same name are called by their paths.
  ///
  /// - Throws: `CommandFailure` as `MeasuredRun`, and for a run that is there twice.
  package init(_ folders: [String]) throws(CommandFailure) {
    self = []
    for folder in folders { append(try MeasuredRun(RunDirectory(folder))) }
    for run in self where count(where: { $0.directory.path == run.directory.path }) > 1 {
      throw CommandFailure("\(run.directory.path) is there twice; name each run once.")
    }
    let names = map(\.name)
    for index in indices where names.count(where: { $0 == names[index] }) > 1 {
      self[index].name = self[index].directory.path
    }
  }

  /// A chart of a column of all that have it, in the colours of their order.
  package func chart(
    _ column: String, against abscissa: RunMetrics.Abscissa = .steps, smoothing: Int = 1
  ) -> Chart {
    let series = enumerated().map { index, run in
      Chart.Series(
        run.curve(column, against: abscissa, smoothing: smoothing), ink: index,
        hasDots: column.hasPrefix("evaluation_"))
    }
    let title = RunMetrics.title(of: column)
    let drawn = filter { $0.columns.contains(column) }
    return Chart(
      title: title.prefix(1).uppercased() + title.dropFirst(),
      abscissa: Set(drawn.map { $0.name(of: abscissa) }).sorted().joined(separator: " or "),
      series: series.filter { !$0.curve.points.isEmpty })
  }

  /// Throws where none of them has such a column.
  ///
  /// - Throws: `CommandFailure` with the nearest names.
  package func refuseUnknown(_ column: String) throws(CommandFailure) {
    let known = reduce(into: Set<String>()) { $0.formUnion($1.columns) }
    guard !known.contains(column) else { return }
    let nearest = known.sorted().nearest(to: column).prefix(3).joined(separator: ", ")
    throw CommandFailure(
      "\(map(\.directory.path).joined(separator: ", ")): there is no metric '\(column)'"
        + (known.isEmpty ? " yet." : "; the nearest are: \(nearest)."))
  }
}
