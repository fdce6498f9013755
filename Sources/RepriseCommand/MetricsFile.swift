import Foundation

/// The learning curve that metrics.jsonl holds.
struct LearningCurve {
  /// Environment steps, and the mean return of the episodes that ended there.
  struct Point {
    let steps, value: Double
  }

  let points: [Point]

  private struct Line: Decodable {
    let steps: Double
    let return_mean: Double?
  }

  /// Reads the metrics of a run; a last line without its end is left out, because the run may have been killed.
  ///
  /// - Throws: `CommandFailure` with the file and line of what is no metrics.
  init(of run: RunDirectory) throws(CommandFailure) {
    let lines = try readText(run.metrics).split(separator: "\n", omittingEmptySubsequences: false)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    var points: [Point] = []
    // What follows the last line feed is nothing, or a line that was cut.
    for (index, text) in lines.dropLast().enumerated() {
      guard let line = try? decoder.decode(Line.self, from: Data(text.utf8)), line.steps.isFinite else {
        let shown = text.count > 60 ? text.prefix(60) + "…" : text
        throw CommandFailure(
          "\(run.metrics):\(index + 1): found '\(shown)'; expected a JSON object with steps and return_mean.")
      }
      if let value = line.return_mean, value.isFinite {
        points.append(Point(steps: line.steps, value: value))
      }
    }
    guard !points.isEmpty else {
      throw CommandFailure("\(run.metrics) has no return yet: no episode has ended in this run.")
    }
    self.points = points
  }
}
