public import Tensors

/// RMSprop (Tieleman and Hinton 2012), over all parameters of a network in one kernel (`torch.optim.RMSprop`).
///
///     v ← αv + (1−α)g²      p ← p − lr · g / (√v + ε)
///
/// Centered, the square of g's running mean is taken from v (Graves 2013); with momentum the quotient is gathered as
/// b ← μb + g/(√v + ε) and p ← p − lr·b. Weight decay adds λp to the gradient.
public final class RMSprop: Optimizer {
  /// Decay of the mean of squares.
  public let alpha: Double
  /// Added to the denominator.
  public let epsilon: Double
  /// μ: how much of the last step is kept.
  public let momentum: Double
  /// Whether the variance stands in for the mean of squares.
  public let centered: Bool
  /// The mean of squares; then, where they are used, the mean of gradients and the momentum buffer.
  public let state: [Variable]
  private let groups: ParameterGroups

  /// An optimizer of `network`; its state starts at zero.
  ///
  /// - Parameter groups: weight decay and learning rates by parameter; by default all are alike and none decays.
  /// - Throws: `ConfigurationError`, `VulkanError`.
  public init(
    _ network: Network, alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0,
    centered: Bool = false, groups: ParameterGroups? = nil
  ) throws {
    try ConfigurationError.check("alpha", alpha, in: 0..<1)
    try ConfigurationError.check("epsilon", epsilon, in: ParameterUpdate.epsilons)
    try ConfigurationError.check("momentum", momentum, in: 0..<1)
    self.groups = try network.groups(groups)
    self.alpha = alpha
    self.epsilon = epsilon
    self.momentum = momentum
    self.centered = centered
    let names = ["square_avg"] + (centered ? ["grad_avg"] : []) + (momentum > 0 ? ["momentum_buffer"] : [])
    state = try names.map { try network.state($0) }
  }

  /// Updates the parameters by the flat `gradient` with step size `learningRate`, a scalar.
  public func step(_ gradient: Tensor, learningRate: Tensor) {
    let graph = gradient.graph
    let update = ParameterUpdate(groups, gradient, learningRate: learningRate)
    let square = alpha * graph.read(state[0]) + (1 - alpha) * update.gradient.square()
    state[0].assign(square)
    var variance = square
    if centered {
      let mean = alpha * graph.read(state[1]) + (1 - alpha) * update.gradient
      state[1].assign(mean)
      // Rounding may take it below zero when a gradient hardly changes.
      variance = .maximum(square - mean.square(), 0)
    }
    var step = update.gradient / (variance.sqrt() + epsilon)
    if momentum > 0, let buffer = state.last {
      step = momentum * graph.read(buffer) + step
      buffer.assign(step)
    }
    update.descend(update.rate * step)
  }
}
