/// What becomes of the losses of a batch.
public enum LossReduction: String, Sendable {
  /// They stay as they are.
  case none
  /// Their mean; with class weights, the weighted mean.
  case mean
  /// Their sum.
  case sum
}

extension Tensor {
  /// Cross-entropy of this as logits, [n, c, …], with `target`, int32 class indices [n, …] or float32 probabilities of this
  /// shape (`torch.nn.functional.cross_entropy`).
  ///
  /// - Parameters:
  ///   - weight: of each class, float32 [c].
  ///   - labelSmoothing: how much of the target is spread over all classes (Szegedy et al., 2016).
  ///   - ignoring: the class index whose elements count for nothing.
  public func crossEntropy(
    _ target: Tensor, weight: Tensor? = nil, labelSmoothing: Double = 0, ignoring ignored: Int = -100,
    reduction: LossReduction = .mean
  ) -> Tensor {
    guard hasClasses("cross_entropy", target, weight), (0...1).contains(labelSmoothing) else { return self }
    let classes = Double(shape[1])
    let logProbabilities = channelsLast().logSoftmax()
    let weights = weight ?? constant(1)
    if target.dataType.isFloating {
      let smoothed = target.channelsLast() * (1 - labelSmoothing) + labelSmoothing / classes
      let losses = -(logProbabilities * smoothed * weights).sum(axes: [-1])
      return reduction == .mean ? losses.sum() / Double(losses.shape.count) : losses.reduced(reduction)
    }
    var (losses, weightOfTarget) = logProbabilities.pickedLosses(target, weight, ignored)
    if labelSmoothing > 0 {
      let isCounted = (target .!= target.constant(Double(ignored))).float()
      let spread = -(logProbabilities * weights).sum(axes: [-1]) * isCounted
      losses = losses * (1 - labelSmoothing) + spread * (labelSmoothing / classes)
    }
    let total = weightOfTarget.sum()
    let result = reduction == .mean ? losses.sum() / total : losses.reduced(reduction)
    if weight != nil || labelSmoothing > 0 { return result }
    // softmax(x) − 1 of the target, in one kernel.
    return result.withGradient(
      of: [channelsLast()], saving: [logProbabilities, target] + (reduction == .mean ? [total] : [])
    ) { gradient, saved in
      let all = saved[0].shape
      let index = saved[1].unsqueezeLast().expand(all)
      let column = index.graph.apply(
        Coordinate(type: TensorType(all, .int32), axis: all.rank - 1), [])
      let isTarget = index .== column
      let spread = reduction == .none ? gradient.unsqueezeLast().expand(all) : gradient.expand(all)
      let scale = reduction == .mean ? spread / saved[2].expand(all) : spread
      let isCounted = index .!= index.constant(Double(ignored))
      return [Tensor.where(isCounted, (saved[0].exp() - isTarget.float()) * scale, 0)]
    }
  }

  /// Negative log-likelihood of this as log-probabilities, [n, c, …], with int32 class indices [n, …]
  /// (`torch.nn.functional.nll_loss`).
  public func nllLoss(
    _ target: Tensor, weight: Tensor? = nil, ignoring ignored: Int = -100, reduction: LossReduction = .mean
  ) -> Tensor {
    guard hasClasses("nll_loss", target, weight) else { return self }
    let (losses, weights) = channelsLast().pickedLosses(target, weight, ignored)
    return reduction == .mean ? losses.sum() / weights.sum() : losses.reduced(reduction)
  }

  /// Binary cross-entropy of this as logits with probabilities `target`
  /// (`torch.nn.functional.binary_cross_entropy_with_logits`); `positiveWeight` multiplies the positive part.
  public func binaryCrossEntropyWithLogits(
    _ target: Tensor, weight: Tensor? = nil, positiveWeight: Tensor? = nil, reduction: LossReduction = .mean
  ) -> Tensor {
    // log σ(x) doesn't overflow where σ(x) vanishes.
    let positive = -logSigmoid() * target
    let negative = -(-self).logSigmoid() * (1 - target)
    let losses = (positiveWeight.map { positive * $0 } ?? positive) + negative
    return (weight.map { losses * $0 } ?? losses).reduced(reduction)
  }

