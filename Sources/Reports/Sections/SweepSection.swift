import Runs
package import Sweeps
import Vulkan

extension ReportSection {
  /// The trials of a sweep with their results, and how these depend on each parameter.
  package static func sweep(_ sweep: Sweep, _ results: SweepResults) -> ReportSection {
    let charts = sweep.file.parameters.enumerated().compactMap { column, parameter in
      scatter(sweep, results, column, parameter)
    }
    let figures = charts.enumerated().map { index, drawing in
      #"<figure class="plot" id="parameter-\#(index)"><figcaption>\#(escaped(drawing.title))</figcaption>"#
        + drawing.svg(identifier: "parameter-\(index)") + "</figure>"
    }
    return ReportSection(
      "sweep", "The sweep",
      resultTable(sweep, results) + #"<div class="grid">\#(figures.joined(separator: "\n"))</div>"#)
  }

  private static func resultTable(_ sweep: Sweep, _ results: SweepResults) -> String {
    let hasFailures = results.trials.contains { $0.failure != nil }
    return table(
      caption: "Trials, the best first",
      columns: ["trial"] + sweep.file.parameters.map(\.name)
        + [RunMetrics.title(of: sweep.metric.column), "± over seeds", "steps or epochs"]
        + (hasFailures ? ["failure"] : []),
      rows: results.ranking.map { place in
        let (trial, last) = (results.trials[place], results.trials[place].rungs.last)
        return ["\(trial.trial)"] + sweep.trials[place].values.map(\.description) + [
          last?.mean.map(numberText) ?? "–", last?.deviation.map(numberText) ?? "–",
          last.map { $0.steps.grouped } ?? "–",
        ] + (hasFailures ? [trial.failure ?? ""] : [])
      })
  }

  /// The result of each trial against a parameter; nil where there is none.
  private static func scatter(
    _ sweep: Sweep, _ results: SweepResults, _ column: Int, _ parameter: SweepParameter
  )
    -> Drawing?
  {
    let points = results.trials.indices.compactMap { place -> (text: String, result: Double)? in
      let trial = results.trials[place]
      guard trial.failure == nil, let mean = trial.rungs.last?.mean else { return nil }
      return (sweep.trials[place].values[column].description, mean)
    }
    guard !points.isEmpty else { return nil }
    let axis: Axis
    let places: [Double]
    switch parameter.space {
    case .choices(let values):
      let names = values.map(\.description)
      (axis, places) = (Axis(names: names), points.map { Double(names.firstIndex(of: $0.text) ?? 0) })
    case .range(let range):
      let margin = 0.03 * (range.high - range.low)
      axis =
        range.isLogarithmic
        ? Axis(decadesFrom: range.low, to: range.high)
        : Axis(from: range.low - margin, to: range.high + margin, count: 5)
      places = points.map { Double($0.text) ?? .nan }
    }
    let name = RunMetrics.title(of: sweep.metric.column)
    return Scatter(
      title: "\(name.prefix(1).uppercased() + name.dropFirst()) by \(parameter.name)",
      abscissa: parameter.name,
      axis: axis, points: zip(places, points.map(\.result)).map { ($0, $1) }
    ).drawing(width: 380, height: 240)
  }
}
