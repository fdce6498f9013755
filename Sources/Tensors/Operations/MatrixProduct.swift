import KernelParameters
import Kernels
import Recording

/// `C = epilogue(A·B)` for A [m, k] and B [k, n] of any strides.
struct MatrixProduct: DispatchedOperation {
  /// What is done to each element while it is still in a register.
  enum Epilogue: UInt32, Sendable {
    case none, tanh, relu
    /// The gradient of an activation, from its result, which is the last input.
    case tanhBackward, reluBackward

    var takesResult: Bool { self == .tanhBackward || self == .reluBackward }
  }

  var epilogue = Epilogue.none

  var name: String { "matmul" }
  var identity: String? { "matmul \(epilogue)" }
  var takesStrides: Bool { true }

  /// The third input is the bias [n], or, as lowering makes it, an activation's result [m, n].
  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let (a, b) = (inputs[0], inputs[1])
    guard inputs.allSatisfy({ $0.dataType == .float32 }), a.shape.rank == 2, b.shape.rank == 2,
      a.shape[1] == b.shape[0], inputs.count == 2 || inputs[2].shape == [b.shape[1]]
    else {
      throw .mismatch(
        operation: name, inputs: inputs, expected: "float32 [m, k], [k, n] and, with a bias, [n]")
    }
    return TensorType([a.shape[0], b.shape[1]])
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let (a, b, gradient) = (application.inputs[0], application.inputs[1], application.gradient)
    let products = [gradient.matmul(b.transposed()), a.transposed().matmul(gradient)]
    return application.inputs.count == 2 ? products : products + [gradient.sum(axes: [0])]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { place in
      let product = (0..<inputs[0].type.shape[1]).reduce(0.0) { sum, k in
        sum + inputs[0][[place[0], k]] * inputs[1][[k, place[1]]]
      }
      return product + (inputs.count == 3 ? inputs[2].values[place[1]] : 0)
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    guard output.type.shape.count > 0 else { return }
    let side = inputs.count < 3 ? nil : epilogue.takesResult ? Operand(inputs[2]) : Operand(row: inputs[2])
    var product = RecordedProduct(
      a: Operand(inputs[0]), b: Operand(inputs[1]), c: Operand(output), side: side, epilogue: epilogue)
    // Lanes lie along the columns of C; a narrow C is computed transposed, so that they have work.
    let shape = output.type.shape
    if shape[1] < 16 && shape[0] > shape[1] { product.transpose() }
    product.record(into: &recorder)
  }
}

/// A matrix as the kernels address it.
struct Operand {
  let value: Value
  var rows, columns, rowStride, columnStride: Int

  init(_ value: Value) {
    self.value = value
    (rows, columns) = (value.type.shape[0], value.type.shape[1])
    (rowStride, columnStride) = (value.layout.strides[0], value.layout.strides[1])
  }

  /// A vector that is the same for all rows.
  init(row value: Value) {
    self.value = value
    (rows, columns, rowStride, columnStride) = (1, value.type.shape[0], 0, value.layout.strides[0])
  }

  mutating func transpose() {
    swap(&rows, &columns)
    swap(&rowStride, &columnStride)
  }
}

/// A product on its way to dispatches.
struct RecordedProduct {
  var a, b, c: Operand
  var side: Operand?
  let epilogue: MatrixProduct.Epilogue

  mutating func transpose() {
    a.transpose()
    b.transpose()
    c.transpose()
    side?.transpose()
    swap(&a, &b)
  }

  /// Records the tiled product, split along k where there would be too few workgroups to fill the device.
  func record(into recorder: inout Recorder) {
    let tiles = MatrixTiles(self, device: recorder.device)
    let split = tiles.parts > 1
    let partial =
      split ? recorder.scratch(TensorType([tiles.parts, c.rows * c.columns]), label: "matmul: parts") : nil
    let target = partial ?? c.value
    recorder.dispatch(
      Dispatch(
        "matmul \(c.rows)×\(a.columns)×\(c.columns)", tiles.kernel, specialization: tiles.specialization,
        parameters: MatrixProductParameters(
          rows: UInt32(c.rows), columns: UInt32(c.columns), depth: UInt32(a.columns),
          depthOfPart: UInt32(tiles.depthOfPart),
          aOffset: UInt32(a.value.elementOffset), aRow: UInt32(a.rowStride), aColumn: UInt32(a.columnStride),
          bOffset: UInt32(b.value.elementOffset), bRow: UInt32(b.rowStride), bColumn: UInt32(b.columnStride),
          cOffset: UInt32(target.elementOffset), cRow: UInt32(split ? c.columns : c.rowStride),
          cColumn: UInt32(split ? 1 : c.columnStride),
          sideOffset: UInt32(side?.value.elementOffset ?? 0), sideRow: UInt32(side?.rowStride ?? 0),
          sideColumn: UInt32(side?.columnStride ?? 0), rowsOfGroup: UInt32(tiles.rows)),
        bindings: [
          .read(a.value.region), .read(b.value.region), .read((side ?? a).value.region),
          .write(target.region),
        ],
        groups: tiles.groups, flops: 2 * c.rows * c.columns * a.columns))
    if let partial { finish(partial, into: &recorder) }
  }

  /// Adds the parts in their order, then the epilogue.
  private func finish(_ partial: Value, into recorder: inout Recorder) {
    let local = 64
    recorder.dispatch(
      Dispatch(
        "matmul: sum of \(partial.type.shape[0]) parts", .matrixProductParts,
        specialization: [UInt32(local), epilogue.rawValue, side == nil ? 0 : 1],
        parameters: MatrixPartsParameters(
          rows: UInt32(c.rows), columns: UInt32(c.columns), parts: UInt32(partial.type.shape[0]),
          cOffset: UInt32(c.value.elementOffset), cRow: UInt32(c.rowStride), cColumn: UInt32(c.columnStride),
          sideOffset: UInt32(side?.value.elementOffset ?? 0), sideRow: UInt32(side?.rowStride ?? 0),
          sideColumn: UInt32(side?.columnStride ?? 0)),
        bindings: [
          .read(partial.region), .read(side?.value.region ?? partial.region), .write(c.value.region),
        ],
        groups: Groups((c.rows * c.columns + local - 1) / local),
        flops: partial.type.shape.count))
  }
}

extension Tensor {
  /// Matrix product [m, k]·[k, n] → [m, n]; a transposed operand costs nothing.
  public func matmul(_ other: Tensor) -> Tensor {
    let product = graph.apply(MatrixProduct(), [self, other])
    return isEmpty(along: product) ? graph.constant(0, product.type) : product
  }

  /// `x·Wᵀ + b` for x [n, in], `weight` [out, in], `bias` [out] → [n, out], as `torch.nn.functional.linear`.
  public func linear(_ weight: Tensor, _ bias: Tensor) -> Tensor {
    let product = graph.apply(MatrixProduct(), [self, weight.transposed(), bias])
    return isEmpty(along: product) ? bias.expand(product.shape) : product
  }

  /// Whether each element of `product` is a sum of nothing: there is no memory to read.
  private func isEmpty(along product: Tensor) -> Bool { shape.count == 0 && product.shape.count > 0 }
}
