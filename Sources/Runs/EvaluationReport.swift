package import Supervised

/// An evaluation as JSON.
package struct EvaluationReport: Codable {
  /// A class and how well it was found.
  package struct Class: Codable {
    package let name: String
    package let precision, recall, f1: Double
    package let support: Int
  }

  package let samples: Int
  package let loss: Double
  package let accuracy, topKAccuracy: Double?
  package let topK: Int?
  package let perClass: [Class]?
  /// Samples of each class (row) by the class that was found (column).
  package let confusion: [[Int]]?
  package let meanAbsoluteError, rootMeanSquaredError, determination: Double?

  enum CodingKeys: String, CodingKey {
    case samples, loss, accuracy, confusion
    case topKAccuracy = "top_k_accuracy"
    case topK = "top_k"
    case perClass = "per_class"
    case meanAbsoluteError = "mae"
    case rootMeanSquaredError = "rmse"
    case determination = "r2"
  }

  package init(_ evaluation: EvaluationResult) {
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
}
