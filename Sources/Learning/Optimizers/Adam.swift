public import Tensors
public import Vulkan

/// Adam with bias correction (Kingma and Ba 2015), over all parameters of a network in one kernel.
///
///     m ← β₁m + (1−β₁)g      v ← β₂v + (1−β₂)g²      p ← p − lr · (m/c₁) / (√(v/c₂) + ε)
///
/// where c = 1 − βᵗ is kept as c ← βc + (1−β), which loses no digits in float32.
public final class Adam: Sendable {
  /// Decay of the first and second moment.
  public let betas: (Double, Double)
  /// Added to the denominator.
  public let epsilon: Double
  /// First and second moments, as flat as the parameters; then c₁ and c₂.
  public let state: [Variable]
  private let network: Network

  /// An optimizer of `network`; its state starts at zero.
  public init(
    _ network: Network, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8
  ) throws(VulkanError) {
    self.network = network
    self.betas = betas
    self.epsilon = epsilon
    let device = network.flat.device
    let shape = network.flat.type.shape
    state = [
      try Variable(shape, on: device, label: "optimizer.exp_avg"),
      try Variable(shape, on: device, label: "optimizer.exp_avg_sq"),
      try Variable([], on: device, label: "optimizer.correction1"),
      try Variable([], on: device, label: "optimizer.correction2"),
    ]
  }

  /// Updates the parameters by the flat `gradient` with step size `learningRate`, a scalar.
  public func step(_ gradient: Tensor, learningRate: Tensor) {
    let graph = gradient.graph
    let first = betas.0 * graph.read(state[0]) + (1 - betas.0) * gradient
    let second = betas.1 * graph.read(state[1]) + (1 - betas.1) * gradient.square()
    let correction1 = betas.0 * graph.read(state[2]) + (1 - betas.0)
    let correction2 = betas.1 * graph.read(state[3]) + (1 - betas.1)
    let denominator = (second / correction2).sqrt() + epsilon
    let parameters = graph.read(network.flat) - learningRate * (first / correction1) / denominator
    for (variable, value) in zip(state, [first, second, correction1, correction2]) { variable.assign(value) }
    network.flat.assign(parameters)
  }
}

extension Tensor {
  /// This gradient scaled to a Euclidean norm of at most `maximum`, and the norm before
  /// (`torch.nn.utils.clip_grad_norm_`).
  public func clippedNorm(_ maximum: Double) -> (clipped: Tensor, norm: Tensor) {
    let norm = square().sum().sqrt()
    let scale = Tensor.minimum(maximum / (norm + 1e-6), graph.constant(1, norm.type))
    return (self * scale, norm)
  }
}
