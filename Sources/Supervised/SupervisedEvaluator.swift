public import Datasets
public import Learning
public import Recording
public import Tensors
import Vulkan

/// A recorded evaluation: no gradients, no dropout, running statistics; metrics are summed on the device.
public final class SupervisedEvaluator {
  private let objective: Objective
  private let loader: DataLoader
  private let epoch: Epoch
  /// Loss and samples, then samples whose class is among the likeliest and 0, or absolute and squared errors.
  private let sums: Variable
  private let confusion: Variable?
  private let topK: Int

  /// Records the evaluation of `network` over the batches of `loader`, which must not change pictures at random.
  ///
  /// - Parameter weights: a variable laid out as `Network.flat` that stands for it, as an average of it.
  /// - Throws: `GraphError`, `RecordingError`, `VulkanError`.
  public init(
    _ network: Network, _ objective: Objective, _ loader: DataLoader, weights: Variable? = nil,
    options: PlanOptions = .environment
  ) throws {
    let device = loader.dataset.device
    let classes = objective.outputs
    let sums = try Variable([4], on: device, label: "metrics")
    var confusion: Variable?
    if case .classification = objective {
      confusion = try Variable([classes, classes], .int32, on: device, label: "confusion")
    }
    let topK = min(5, classes)
    (self.objective, self.loader, self.sums, self.confusion, self.topK) = (
      objective, loader, sums, confusion, topK
    )
    epoch = try loader.record(
      "evaluation", options: options,
      begin: { graph in
        sums.assign(graph.constant(0, sums.type))
        if let confusion { confusion.assign(graph.constant(0, confusion.type)) }
      }
    ) { graph, batch in
      let output = network(batch.inputs, weights: weights)
      let loss = objective.loss(output, batch) * Double(batch.count)
      let count = graph.constant(Double(batch.count), loss.type)
      let more: [Tensor]
      if let confusion {
        // Products of ones and zeros: exact, and in any order.
        let target = batch.targets.oneHot(classes).float()
        let found = output.argmax(axis: -1).oneHot(classes).float()
        confusion.assign(graph.read(confusion) + target.transposed().matmul(found).int32())
        let own = output.gather(batch.targets.unsqueezeLast())
        // A class is among the k likeliest when less than k are likelier.
        let likelier = (output .> own).float().sum(axes: [1])
        more = [(likelier .< Double(topK)).float().sum(), graph.constant(0, loss.type)]
      } else {
        let targets = batch.targets.reshape(output.shape)
        let error = objective.prediction(output) - targets
        more = [error.abs().sum(), error.square().sum()]
      }
      sums.assign(graph.read(sums) + .pack([loss, count] + more))
    }
  }

  /// Evaluates the weights as they are.
  ///
  /// - Parameter watch: called about five times a second while the device works.
  public func run(watch: (() -> Void)? = nil) throws -> EvaluationResult {
    try epoch.run(watch: watch)
    let sums = try sums.read(Float.self).map(Double.init)
    let samples = sums[1]
    switch objective {
    case .classification(let names):
      let counts = try confusion?.read(Int32.self).map(Int.init) ?? []
      return EvaluationResult(
        samples: Int(samples), loss: sums[0] / samples,
        classification: EvaluationResult.Classification(
          names: names,
          confusion: names.indices.map { Array(counts[$0 * names.count..<($0 + 1) * names.count]) },
          topK: topK, topKAccuracy: sums[2] / samples),
        regression: nil)
    case .regression(let shape, _):
      let elements = samples * Double(shape.count)
      return EvaluationResult(
        samples: Int(samples), loss: sums[0] / samples, classification: nil,
        regression: EvaluationResult.Regression(
          meanAbsoluteError: sums[2] / elements, meanSquaredError: sums[3] / elements,
          determination: 1 - sums[3] / max(squaredDeviations, .leastNormalMagnitude)))
    }
  }

  /// The squared distances of all targets from their mean.
  private var squaredDeviations: Double {
    guard case .values(let values, let shape) = loader.dataset.dataset.targets else { return 0 }
    return (0..<shape.count).reduce(0) { sum, column in
      let targets = loader.rows.map { Double(values[Int($0) * shape.count + column]) }
      let mean = targets.reduce(0, +) / Double(max(1, targets.count))
      return sum + targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
  }
}
