public import Tensors

/// Stochastic gradient descent with momentum, over all parameters of a network in one kernel (`torch.optim.SGD`).
///
///     b ← μb + (1−τ)g      p ← p − lr·b, or with Nesterov's look-ahead p ← p − lr·(g + μb)
///
/// The first step takes b = g. Weight decay adds λp to the gradient.
public final class SGD: Optimizer {
  /// μ: how much of the last step is kept.
  public let momentum: Double
  /// τ: what is taken from the gradient before it joins the momentum.
  public let dampening: Double
  /// Whether the step looks ahead (Sutskever et al. 2013).
  public let nesterov: Bool
  /// The momentum buffer, and the number of steps when there is dampening; nothing without momentum.
  public let state: [Variable]
  private let groups: ParameterGroups

  /// An optimizer of `network`.
  ///
  /// - Parameter groups: weight decay and learning rates by parameter; by default all are alike and none decays.
  /// - Throws: `ConfigurationError`, `VulkanError`.
  public init(
    _ network: Network, momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false,
    groups: ParameterGroups? = nil
  ) throws {
    try ConfigurationError.check("momentum", momentum, in: 0..<1)
    try ConfigurationError.check("dampening", dampening, in: 0...1)
    guard !nesterov || (momentum > 0 && dampening == 0) else {
      throw ConfigurationError(
        field: "nesterov",
        reason: "needs momentum and no dampening; momentum is \(momentum) and dampening \(dampening)")
    }
    self.groups = try network.groups(groups)
    self.momentum = momentum
    self.dampening = dampening
    self.nesterov = nesterov
    var state: [Variable] = []
    if momentum > 0 {
      state.append(try network.state("momentum_buffer"))
      if dampening > 0 {
        state.append(try Variable([], on: network.flat.device, label: "optimizer.step"))
      }
    }
    self.state = state
  }

  /// Updates the parameters by the flat `gradient` with step size `learningRate`, a scalar.
  public func step(_ gradient: Tensor, learningRate: Tensor) {
    let update = ParameterUpdate(groups, gradient, learningRate: learningRate)
    guard momentum > 0 else { return update.descend(update.rate * update.gradient) }
    let graph = gradient.graph
    var joining = update.gradient
    if dampening > 0 {
      let steps = graph.read(state[1]) + 1
      state[1].assign(steps)
      joining = joining * .where(steps .== 1, 1, graph.constant(1 - dampening, steps.type))
    }
    let buffer = momentum * graph.read(state[0]) + joining
    state[0].assign(buffer)
    update.descend(update.rate * (nesterov ? update.gradient + momentum * buffer : buffer))
  }
}
