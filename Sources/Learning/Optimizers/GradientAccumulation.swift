public import Tensors

/// The mean of gradients of several small batches, which is the gradient of one batch of all their samples.
///
/// ```swift
/// try program.pass("accumulate", repeats: accumulation.steps) { graph in
///   accumulation.add(network.gradient(of: loss(graph)))
/// }
/// try program.pass("update") { graph in
///   optimizer.step(accumulation.take(in: graph), learningRate: rate)
/// }
/// ```
public final class GradientAccumulation: Sendable {
  /// Gradients that are added before the mean is taken.
  public let steps: Int
  /// What has been added so far, divided by `steps`; as flat as the parameters.
  public let mean: Variable

  /// A mean of `steps` gradients of `network`.
  ///
  /// - Throws: `ConfigurationError`, `VulkanError`.
  public init(_ network: Network, steps: Int) throws {
    try ConfigurationError.check("accumulation-steps", steps, in: 1...1 << 20)
    self.steps = steps
    mean = try Variable(network.flat.type.shape, on: network.flat.device, label: "optimizer.gradient")
  }

  /// Adds the flat `gradient` of one batch's mean loss.
  public func add(_ gradient: Tensor) {
    mean.assign(gradient.graph.read(mean) + gradient / Double(steps))
  }

  /// The mean gradient; what is added afterwards begins anew.
  public func take(in graph: Graph) -> Tensor {
    // A value of its own: the variable's is replaced before the gradient is used.
    let gradient = graph.read(mean) * 1
    mean.assign(graph.constant(0, mean.type))
    return gradient
  }
}
