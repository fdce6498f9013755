import Supervised
import Vulkan

/// An evaluation as JSON and as text.
struct EvaluationReport: Encodable {
  /// A class and how well it was found.
  struct Class: Encodable {
    let name: String
    let precision, recall, f1: Double
    let support: Int
  }

  let samples: Int
  let loss: Double
  let accuracy, topKAccuracy: Double?
  let topK: Int?
  let perClass: [Class]?
  /// Samples of each class (row) by the class that was found (column).
  let confusion: [[Int]]?
  let meanAbsoluteError, rootMeanSquaredError, determination: Double?

  enum CodingKeys: String, CodingKey {
    case samples, loss, accuracy, confusion
    case topKAccuracy = "top_k_accuracy"
    case topK = "top_k"
    case perClass = "per_class"
    case meanAbsoluteError = "mae"
    case rootMeanSquaredError = "rmse"
    case determination = "r2"
  }

  init(_ evaluation: EvaluationResult) {
    samples = evaluation.samples
    loss = evaluation.loss
    let classification = evaluation.classification
    accuracy = classification?.accuracy
    topKAccuracy = classification?.topKAccuracy
    topK = classification?.topK
    perClass = classification?.perClass.map {
      Class(name: $0.name, precision: $0.precision, recall: $0.recall, f1: $0.f1, support: $0.support)
    }
    confusion = classification?.confusion
    meanAbsoluteError = evaluation.regression?.meanAbsoluteError
    rootMeanSquaredError = evaluation.regression?.meanSquaredError.squareRoot()
    determination = evaluation.regression?.determination
  }

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
