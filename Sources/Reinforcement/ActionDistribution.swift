import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// A policy's choice among the actions of a space: independent categorical components, or a diagonal Gaussian.
///
/// Shapes: outputs of the policy [agents, samples, outputs]; actions [agents, samples, action], int32 or, for a box, float32.
struct ActionDistribution {
  let space: ActionSpace
  /// Logits of all choices, one component after the other, or means.
  let outputs: Tensor
  /// Logarithms of standard deviations [agents, samples or 1, action]; nil unless the space is a box.
  let logDeviations: Tensor?

  /// Logits of each component, as logarithms of probabilities.
  private func components(_ counts: [Int]) -> [Tensor] {
    counts.count == 1 ? [outputs.logSoftmax()] : outputs.split(counts, axis: 2).map { $0.logSoftmax() }
  }

  /// The logarithm of the probability, or the density, of `actions` → [agents, samples].
  func logProbability(_ actions: Tensor) -> Tensor {
    guard let counts = space.counts else {
      guard let logDeviations else { preconditionFailure("a Gaussian without deviations") }
      let z = (actions - outputs) / logDeviations.exp()
      return (-0.5 * z.square() - logDeviations - 0.5 * log(2 * Double.pi)).sum(axes: [2])
    }
    let shape = Shape(Array(actions.shape.dimensions.dropLast()))
    return components(counts).enumerated().map { index, logits in
      logits.gather(actions.slice(axis: 2, index..<index + 1)).reshape(shape)
    }.total
  }

  /// The entropy, or the differential entropy → [agents, samples].
  func entropy() -> Tensor {
    guard let counts = space.counts else {
      guard let logDeviations else { preconditionFailure("a Gaussian without deviations") }
      return (logDeviations.expand(outputs.shape) + (0.5 + 0.5 * log(2 * Double.pi))).sum(axes: [2])
    }
    // Where a probability is 0, its logarithm counts for nothing, however large it and a gradient that it is multiplied by.
    return components(counts).map { -($0.exp() * Tensor.maximum($0, -128)).sum(axes: [2]) }.total
  }

  /// The likeliest action.
  func mode() -> Tensor {
    guard let counts = space.counts else { return outputs }
    if counts.count == 1 { return outputs.argmax(axis: 2).unsqueezeLast() }
    return .stack(outputs.split(counts, axis: 2).map { $0.argmax(axis: 2) }, axis: 2)
  }

  /// An action at random.
  func sample(_ generator: Generator) -> Tensor {
    guard let counts = space.counts else {
      guard let logDeviations else { preconditionFailure("a Gaussian without deviations") }
      return outputs + logDeviations.exp() * generator.normal(outputs.shape)
    }
    if counts.count == 1 { return generator.categorical(outputs).unsqueezeLast() }
    return .stack(outputs.split(counts, axis: 2).map { generator.categorical($0) }, axis: 2)
  }
}

extension ActionSpace {
  /// `actions` as the environment takes them: a box's within its bounds.
  func bounded(_ actions: Tensor) -> Tensor {
    guard case .box(let low, let high) = self else { return actions }
    return actions.clamp(actions.graph.vector(low), actions.graph.vector(high))
  }
}

extension Graph {
  /// A vector of constants.
  func vector(_ values: [Double]) -> Tensor {
    .pack(values.map { constant($0, TensorType([1])) })
  }
}

extension [Tensor] {
  /// The sum of one tensor or more.
  fileprivate var total: Tensor { dropFirst().reduce(self[0], +) }
}