  /// Squared difference (`torch.nn.functional.mse_loss`).
  public func mseLoss(_ target: Tensor, reduction: LossReduction = .mean) -> Tensor {
    (self - target).square().reduced(reduction)
  }

  /// Absolute difference (`torch.nn.functional.l1_loss`).
  public func l1Loss(_ target: Tensor, reduction: LossReduction = .mean) -> Tensor {
    (self - target).abs().reduced(reduction)
  }

  /// Half the squared difference up to `delta`, linear beyond (`torch.nn.functional.huber_loss`; Huber, 1964).
  public func huberLoss(_ target: Tensor, delta: Double = 1, reduction: LossReduction = .mean) -> Tensor {
    let distance = (self - target).abs()
    let linear = (distance - 0.5 * delta) * delta
    return Tensor.where(distance .<= constant(delta), distance.square() * 0.5, linear).reduced(reduction)
  }

  /// Huber's loss over `beta` (`torch.nn.functional.smooth_l1_loss`).
  public func smoothL1Loss(_ target: Tensor, beta: Double = 1, reduction: LossReduction = .mean) -> Tensor {
    beta == 0
      ? l1Loss(target, reduction: reduction) : huberLoss(target, delta: beta, reduction: reduction) / beta
  }

  /// Kullback-Leibler divergence of this as log-probabilities from `target`, probabilities, or their logarithms
  /// (`torch.nn.functional.kl_div`). Its mean is over elements; `.sum` over the batch size is the divergence itself.
  public func klDivLoss(_ target: Tensor, logTarget: Bool = false, reduction: LossReduction = .mean) -> Tensor
  {
    if logTarget { return (target.exp() * (target - self)).reduced(reduction) }
    // 0 · log 0 is 0.
    let isPositive = target .> 0
    let entropy = target * Tensor.where(isPositive, target, 1).log()
    return (entropy - target * self).reduced(reduction)
  }

  /// The losses of a batch made one.
  private func reduced(_ reduction: LossReduction) -> Tensor {
    switch reduction {
    case .none: self
    case .mean: mean()
    case .sum: sum()
    }
  }

  /// [n, c, …] → [n, …, c].
  private func channelsLast() -> Tensor {
    shape.rank == 2 ? self : permute([0] + Array(2..<shape.rank) + [1])
  }

  /// Of log-probabilities […, c]: the negative one of each target, times its weight; and the weights, 0 where it is ignored.
  private func pickedLosses(
    _ target: Tensor, _ weight: Tensor?, _ ignored: Int
  ) -> (losses: Tensor, weights: Tensor) {
    let isCounted = target .!= target.constant(Double(ignored))
    let index = Tensor.where(isCounted, target, 0).unsqueezeLast()
    let picked = gather(index).reshape(target.shape)
    let weights = weight.map { $0.expand(shape).gather(index).reshape(target.shape) } ?? constant(1)
    let counted = Tensor.where(isCounted, weights, 0)
    return (Tensor.where(isCounted, -picked * weights, 0), counted)
  }

  private func hasClasses(_ operation: String, _ target: Tensor, _ weight: Tensor?) -> Bool {
    let isIndex = target.dataType == .int32
    let expected = isIndex && shape.rank >= 2 ? Shape([shape[0]] + shape.dimensions.dropFirst(2)) : shape
    guard shape.rank >= 2, shape[1] > 0, target.shape == expected, isIndex || target.dataType == dataType,
      weight.map({ $0.shape == [shape[1]] }) ?? true
    else {
      graph.fail(
        .mismatch(
          operation: operation, inputs: [type, target.type] + (weight.map { [$0.type] } ?? []),
          expected:
            "[n, c, …], int32 classes [n, …] or probabilities of the same shape, and weights [c]"))
      return false
    }
    return true
  }
}
