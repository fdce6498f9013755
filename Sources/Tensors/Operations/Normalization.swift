extension Tensor {
  /// Mean 0 and variance 1 along `axes`: the result, the mean, and the variance of the population, with the axes kept.
  ///
  /// The gradient is the usual closed form (Ioffe and Szegedy, "Batch Normalization", 2015): two means in one kernel.
  func standardized(axes: [Int], epsilon: Double) -> (value: Tensor, mean: Tensor, variance: Tensor) {
    let mean = mean(axes: axes, keepDimensions: true)
    let centered = self - mean
    let variance = centered.square().mean(axes: axes, keepDimensions: true)
    let scale = (variance + epsilon).rsqrt()
    let value = centered * scale
    let result = value.withGradient(of: [self], saving: [value, scale]) { gradient, saved in
      let (value, scale) = (saved[0], saved[1])
      let along = (gradient * value).mean(axes: axes, keepDimensions: true)
      return [scale * (gradient - gradient.mean(axes: axes, keepDimensions: true) - value * along)]
    }
    return (result, mean, variance)
  }

  /// Batch normalisation of this, [n, c, …], by the statistics of the batch (`torch.nn.functional.batch_norm`, training).
  ///
  /// - Parameters:
  ///   - runningMean, runningVariance: float32 [c], moved towards the batch's mean and unbiased variance by `momentum`.
  ///   - weight, bias: float32 [c].
  public func batchNorm(
    updating runningMean: Variable? = nil, _ runningVariance: Variable? = nil, weight: Tensor? = nil,
    bias: Tensor? = nil, momentum: Double = 0.1, epsilon: Double = 1e-5
  ) -> Tensor {
    guard isChanneled("batch_norm", [weight, bias].compactMap { $0 }) else { return self }
    let axes = shape.dimensions.indices.filter { $0 != 1 }
    let (value, mean, variance) = standardized(axes: axes, epsilon: epsilon)
    let count = Double(shape.count / Swift.max(1, shape[1]))
    if let runningMean {
      let old = graph.read(runningMean)
      runningMean.assign(old * (1 - momentum) + mean.reshape(old.shape) * momentum)
    }
    if let runningVariance {
      let old = graph.read(runningVariance)
      let unbiased = variance.reshape(old.shape) * (count / Swift.max(1, count - 1))
      runningVariance.assign(old * (1 - momentum) + unbiased * momentum)
    }
    return value.scaledByChannel(weight, bias)
  }

  /// Batch normalisation of this, [n, c, …], by given statistics, [c] (`torch.nn.functional.batch_norm`, evaluation).
  public func batchNorm(
    mean: Tensor, variance: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
  ) -> Tensor {
    guard isChanneled("batch_norm", [mean, variance] + [weight, bias].compactMap { $0 }) else { return self }
    let scale = (variance + epsilon).rsqrt() * (weight ?? constant(1))
    let shift = (bias ?? constant(0)) - mean * scale
    return scaledByChannel(scale, shift)
  }

  /// Normalisation over the last axes, as many as `weight` has, or `axes` (`torch.nn.functional.layer_norm`).
  public func layerNorm(
    weight: Tensor? = nil, bias: Tensor? = nil, lastAxes: Int = 1, epsilon: Double = 1e-5
  ) -> Tensor {
    let normalized = Swift.max(lastAxes, weight?.shape.rank ?? 0)
    guard fitsLastAxes("layer_norm", normalized, [weight, bias].compactMap { $0 }) else { return self }
    let axes = Array(shape.rank - normalized..<shape.rank)
    var result = standardized(axes: axes, epsilon: epsilon).value
    if let weight { result = result * weight }
    if let bias { result = result + bias }
    return result
  }

  /// Normalisation of this, [n, c, …], over each of `groups` groups of channels (`torch.nn.functional.group_norm`).
  public func groupNorm(
    groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
  ) -> Tensor {
    guard isChanneled("group_norm", [weight, bias].compactMap { $0 }) else { return self }
    guard groups > 0, shape[1] % groups == 0 else {
      graph.fail(
        .mismatch(operation: "group_norm", inputs: [type], expected: "channels divisible by \(groups) groups")
      )
      return self
    }
    let grouped = reshape([shape[0], groups, shape.count / Swift.max(1, shape[0] * groups)])
    let value = grouped.standardized(axes: [2], epsilon: epsilon).value.reshape(shape)
    return value.scaledByChannel(weight, bias)
  }

  /// Division by the root of the mean square over the last axis (`torch.nn.functional.rms_norm`; Zhang and Sennrich, 2019).
  public func rmsNorm(weight: Tensor? = nil, epsilon: Double = 1.1920929e-07) -> Tensor {
    guard fitsLastAxes("rms_norm", 1, [weight].compactMap { $0 }) else { return self }
    let scale = (square().mean(axes: [-1], keepDimensions: true) + epsilon).rsqrt()
    let value = self * scale
    let result = value.withGradient(of: [self], saving: [value, scale]) { gradient, saved in
      let along = (gradient * saved[0]).mean(axes: [-1], keepDimensions: true)
      return [saved[1] * (gradient - saved[0] * along)]
    }
    return weight.map { result * $0 } ?? result
  }

  /// Times `weight` and plus `bias`, [c], along axis 1.
  private func scaledByChannel(_ weight: Tensor?, _ bias: Tensor?) -> Tensor {
    let along = Shape([shape[1]] + [Int](repeating: 1, count: shape.rank - 2))
    var result = self
    if let weight { result = result * weight.reshape(along) }
    if let bias { result = result + bias.reshape(along) }
    return result
  }

  private func isChanneled(_ operation: String, _ parameters: [Tensor]) -> Bool {
    guard shape.rank >= 2, parameters.allSatisfy({ $0.shape == [shape[1]] }) else {
      graph.fail(
        .mismatch(
          operation: operation, inputs: [type] + parameters.map(\.type),
          expected: "[n, c, …] and parameters [c]"
        ))
      return false
    }
    return true
  }

  private func fitsLastAxes(_ operation: String, _ count: Int, _ parameters: [Tensor]) -> Bool {
    guard (1...Swift.max(1, shape.rank)).contains(count), shape.rank > 0,
      parameters.allSatisfy({ $0.shape == Shape(shape.dimensions.suffix(count)) })
    else {
      graph.fail(
        .mismatch(
          operation: operation, inputs: [type] + parameters.map(\.type),
          expected: "parameters of the shape of the last \(count) axes"))
      return false
    }
    return true
  }
}
