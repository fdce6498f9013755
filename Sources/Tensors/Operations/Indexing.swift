/// An operation that is fused like an elementwise one, but reads some inputs at a computed place.
protocol IndexedOperation: Operation {
  /// Inputs that are read at a computed place; the others are read at the element's own.
  var indexedInputs: Set<Int> { get }
  /// GLSL of an element: its coordinates, the values of the inputs read in place, and a way to read the others.
  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String
}

/// Rows of `x` [n, …] by number: `y[i, …] = x[index[i], …]`. An index outside is moved to the nearest row.
struct IndexSelect: IndexedOperation {
  var name: String { "index_select" }
  var indexedInputs: Set<Int> { [0, 1] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0].shape.rank >= 1, inputs[0].shape[0] > 0, inputs[1].shape.rank == 1,
      inputs[1].dataType == .uint32
    else {
      throw .mismatch(operation: name, inputs: inputs, expected: "x[n, …] and uint32 indices [m]")
    }
    return TensorType(
      Shape([inputs[1].shape[0]] + inputs[0].shape.dimensions.dropFirst()), inputs[0].dataType)
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    load(0, [load(1, [coordinates[0]])] + coordinates.dropFirst())
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { coordinates in
      let row = min(Int(inputs[1].values[coordinates[0]]), inputs[0].type.shape[0] - 1)
      return inputs[0][[row] + coordinates.dropFirst()]
    }
  }
}

/// One element of each row: `y[…, 0] = x[…, index[…, 0]]`, for x [rows…, columns], index [rows…, 1].
struct Gather: IndexedOperation {
  var name: String { "gather" }
  var indexedInputs: Set<Int> { [0] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let expected = Shape(inputs[0].shape.dimensions.dropLast() + [1])
    guard inputs[0].shape.rank >= 1, inputs[0].shape.dimensions.last != 0, inputs[1].shape == expected,
      inputs[1].dataType == .int32
    else {
      throw .mismatch(operation: name, inputs: inputs, expected: "x[…, n] and int32 indices [… , 1]")
    }
    return TensorType(expected, inputs[0].dataType)
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    load(0, coordinates.dropLast() + ["uint(max(\(values[1]), 0))"])
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let x = application.inputs[0]
    let index = application.inputs[1].expand(x.shape)
    let column = x.graph.apply(Coordinate(type: TensorType(x.shape, .int32), axis: x.shape.rank - 1), [])
    return [Tensor.where(column .== index, application.gradient.expand(x.shape), 0), nil]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { coordinates in
      let column = max(0, min(Int(inputs[1][coordinates]), (inputs[0].type.shape.dimensions.last ?? 1) - 1))
      return inputs[0][coordinates.dropLast() + [column]]
    }
  }
}

/// The index of each element along one axis.
struct Coordinate: IndexedOperation {
  let type: TensorType
  let axis: Int

  var name: String { "arange" }
  var identity: String? { "arange \(axis)" }
  var indexedInputs: Set<Int> { [] }
  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { type }
  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    "\(type.dataType.glsl)(\(coordinates[axis]))"
  }
  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { Double($0[axis]) }
  }
}

/// Zeros around a tensor along one axis, up to `size`: the gradient of a slice.
struct Pad: IndexedOperation {
  let axis: Int
  let before: Int
  /// Elements of the input along the axis.
  let inner: Int
  let size: Int

  var name: String { "pad" }
  var identity: String? { "pad \(axis) \(before) \(size)" }
  var indexedInputs: Set<Int> { [0] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    var dimensions = inputs[0].shape.dimensions
    dimensions[axis] = size
    return TensorType(Shape(dimensions), inputs[0].dataType)
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    var place = coordinates
    // Wraps to a large number below `before`; the load itself stays inside.
    place[axis] = "(\(coordinates[axis]) - \(before)u)"
    return "\(place[axis]) < \(inner)u ? \(load(0, place)) : 0.0"
  }

  func gradients(_ application: Application) -> [Tensor?] {
    [application.gradient.slice(axis: axis, before..<before + application.inputs[0].shape[axis])]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { coordinates in
      var inner = coordinates
      inner[axis] -= before
      return inner[axis] >= 0 && inner[axis] < inputs[0].type.shape[axis] ? inputs[0][inner] : 0
    }
  }
}

extension Tensor {
  /// Rows by number: this [n, …], `index` uint32 [m] → [m, …]. Has no gradient.
  public func indexSelect(_ index: Tensor) -> Tensor { graph.apply(IndexSelect(), [self, index]) }
  /// One element of each row of the last axis: this […, n], `index` int32 […, 1] → […, 1].
  public func gather(_ index: Tensor) -> Tensor { graph.apply(Gather(), [self, index]) }
}
