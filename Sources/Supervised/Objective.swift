public import Datasets
public import Tensors

/// What a model learns: classes or numbers; it decides outputs, loss and metrics.
public enum Objective: Sendable, Equatable {
  /// One class of several, by their names.
  case classification([String])
  /// Numbers, `shape` a sample, which the model gives in units of `scale`.
  case regression(Shape, scale: Normalization)

  /// The objective that a data set is for; targets of a regression are scaled by the mean and deviation of `rows`.
  ///
  /// - Throws: `DataError` when the data set has no targets.
  public init(_ dataset: Dataset, rows: [UInt32]) throws(DataError) {
    switch dataset.targets {
    case .classes(_, let names): self = .classification(names)
    case .values(let values, let shape):
      let width = shape.count
      let columns = (0..<width).map { column in rows.map { Double(values[Int($0) * width + column]) } }
      let means = columns.map { $0.reduce(0, +) / Double(max(1, $0.count)) }
      let deviations = zip(columns, means).map { column, mean in
        (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, column.count))).squareRoot()
      }
      self = .regression(
        shape,
        scale: Normalization(mean: means, standardDeviation: deviations.map { $0 > 0 ? $0 : 1 }))
    case .unknown:
      throw .unusable(
        source: dataset.source, found: "no targets", expected: "a class or a number for each sample")
    }
  }

  /// How many numbers the model gives a sample.
  public var outputs: Int {
    switch self {
    case .classification(let names): names.count
    case .regression(let shape, _): shape.count
    }
  }

  /// The mean loss of a batch: cross-entropy, or the mean square of what a regression's scaled outputs are off.
  func loss(_ output: Tensor, _ batch: Batch, labelSmoothing: Double = 0) -> Tensor {
    switch self {
    case .classification:
      return output.crossEntropy(batch.mixedTargets ?? batch.targets, labelSmoothing: labelSmoothing)
    case .regression(_, let scale):
      let graph = output.graph
      let targets = batch.targets.reshape(output.shape)
      return output.mseLoss(
        (targets - graph.vector(scale.mean)) / graph.vector(scale.standardDeviation))
    }
  }

  /// What the model says in units of the targets: probabilities of classes, or numbers.
  func prediction(_ output: Tensor) -> Tensor {
    switch self {
    case .classification: return output.softmax(axis: -1)
    case .regression(_, let scale):
      let graph = output.graph
      return output * graph.vector(scale.standardDeviation) + graph.vector(scale.mean)
    }
  }
}

extension Graph {
  /// A few numbers as a float32 tensor that needs no memory.
  func vector(_ values: [Double]) -> Tensor {
    .pack(values.map { constant($0, TensorType([1])) })
  }
}
