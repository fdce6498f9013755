/// A column of a run's metrics against its steps, its time or its iterations.
package struct LearningCurve {
  package struct Point: Equatable {
    package let x, y: Double

    package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
  }

  package let points: [Point]
  /// What is drawn, in words, and against what.
  package let name, abscissa: String

  /// Both.
  package var title: String { "\(name) against \(abscissa)" }
}

extension RunMetrics {
  /// The column that says how well a run does: the return, or the first that there is of a supervised run's results.
  package var mainColumn: String {
    guard isSupervised else { return "return_mean" }
    let results = ["val_accuracy", "val_loss", "train_accuracy", "train_loss"]
    return results.first(where: columns.contains) ?? "train_loss"
  }

  /// A column as a curve, without what is no finite number.
  package func curve(_ column: String, against abscissa: Abscissa = .steps) -> LearningCurve {
    let points = rows.compactMap { row -> LearningCurve.Point? in
      guard let x = row.place(abscissa), let y = row.values[column], y.isFinite else { return nil }
      return LearningCurve.Point(x, y)
    }
    return LearningCurve(points: points, name: Self.title(of: column), abscissa: name(of: abscissa))
  }

  /// An abscissa in words; a supervised run goes in epochs.
  package func name(of abscissa: Abscissa) -> String {
    switch abscissa {
    case .steps: isSupervised ? "epochs" : "steps"
    case .iteration: isSupervised ? "epochs" : "iterations"
    case .seconds: "seconds"
    }
  }

  /// A column's name in words.
  package static func title(of column: String) -> String {
    switch column {
    case "return_mean": "mean return"
    case "length_mean": "mean episode length"
    case "evaluation_return_mean": "mean return in evaluations"
    case "evaluation_return_std": "standard deviation of returns in evaluations"
    case "evaluation_length_mean": "mean episode length in evaluations"
    case "approximate_kl": "approximate KL divergence"
    case "train_loss": "training loss"
    case "train_accuracy": "training accuracy"
    case "val_loss": "validation loss"
    case "val_accuracy": "validation accuracy"
    default: column.replacing("_", with: " ")
    }
  }
}
