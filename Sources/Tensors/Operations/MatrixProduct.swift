import Recording

/// `C = epilogue(A·B)` over the last two axes, for A […, m, k] and B […, k, n] of any strides; the axes before broadcast.
///
/// Semantics of `torch.matmul` for operands of at least two axes; the first axis may be summed over as well.
struct MatrixProduct: DispatchedOperation {
  /// What is done to each element while it is still in a register.
  enum Epilogue: UInt32, Sendable {
    case none, tanh, relu
    /// The gradient of an activation, from its result, which is the last input.
    case tanhBackward, reluBackward

    var takesResult: Bool { self == .tanhBackward || self == .reluBackward }
  }

  var epilogue = Epilogue.none
  /// Whether the products along the first axis, which both operands have, are added up.
  var isSummed = false

  var name: String { "matmul" }
  var identity: String? { "matmul \(epilogue) \(isSummed)" }
  var takesStrides: Bool { true }

  /// What would fit, for errors.
  static let expected =
    "float32 […, m, k], […, k, n] with leading axes that broadcast and, with a bias, a third that broadcasts to the result"

  /// The third input is added, or, as lowering makes it, an activation's result.
  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs.allSatisfy({ $0.dataType == .float32 }), let shape = shape(inputs[0].shape, inputs[1].shape),
      inputs.count == 2 || inputs[2].shape.broadcast(with: shape) == shape
    else { throw .mismatch(operation: name, inputs: inputs, expected: Self.expected) }
    return TensorType(shape)
  }

  private func shape(_ a: Shape, _ b: Shape) -> Shape? {
    guard a.rank >= (isSummed ? 3 : 2), b.rank >= (isSummed ? 3 : 2), a[a.rank - 1] == b[b.rank - 2],
      !isSummed || (a.rank == b.rank && a[0] == b[0]), let batch = a.batch.broadcast(with: b.batch)
    else { return nil }
    return Shape(batch.dimensions.dropFirst(isSummed ? 1 : 0) + [a[a.rank - 2], b[b.rank - 1]])
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let (a, b) = (application.inputs[0], application.inputs[1])
    // The gradient of each term of a sum is that of the sum.
    let gradient =
      isSummed ? application.gradient.reshape([1] + application.gradient.shape) : application.gradient
    let products = [
      gradient.matmul(b.transposed(), summedTo: a.shape), a.transposed().matmul(gradient, summedTo: b.shape),
    ]
    return products + application.inputs.dropFirst(2).map { application.gradient.sum(to: $0.shape) }
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let (a, b) = (inputs[0], inputs[1])
    let terms = isSummed ? a.type.shape[0] : 1
    let (depth, width) = (a.type.shape.dimensions.last ?? 0, b.type.shape.dimensions.last ?? 0)
    return HostTensor(type) { place in
      var sum = inputs.count == 3 ? inputs[2][broadcast: place] : 0
      guard depth > 0 else { return sum }
      for term in 0..<terms {
        let batch = (isSummed ? [term] : []) + place.dropLast(2)
        sum += dotProduct(
          a.values, from: a.position(broadcast: batch + [place[place.count - 2], 0]), step: 1,
          b.values, from: b.position(broadcast: batch + [0, place[place.count - 1]]), step: width,
          count: depth)
      }
      return sum
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    guard output.type.shape.count > 0 else { return }
    let shape = output.type.shape
    let batch = Array(shape.dimensions.dropLast(2))
    let terms = isSummed ? inputs[0].type.shape[0] : 1
    let product = RecordedProduct(
      a: Operand(inputs[0], isSummed: isSummed, batch: batch.count),
      b: Operand(inputs[1], isSummed: isSummed, batch: batch.count), c: Operand(output, batch: batch.count),
      side: inputs.count < 3 ? nil : Operand(inputs[2], broadcastTo: shape), epilogue: epilogue, batch: batch,
      terms: terms)
    product.record(into: &recorder)
  }
}

extension Shape {
  /// The axes before the last two.
  fileprivate var batch: Shape { Shape(Array(dimensions.dropLast(2))) }

  fileprivate static func + (left: [Int], right: Shape) -> Shape { Shape(left + right.dimensions) }
}

extension HostTensor {
  /// The element that this tensor, broadcast to a shape with more or longer axes, has at `coordinates`.
  subscript(broadcast coordinates: [Int]) -> Double { values[position(broadcast: coordinates)] }

  /// Where that element is.
  func position(broadcast coordinates: [Int]) -> Int {
    let (shape, strides) = (type.shape, type.shape.strides)
    let added = coordinates.count - shape.rank
    var position = 0
    for axis in 0..<shape.rank where shape[axis] != 1 {
      position += coordinates[added + axis] * strides[axis]
    }
    return position
  }
}

/// Σ a[i]·b[i] of `count` elements at steps of their own. References spend their time here.
func dotProduct(
  _ a: [Double], from aStart: Int, step aStep: Int, _ b: [Double], from bStart: Int, step bStep: Int,
  count: Int
) -> Double {
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      var sum = 0.0
      var (i, j, left) = (aStart, bStart, count)
      while left > 0 {
        sum += a[i] * b[j]
        i += aStep
        j += bStep
        left -= 1
      }
      return sum
    }
  }
}

