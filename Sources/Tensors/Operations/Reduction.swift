/// `y = op over axes of x`, with the axes kept as size 1. Computed by generated kernels, together with what feeds it.
struct Reduction: Operation {
  enum Kind: Sendable { case sum, mean, prod, amax, amin, any, all }

  let kind: Kind
  /// Ascending.
  let axes: [Int]

  var name: String { "\(kind)" }
  var identity: String? { "\(name) \(axes)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let input = inputs[0]
    let accepted: Set<DataType> =
      switch kind {
      case .sum, .prod, .amax, .amin: [.float32, .int32, .uint32]
      case .mean: [.float32]
      case .any, .all: [.bool]
      }
    guard accepted.contains(input.dataType) else {
      let types = accepted.map(\.rawValue).sorted().joined(separator: ", ")
      throw .mismatch(operation: name, inputs: inputs, expected: "one of \(types)")
    }
    let isExtremum = kind == .amax || kind == .amin
    guard !isExtremum || axes.allSatisfy({ input.shape[$0] > 0 }) else {
      throw .mismatch(operation: name, inputs: inputs, expected: "at least one element along axes \(axes)")
    }
    return TensorType(
      Shape(input.shape.dimensions.enumerated().map { axes.contains($0) ? 1 : $1 }), input.dataType)
  }

  /// How many elements go into one.
  func reducedCount(_ shape: Shape) -> Int { axes.reduce(1) { $0 * shape[$1] } }

  func gradients(_ application: Application) -> [Tensor?] {
    let input = application.inputs[0]
    guard input.dataType == .float32 else { return [nil] }
    let spread = application.gradient.expand(input.shape)
    switch kind {
    case .sum: return [spread]
    case .mean: return [spread / Double(reducedCount(input.shape))]
    case .amax, .amin:
      // As torch.amax: equal elements share the gradient.
      let chosen = (input .== application.output.expand(input.shape)).float()
      return [spread * chosen / chosen.sum(axes: axes, keepDimensions: true).expand(input.shape)]
    case .prod:
      // The product of the others, also where one of them is zero.
      let isZero = input .== input.constant(0)
      let others = Tensor.where(isZero, 1, input)
      let product = others.prod(axes: axes, keepDimensions: true)
      let zeros = isZero.float().sum(axes: axes, keepDimensions: true).expand(input.shape)
      let without = Tensor.where(zeros .== zeros.constant(0), product.expand(input.shape) / others, 0)
      let onlyZero = Tensor.where(zeros .== zeros.constant(1), product.expand(input.shape), 0)
      return [spread * Tensor.where(isZero, onlyZero, without)]
    case .any, .all: return [nil]
    }
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let shape = inputs[0].type.shape
    var results = [Double](repeating: kind.start, count: type.shape.count)
    let strides = zip(type.shape.strides, type.shape.dimensions.indices).map { axes.contains($1) ? 0 : $0 }
    for (index, value) in inputs[0].values.enumerated() {
      let output = zip(zip(shape.strides, shape.dimensions), strides)
        .reduce(0) { $0 + index / $1.0.0 % $1.0.1 * $1.1 }
      results[output] = kind.join(results[output], value)
    }
    if kind == .mean { results = results.map { $0 / Double(reducedCount(shape)) } }
    return HostTensor(type: type, values: results)
  }
}

extension Reduction.Kind {
  /// What a reduction begins with.
  fileprivate var start: Double {
    switch self {
    case .sum, .mean, .any: 0
    case .prod, .all: 1
    case .amax: -.infinity
    case .amin: .infinity
    }
  }

  /// One more element, in double precision.
  fileprivate func join(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .sum, .mean: a + b
    case .prod: a * b
    // As in PyTorch, one NaN makes the result one.
    case .amax: b > a || b.isNaN ? b : a
    case .amin: b < a || b.isNaN ? b : a
    case .any: max(a, b)
    case .all: min(a, b)
    }
  }

  /// GLSL of what a reduction of `type` begins with.
  func startGLSL(_ type: DataType) -> String {
    switch (self, type) {
    case (.any, _): "false"
    case (.all, _): "true"
    case (.amax, .int32): "int(0x80000000u)"
    case (.amin, .int32): "0x7FFFFFFF"
    case (.amax, .uint32): "0u"
    case (.amin, .uint32): "0xFFFFFFFFu"
    case (.amax, _): "uintBitsToFloat(0xFF800000u)"
    case (.amin, _): "uintBitsToFloat(0x7F800000u)"
    default: Constant(value: start, type: TensorType([], type)).glsl
    }
  }

  /// GLSL of one more element.
  func joinGLSL(_ a: String, _ b: String, _ type: DataType) -> String {
    switch (self, type) {
    case (.sum, _), (.mean, _): "\(a) + \(b)"
    case (.prod, _): "\(a) * \(b)"
    case (.any, _): "\(a) || \(b)"
    case (.all, _): "\(a) && \(b)"
    case (.amax, _): "larger(\(a), \(b))"
    case (.amin, _): "smaller(\(a), \(b))"
    }
  }
}

