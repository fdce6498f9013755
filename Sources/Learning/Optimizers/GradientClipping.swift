public import Tensors

extension Tensor {
  /// This gradient scaled to a Euclidean norm of at most `maximum`, and the norm before
  /// (`torch.nn.utils.clip_grad_norm_`).
  public func clippedNorm(_ maximum: Double) -> (clipped: Tensor, norm: Tensor) {
    let norm = square().sum().sqrt()
    let scale = Tensor.minimum(maximum / (norm + 1e-6), graph.constant(1, norm.type))
    return (self * scale, norm)
  }

  /// This gradient with each element moved into ±`maximum` (`torch.nn.utils.clip_grad_value_`).
  public func clippedValue(_ maximum: Double) -> Tensor { clamp(-maximum, maximum) }
}
