public import Tensors

extension Network {
  /// A flat gradient of this network, each member's part scaled to a Euclidean norm of at most `maximum`, and the norms
  /// before, [members] (`torch.nn.utils.clip_grad_norm_`).
  public func clippedNorm(_ gradient: Tensor, _ maximum: Double) -> (clipped: Tensor, norm: Tensor) {
    guard let members, members > 1 else {
      let (clipped, norm) = gradient.clippedNorm(maximum)
      return (clipped, members == nil ? norm : norm.reshape([1]))
    }
    let norm = norm(of: gradient, groups: members)
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

extension Network {
  /// The Euclidean norms of a flat gradient of this ensemble, each of as many members in a row as make a group: [groups].
  public func norm(of gradient: Tensor, groups: Int) -> Tensor {
    guard groups > 1 else { return gradient.square().sum().sqrt().reshape([1]) }
    let squares = parameters.map {
      gradient.slice(axis: 0, $0.offset..<$0.offset + $0.count).reshape([groups, $0.count / groups]).square()
        .sum(axes: [1])
    }
    return squares.reduce(gradient.graph.constant(0, TensorType([groups])), +).sqrt()
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