extension Tensor {
  private func reduce(_ kind: Reduction.Kind, _ axes: [Int]?, _ keepDimensions: Bool) -> Tensor {
    let all = axes ?? Array(0..<shape.rank)
    let normalized = all.compactMap { shape.normalized(axis: $0) }.sorted()
    guard normalized.count == all.count, Set(normalized).count == all.count else {
      graph.fail(.mismatch(operation: "\(kind)", inputs: [type], expected: "distinct axes among \(all)"))
      return self
    }
    // Accumulated in float32: the cast is computed in the loop.
    if dataType == .float16 { return float().reduce(kind, normalized, keepDimensions).half() }
    let reduction = Reduction(kind: kind, axes: normalized)
    var result = graph.apply(reduction, [self])
    if shape.count == 0 && result.shape.count > 0 {
      // Of nothing: there is no memory to read.
      let empty = reduction.reference([HostTensor(type: type, values: [])], result.type)
      result = graph.constant(empty.values[0], result.type)
    }
    let kept = shape.dimensions.indices.filter { keepDimensions || !normalized.contains($0) }
    return result.reshape(Shape(kept.map { normalized.contains($0) ? 1 : shape[$0] }))
  }

  /// Sum over `axes`, or over all (`torch.sum`); integers wrap around, of nothing it is 0.
  public func sum(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.sum, axes, keepDimensions)
  }
  /// Mean over `axes`, or over all (`torch.mean`).
  public func mean(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.mean, axes, keepDimensions)
  }
  /// Product over `axes`, or over all (`torch.prod`); of nothing it is 1.
  public func prod(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.prod, axes, keepDimensions)
  }
  /// Largest element over `axes`, or over all (`torch.amax`); equal ones share the gradient.
  public func max(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.amax, axes, keepDimensions)
  }
  /// Smallest element over `axes`, or over all (`torch.amin`); equal ones share the gradient.
  public func min(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.amin, axes, keepDimensions)
  }
  /// Whether any element over `axes`, or of all, is true (`torch.any`), for a bool tensor.
  public func any(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.any, axes, keepDimensions)
  }
  /// Whether all elements over `axes`, or all there are, are true (`torch.all`), for a bool tensor.
  public func all(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    reduce(.all, axes, keepDimensions)
  }
  /// Variance over `axes`, or over all (`torch.var`): the mean squared distance from the mean, times n/(n − correction).
  public func variance(axes: [Int]? = nil, correction: Double = 1, keepDimensions: Bool = false) -> Tensor {
    let squares = (self - mean(axes: axes, keepDimensions: true)).square()
    let sum = squares.sum(axes: axes, keepDimensions: keepDimensions)
    let divisor = Double(shape.count / Swift.max(1, sum.shape.count)) - correction
    // Of too few elements there is none.
    return divisor > 0 ? sum / divisor : graph.constant(.nan, sum.type)
  }
  /// Standard deviation over `axes`, or over all (`torch.std`).
  public func standardDeviation(axes: [Int]? = nil, correction: Double = 1, keepDimensions: Bool = false)
    -> Tensor
  {
    variance(axes: axes, correction: correction, keepDimensions: keepDimensions).sqrt()
  }
  /// `log Σ exp x` over `axes`, or over all (`torch.logsumexp`), shifted by the largest element so that nothing overflows.
  public func logSumExp(axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    let largest = max(axes: axes, keepDimensions: true).stopGradient()
    // Infinities are not subtracted from themselves.
    let shift = Tensor.where(largest.isFinite(), largest, 0)
    let sum = (self - shift).exp().sum(axes: axes, keepDimensions: keepDimensions)
    return sum.log() + shift.reshape(sum.shape)
  }
  /// The `p`-norm `(Σ |x|ᵖ)^(1/p)` over `axes`, or over all (`torch.linalg.vector_norm`); its gradient at zero is zero.
  public func norm(_ p: Double = 2, axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
    let magnitudes = abs()
    if p == .infinity { return magnitudes.max(axes: axes, keepDimensions: keepDimensions) }
    if p == 1 { return magnitudes.sum(axes: axes, keepDimensions: keepDimensions) }
    let powers = p == 2 ? square() : magnitudes.power(constant(p))
    let sum = powers.sum(axes: axes, keepDimensions: keepDimensions)
    let isPositive = sum .> 0
    let positive = Tensor.where(isPositive, sum, 1)
    let root = p == 2 ? positive.sqrt() : positive.power(constant(1 / p))
    return Tensor.where(isPositive, root, sum)
  }
}
