import Runs
import Vulkan

extension EvaluationReport {
  /// One line.
  var line: String {
    if let accuracy, let topKAccuracy, let topK {
      return
        "accuracy \((100 * accuracy).fixed(2))%, among the \(topK) likeliest \((100 * topKAccuracy).fixed(2))%, "
        + "loss \(loss.fixed(4)), \(samples.grouped) samples"
    }
    return "RMSE \((rootMeanSquaredError ?? .nan).short), MAE \((meanAbsoluteError ?? .nan).short), "
      + "R² \((determination ?? .nan).fixed(4)), \(samples.grouped) samples"
  }

  /// The line, and for classes a table of each and the confusion matrix.
  var text: String {
    guard let perClass, let confusion else { return line + "\n" }
    let classes =
      [["precision", "recall", "F1", "samples", "class"]]
      + perClass.map {
        [$0.precision.fixed(4), $0.recall.fixed(4), $0.f1.fixed(4), "\($0.support)", $0.name]
      }
    let numbers = perClass.indices.map { "\($0)" }
    let matrix =
      [numbers + ["class (rows) by what was found (columns)"]]
      + confusion.enumerated().map { index, row in row.map { "\($0)" } + ["\(index) \(perClass[index].name)"]
      }
    // A matrix of hundreds of classes is for --json.
    return line + "\n" + table(classes) + (perClass.count <= 40 ? table(matrix) : "")
  }
}
