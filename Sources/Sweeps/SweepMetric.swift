import Learning
package import Runs

/// What trials are judged by.
package struct SweepMetric: Equatable, Sendable {
  /// A column of metrics.jsonl.
  package let column: String
  package let goal: SweepFile.Goal

  /// The metric of a file; where it names none, what `reprise runs` judges such runs by.
  ///
  /// - Parameter columns: what all runs' metrics have.
  /// - Throws: `CommandFailure` for a column that there can't be, and where it isn't known whether more is better.
  package init(_ file: SweepFile, columns: [String]) throws(CommandFailure) {
    let isEvaluated = columns.contains("evaluation_return_mean")
    let isValidated = columns.contains("val_loss")
    let part = isValidated ? "val" : "train"
    let usual =
      switch file.train {
      case .reinforcement: isEvaluated ? "evaluation_return_mean" : "return_mean"
      case .classifier: "\(part)_accuracy"
      case .regressor: "\(part)_loss"
      }
    column = file.metric ?? usual
    func refuse(_ reason: String) -> CommandFailure { file.failure(file.metricLine, "metric \(reason)") }
    if column.hasPrefix("evaluation_"), !isEvaluated {
      throw refuse("is \(column), and nothing is evaluated; add 'evaluate-every' to options")
    }
    if column.hasPrefix("val_"), !isValidated {
      throw refuse("is \(column), and there is no validation split; expected \(usual)")
    }
    if !columns.contains(column) {
      let nearest = columns.nearest(to: column).prefix(3).joined(separator: ", ")
      throw refuse("is \(column), which no run has; the nearest are: \(nearest)")
    }
    if let goal = file.goal {
      self.goal = goal
    } else if column.hasSuffix("loss") {
      goal = .minimize
    } else if ["_mean", "accuracy"].contains(where: column.hasSuffix) {
      goal = .maximize
    } else {
      throw refuse(
        "is \(column), of which it isn't known whether more is better; add 'goal: maximize' or minimize")
    }
  }

  /// The result of a run: of evaluations and the validation split the best, of returns the mean of the last hundred episodes,
  /// of all else the last; nil where there is none.
  ///
  /// - Throws: `CommandFailure` for metrics that can't be read.
  package func result(of run: RunDirectory) throws(CommandFailure) -> Double? {
    let metrics = try RunMetrics(of: run)
    // A return is missing as long as no episode has ended.
    guard metrics.columns.contains(column) else { return nil }
    if column == "return_mean" { return RunOverview(of: run).last }
    let values = metrics.rows.compactMap { $0.values[column] }.filter(\.isFinite)
    guard column.hasPrefix("evaluation_") || column.hasPrefix("val_") else { return values.last }
    return goal == .maximize ? values.max() : values.min()
  }
}
