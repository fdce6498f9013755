public import Tensors

/// Adam with bias correction (Kingma and Ba 2015), over all parameters of a network in one kernel (`torch.optim.Adam`).
///
///     m ← β₁m + (1−β₁)g      v ← β₂v + (1−β₂)g²      p ← p − lr · (m/c₁) / (√(v/c₂) + ε)
///
/// where c = 1 − βᵗ is kept as c ← βc + (1−β), which loses no digits in float32. With `decoupledWeightDecay` it is AdamW
/// (Loshchilov and Hutter 2019): weights shrink by lr·λ beside the step, where else λp is added to the gradient.
public final class Adam: Optimizer {
  /// Decay of the first and second moment.
  public let betas: (Double, Double)
  /// Added to the denominator.
  public let epsilon: Double
  /// Whether weight decay bypasses the moments, as AdamW's does.
  public let decoupledWeightDecay: Bool
  /// First and second moments, as flat as the parameters; then c₁ and c₂.
  public let state: [Variable]
  private let groups: ParameterGroups

  /// An optimizer of `network`; its state starts at zero.
  ///
  /// - Parameters:
  ///   - groups: weight decay and learning rates by parameter; by default all are alike and none decays.
  ///   - label: what the names of its state begin with; another where a checkpoint holds the state of several optimizers.
  /// - Throws: `ConfigurationError`, `VulkanError`.
  public init(
    _ network: Network, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    groups: ParameterGroups? = nil, decoupledWeightDecay: Bool = false, label: String = "optimizer"
  ) throws {
    try ConfigurationError.check("beta1", betas.0, in: 0..<1)
    try ConfigurationError.check("beta2", betas.1, in: 0..<1)
    try ConfigurationError.check("epsilon", epsilon, in: ParameterUpdate.epsilons)
    self.groups = try network.groups(groups)
    self.betas = betas
    self.epsilon = epsilon
    self.decoupledWeightDecay = decoupledWeightDecay
    let device = network.flat.device
    state = [
      try network.state("exp_avg", of: label), try network.state("exp_avg_sq", of: label),
      try Variable([], on: device, label: "\(label).correction1"),
      try Variable([], on: device, label: "\(label).correction2"),
    ]
  }

  /// Updates the parameters by the flat `gradient` with step size `learningRate`, a scalar.
  public func step(_ gradient: Tensor, learningRate: Tensor) {
    let graph = gradient.graph
    let update = ParameterUpdate(
      groups, gradient, learningRate: learningRate, decoupled: decoupledWeightDecay)
    let first = betas.0 * graph.read(state[0]) + (1 - betas.0) * update.gradient
    let second = betas.1 * graph.read(state[1]) + (1 - betas.1) * update.gradient.square()
    let correction1 = betas.0 * graph.read(state[2]) + (1 - betas.0)
    let correction2 = betas.1 * graph.read(state[3]) + (1 - betas.1)
    let denominator = (second / correction2).sqrt() + epsilon
    for (variable, value) in zip(state, [first, second, correction1, correction2]) { variable.assign(value) }
    update.descend(update.rate * (first / correction1) / denominator)
  }
}