extension Tensor {
  /// Matrix product as `torch.matmul`: […, m, k]·[…, k, n] → […, m, n], where leading axes broadcast.
  ///
  /// An operand of one axis is a row on the left and a column on the right, and its axis is not in the result.
  /// Transposed and broadcast operands cost nothing.
  public func matmul(_ other: Tensor) -> Tensor {
    let (rows, columns) = (shape.rank > 1, other.shape.rank > 1)
    guard shape.rank > 0, other.shape.rank > 0 else {
      graph.fail(
        .mismatch(operation: "matmul", inputs: [type, other.type], expected: MatrixProduct.expected))
      return self
    }
    let product = apply(
      MatrixProduct(), rows ? self : reshape([1, shape[0]]),
      columns ? other : other.reshape([other.shape[0], 1]))
    if rows && columns { return product }
    let batch = product.shape.dimensions.dropLast(2)
    let kept = (rows ? [product.shape[batch.count]] : []) + (columns ? [product.shape[batch.count + 1]] : [])
    return product.reshape(Shape(batch + kept))
  }

  /// `x·Wᵀ + b` for x […, in], `weight` [out, in], `bias` [out] → […, out], as `torch.nn.functional.linear`; or n of them,
  /// as `torch.vmap` does: x [n, …, in], `weight` [n, out, in], `bias` [n, out] → [n, …, out].
  public func linear(_ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
    if shape.rank == 1 {
      return reshape([1, shape[0]]).linear(weight, bias).reshape([weight.shape.dimensions.first ?? 0])
    }
    let transposed = weight.transposed()
    if weight.shape.rank == 3, let bias, bias.shape.rank == 2 {
      return matmul(transposed, adding: bias.reshape([bias.shape[0], 1, bias.shape[1]]))
    }
    return bias.map { matmul(transposed, adding: $0) } ?? matmul(transposed)
  }

  /// `self·other + addend`, where the addend broadcasts to the product, in one kernel. Operands have two axes or more.
  func matmul(_ other: Tensor, adding addend: Tensor) -> Tensor {
    apply(MatrixProduct(), self, other, addend)
  }

  /// The outer product of vectors [m] and [n] → [m, n] (`torch.outer`).
  public func outer(_ other: Tensor) -> Tensor {
    guard shape.rank == 1, other.shape.rank == 1, dataType == other.dataType else {
      graph.fail(
        .mismatch(operation: "outer", inputs: [type, other.type], expected: "two vectors of one type"))
      return self
    }
    return unsqueezeLast() * other
  }

  /// The product, added up over the axes along which `target` has one element: the gradient of a broadcast operand.
  func matmul(_ other: Tensor, summedTo target: Shape) -> Tensor {
    let (a, b) = (shape, other.shape)
    guard let batch = a.batch.broadcast(with: b.batch) else { return matmul(other) }
    let kept = [Int](repeating: 1, count: Swift.max(0, batch.rank + 2 - target.rank)) + target.dimensions
    let summed = batch.dimensions.indices.filter { kept[$0] == 1 && batch[$0] != 1 }
    // A leading run of axes is summed within the product, without a result for each.
    guard !summed.isEmpty, let last = summed.last else { return matmul(other).reshape(target) }
    guard batch.dimensions[...last].indices.allSatisfy({ kept[$0] == 1 }) else {
      return matmul(other).sum(to: target)
    }
    let terms = batch.dimensions[...last].reduce(1, *)
    func merged(_ x: Tensor) -> Tensor {
      let matrix = x.shape.dimensions.suffix(2)
      let own = [Int](repeating: 1, count: batch.rank + 2 - x.shape.rank) + x.shape.dimensions
      // Only what is summed has to be there in full.
      let rest = Array(own[(last + 1)..<batch.rank])
      return x.expand(Shape(batch.dimensions[...last] + rest + matrix)).reshape(
        Shape([terms] + rest + matrix))
    }
    return apply(MatrixProduct(isSummed: true), merged(self), merged(other)).reshape(target)
  }

  /// The sum over the axes along which `shape` was broadcast to this tensor's: the gradient of that broadcast.
  func sum(to shape: Shape) -> Tensor {
    let added = self.shape.rank - shape.rank
    let axes = self.shape.dimensions.indices.filter { axis in
      axis < added || (shape[axis - added] == 1 && self.shape[axis] != 1)
    }
    return axes.isEmpty ? self : sum(axes: axes).reshape(shape)
  }

  private func apply(_ product: MatrixProduct, _ a: Tensor, _ b: Tensor, _ addend: Tensor? = nil) -> Tensor {
    let result = graph.apply(product, [a, b] + (addend.map { [$0] } ?? []))
    // Where each element is a sum of nothing, there is no memory to read.
    guard a.shape.count == 0, result.shape.count > 0 else { return result }
    return addend?.expand(result.shape) ?? graph.constant(0, result.type)
  }
}
