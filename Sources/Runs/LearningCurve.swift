import Foundation

/// The learning curve that metrics.jsonl holds.
package struct LearningCurve {
  /// Environment steps and the mean return of the episodes that ended there, or epochs and a result on the validation split.
  package struct Point {
    package let steps, value: Double
  }

  package let points: [Point]
  /// What is drawn against what.
  package let title: String

  private struct Line: Decodable {
    let steps, return_mean: Double?
    let epoch, train_loss, train_accuracy, val_loss, val_accuracy: Double?
    /// What is drawn of a supervised run: the first that there is.
    var result: (name: String, value: Double?) {
      if val_accuracy != nil { return ("validation accuracy", val_accuracy) }
      if val_loss != nil { return ("validation loss", val_loss) }
      return train_accuracy != nil ? ("training accuracy", train_accuracy) : ("training loss", train_loss)
    }
  }

  /// Reads the metrics of a run; a last line without its end is left out, because the run may have been killed.
  ///
  /// - Throws: `CommandFailure` with the file and line of what is no metrics.
  package init(of run: RunDirectory) throws(CommandFailure) {
    let lines = try readText(run.metrics).split(separator: "\n", omittingEmptySubsequences: false)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    var points: [Point] = []
    var title = "mean return against steps"
    // What follows the last line feed is nothing, or a line that was cut.
    for (index, text) in lines.dropLast().enumerated() {
      guard let line = try? decoder.decode(Line.self, from: Data(text.utf8)),
        let place = line.steps ?? line.epoch, place.isFinite
      else {
        let shown = text.count > 60 ? text.prefix(60) + "…" : text
        throw CommandFailure(
          "\(run.metrics):\(index + 1): found '\(shown)'; expected a JSON object with steps and return_mean, or with epoch."
        )
      }
      if line.steps == nil { title = "\(line.result.name) against epochs" }
      if let value = line.steps == nil ? line.result.value : line.return_mean, value.isFinite {
        points.append(Point(steps: place, value: value))
      }
    }
    guard !points.isEmpty else {
      throw CommandFailure("\(run.metrics) has no return yet: no episode has ended in this run.")
    }
    self.points = points
    self.title = title
  }
}
