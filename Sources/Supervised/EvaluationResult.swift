/// What a model is worth on a split.
public struct EvaluationResult: Sendable, Equatable {
  /// Samples that were looked at.
  public let samples: Int
  /// Mean cross-entropy, or the mean squared error of scaled targets: what is trained for.
  public let loss: Double
  /// For classes; nil in a regression.
  public let classification: Classification?
  /// For numbers; nil in a classification.
  public let regression: Regression?

  /// Counts of a classification.
  public struct Classification: Sendable, Equatable {
    /// The classes.
    public let names: [String]
    /// Samples of each class (row) by the class that the model found (column).
    public let confusion: [[Int]]
    /// k of the second accuracy: 5, or less where there are fewer classes.
    public let topK: Int
    /// The part of samples whose class is among the k likeliest.
    public let topKAccuracy: Double

    /// The part of samples whose class was found.
    public var accuracy: Double {
      let right = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
      return Double(right) / Double(max(1, confusion.reduce(0) { $0 + $1.reduce(0, +) }))
    }

    /// Precision, recall and their harmonic mean of each class; 0 where nothing was found or is there, as scikit-learn has it.
    public var perClass: [(name: String, precision: Double, recall: Double, f1: Double, support: Int)] {
      names.indices.map { index in
        let right = Double(confusion[index][index])
        let support = confusion[index].reduce(0, +)
        let found = confusion.reduce(0) { $0 + $1[index] }
        let precision = found > 0 ? right / Double(found) : 0
        let recall = support > 0 ? right / Double(support) : 0
        let f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
        return (names[index], precision, recall, f1, support)
      }
    }
  }

  /// Errors of a regression, in units of the targets, over all outputs.
  public struct Regression: Sendable, Equatable {
    /// Mean of absolute and of squared errors.
    public let meanAbsoluteError, meanSquaredError: Double
    /// 1 less the squared errors over those of the mean as only answer (R²).
    public let determination: Double
  }

  /// What training selects by: accuracy, or else the loss.
  public var metric: Double { classification?.accuracy ?? loss }
}
