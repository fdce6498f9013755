import KernelParameters
import Kernels
import Recording

/// `C = activation(A·B + bias)` for A [m, k], B [k, n] of any strides and bias [n].
struct MatrixProduct: DispatchedOperation {
  /// Applied to each element while it is still in a register.
  enum Activation: UInt32, Sendable { case none, tanh, relu }

  var activation = Activation.none

  var name: String { "matmul" }
  var identity: String? { "matmul \(activation)" }
  var takesStrides: Bool { true }

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
    let bias = inputs.count == 3 ? inputs[2] : nil
    let straight = Operand.pair(inputs[0], inputs[1], output)
    // Lanes lie along the columns of C; a narrow C is computed transposed, so that they have work.
    let swap = output.type.shape[1] < 16 && output.type.shape[0] > output.type.shape[1]
    let (a, b, c) = swap ? (straight.b.transposed, straight.a.transposed, straight.c.transposed) : straight
    recorder.matrixProduct(
      a, b, into: c, bias: bias, biasAlongRows: swap, activation: activation, label: name)
  }

  /// A matrix as the kernel addresses it.
  struct Operand {
    let value: Value
    let rows: Int
    let columns: Int
    let rowStride: Int
    let columnStride: Int

    init(_ value: Value) {
      self.value = value
      (rows, columns) = (value.type.shape[0], value.type.shape[1])
      (rowStride, columnStride) = (value.layout.strides[0], value.layout.strides[1])
    }

    private init(value: Value, rows: Int, columns: Int, rowStride: Int, columnStride: Int) {
      self.value = value
      (self.rows, self.columns) = (rows, columns)
      (self.rowStride, self.columnStride) = (rowStride, columnStride)
    }

    var transposed: Operand {
      Operand(value: value, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
    }

    static func pair(_ a: Value, _ b: Value, _ c: Value) -> (a: Operand, b: Operand, c: Operand) {
      (Operand(a), Operand(b), Operand(c))
    }
  }
}

extension Recorder {
  /// Records the tiled product, split along k where there would be too few workgroups to fill the device.
  mutating func matrixProduct(
    _ a: MatrixProduct.Operand, _ b: MatrixProduct.Operand, into c: MatrixProduct.Operand, bias: Value?,
    biasAlongRows: Bool, activation: MatrixProduct.Activation, label: String
  ) {
    guard c.rows * c.columns > 0 else { return }
    let tiles = MatrixTiles(rows: c.rows, columns: c.columns, depth: a.columns, device: device)
    let split = tiles.parts > 1
    let partial =
      split ? scratch(TensorType([tiles.parts, c.rows * c.columns]), label: "\(label): parts") : nil
    let target = partial ?? c.value
    let biasStride = UInt32(bias?.layout.strides[0] ?? 0)
    let parameters = MatrixProductParameters(
      rows: UInt32(c.rows), columns: UInt32(c.columns), depth: UInt32(a.columns),
      depthOfPart: UInt32(tiles.depthOfPart),
      aOffset: UInt32(a.value.elementOffset), aRow: UInt32(a.rowStride), aColumn: UInt32(a.columnStride),
      bOffset: UInt32(b.value.elementOffset), bRow: UInt32(b.rowStride), bColumn: UInt32(b.columnStride),
      cOffset: UInt32(target.elementOffset), cRow: UInt32(split ? c.columns : c.rowStride),
      cColumn: UInt32(split ? 1 : c.columnStride), biasOffset: UInt32(bias?.elementOffset ?? 0),
      biasRow: biasAlongRows ? biasStride : 0, biasColumn: biasAlongRows ? 0 : biasStride)
    dispatch(
      Dispatch(
        "\(label) \(c.rows)×\(a.columns)×\(c.columns)", .matrixProduct,
        specialization: [
          UInt32(tiles.local), UInt32(tiles.handed), UInt32(tiles.rowsPerLane), UInt32(tiles.columnsPerLane),
          split ? 0 : activation.rawValue, split || bias == nil ? 0 : 1,
        ],
        parameters: parameters,
        bindings: [
          .read(a.value.region), .read(b.value.region), .read((bias ?? a.value).region),
          .write(target.region),
        ],
        groups: tiles.groups))
    if let partial {
      finishParts(
        partial, into: c, bias: bias, biasAlongRows: biasAlongRows, activation: activation, label: label)
    }
  }

  /// Adds the parts in their order, then bias and activation.
  private mutating func finishParts(
    _ partial: Value, into c: MatrixProduct.Operand, bias: Value?, biasAlongRows: Bool,
    activation: MatrixProduct.Activation, label: String
  ) {
    let local = 64
    let biasStride = UInt32(bias?.layout.strides[0] ?? 0)
    dispatch(
      Dispatch(
        "\(label): sum of \(partial.type.shape[0]) parts", .matrixProductParts,
        specialization: [UInt32(local), activation.rawValue, bias == nil ? 0 : 1],
        parameters: MatrixPartsParameters(
          rows: UInt32(c.rows), columns: UInt32(c.columns), parts: UInt32(partial.type.shape[0]),
          cOffset: UInt32(c.value.elementOffset), cRow: UInt32(c.rowStride), cColumn: UInt32(c.columnStride),
          biasOffset: UInt32(bias?.elementOffset ?? 0), biasRow: biasAlongRows ? biasStride : 0,
          biasColumn: biasAlongRows ? 0 : biasStride),
        bindings: [.read(partial.region), .read((bias ?? partial).region), .write(c.value.region)],
        groups: Groups((c.rows * c.columns + local - 1) / local)))
  }
}

extension Tensor {
  /// Matrix product [m, k]·[k, n] → [m, n]; a transposed operand costs nothing.
  public func matmul(_ other: Tensor) -> Tensor {
    let product = graph.apply(MatrixProduct(), [self, other])
    // A sum of nothing: there is no memory to read.
    return isEmpty(along: product) ? graph.constant(0, product.type) : product
  }

  /// `x·Wᵀ + b` for x [n, in], `weight` [out, in], `bias` [out] → [n, out], as `torch.nn.functional.linear`.
  public func linear(_ weight: Tensor, _ bias: Tensor) -> Tensor {
    let product = graph.apply(MatrixProduct(), [self, weight.transposed(), bias])
    return isEmpty(along: product) ? bias.expand(product.shape) : product
  }

  private func isEmpty(along product: Tensor) -> Bool {
    shape.count == 0 && product.shape.count > 0
  }
}
