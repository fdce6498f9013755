extension Tensor {
  /// Scaled dot-product attention, `softmax(Q·Kᵀ/√d + mask)·V` (Vaswani et al., 2017;
  /// `torch.nn.functional.scaled_dot_product_attention`).
  ///
  /// This is Q, […, l, d]; the result is […, l, e]. A query that may see no key gives zeros, as in PyTorch.
  ///
  /// - Parameters:
  ///   - keys: K, […, s, d].
  ///   - values: V, […, s, e].
  ///   - mask: bool, true where a query may see a key, or float32, added to the products; it broadcasts to […, l, s].
  ///   - isCausal: whether query i sees keys 0…i only.
  ///   - scale: instead of 1/√d.
  public func scaledDotProductAttention(
    _ keys: Tensor, _ values: Tensor, mask: Tensor? = nil, isCausal: Bool = false, scale: Double? = nil
  ) -> Tensor {
    let rank = shape.rank
    guard rank >= 2, keys.shape.rank >= 2, values.shape.rank >= 2,
      keys.shape.dimensions.last == shape[rank - 1],
      keys.shape[keys.shape.rank - 2] == values.shape[values.shape.rank - 2]
    else {
      graph.fail(
        .mismatch(
          operation: "scaled_dot_product_attention", inputs: [type, keys.type, values.type],
          expected: "[…, l, d], [… , s, d] and [… , s, e]"))
      return self
    }
    let factor = scale ?? 1 / Double(shape[rank - 1]).squareRoot()
    var products = matmul(keys.transposed()) * factor
    if isCausal {
      let size = Shape(products.shape.dimensions.suffix(2))
      let query = graph.apply(Coordinate(type: TensorType(size, .int32), axis: 0), [])
      let key = graph.apply(Coordinate(type: TensorType(size, .int32), axis: 1), [])
      products = Tensor.where(key .<= query, products, -.infinity)
    }
    guard let mask else {
      return products.softmax().matmul(values)
    }
    products = mask.dataType == .bool ? Tensor.where(mask, products, -.infinity) : products + mask
    // A row of nothing but −∞ has no softmax; what it would give is masked.
    let seesAny = products.max(axes: [-1], keepDimensions: true).stopGradient() .> -.infinity
    let weights = Tensor.where(seesAny, Tensor.where(seesAny, products, 0).softmax(), 0)
    return weights.matmul(values)
  }
}
