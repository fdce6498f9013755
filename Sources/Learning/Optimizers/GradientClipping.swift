public import Tensors

extension Network {
  /// A flat gradient of this network, each member's part scaled to a Euclidean norm of at most `maximum`, and the norms
  /// before, [members] (`torch.nn.utils.clip_grad_norm_`).
  public func clippedNorm(_ gradient: Tensor, _ maximum: Double) -> (clipped: Tensor, norm: Tensor) {
    guard let members, members > 1 else {
      let (clipped, norm) = gradient.clippedNorm(maximum)
      return (clipped, members == nil ? norm : norm.reshape([1]))
    }
    let parts = parameters.map {
      gradient.slice(axis: 0, $0.offset..<$0.offset + $0.count).reshape([members, $0.shape.count])
    }
    let norm = parts.map { $0.square().sum(axes: [1]) }.reduce(
      gradient.graph.constant(0, TensorType([members])), +
    ).sqrt()
    let scale = Tensor.minimum(maximum / (norm + 1e-6), gradient.graph.constant(1, norm.type))
    return (gradient * spread(scale), norm)
  }

  /// A number for each member [members], laid out as `flat`: at all places of its parameters, or, where there is only one, a
  /// scalar.
  public func spread(_ values: Tensor) -> Tensor {
    guard let members, members > 1 else { return values.reshape([]) }
    return packed(
      parameters.map { values.reshape([members, 1]).expand([members, $0.shape.count]) }, in: values.graph)
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

  /// This gradient with each element moved into ±`maximum` (`torch.nn.utils.clip_grad_value_`).
  public func clippedValue(_ maximum: Double) -> Tensor { clamp(-maximum, maximum) }
}
