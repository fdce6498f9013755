import Recording

/// An operation that is fused like an elementwise one, but reads some inputs at a computed place.
protocol IndexedOperation: Operation {
  /// Inputs that are read at a computed place; the others are read at the element's own.
  var indexedInputs: Set<Int> { get }
  /// GLSL of an element: its coordinates, the values of the inputs read in place, and a way to read the others.
  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String
  /// The index that comes from a tensor, and its limit: the kernel reports one out of range, and reads none there.
  func index(
    coordinates: [String], values: [String], load: (Int, [String]) -> String
  ) -> (expression: String, check: IndexCheck)?
}

extension IndexedOperation {
  /// Places that can't be out of range.
  func index(
    coordinates: [String], values: [String], load: (Int, [String]) -> String
  ) -> (expression: String, check: IndexCheck)? { nil }
}

extension TensorType {
  /// Whether its elements are taken as indices.
  var isIndex: Bool { dataType == .int32 || dataType == .uint32 }
}

/// Slices of `x` along an axis by number: `y[…, i, …] = x[…, index[i], …]`.
struct IndexSelect: IndexedOperation {
  let axis: Int
  let check: IndexCheck

  var name: String { "index_select" }
  var identity: String? { "index_select \(axis) \(check)" }
  var indexedInputs: Set<Int> { [0, 1] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[1].shape.rank == 1, inputs[1].isIndex,
      inputs[0].shape[axis] > 0 || inputs[1].shape.count == 0
    else {
      throw .mismatch(
        operation: name, inputs: inputs, expected: "int32 or uint32 indices [m] of an axis that isn't empty")
    }
    var dimensions = inputs[0].shape.dimensions
    dimensions[axis] = inputs[1].shape[0]
    return TensorType(Shape(dimensions), inputs[0].dataType)
  }

  func index(
    coordinates: [String], values: [String], load: (Int, [String]) -> String
  ) -> (expression: String, check: IndexCheck)? { (load(1, [coordinates[axis]]), check) }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    var place = coordinates
    place[axis] = load(1, [coordinates[axis]])
    return load(0, place)
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let zeros = application.inputs[0].constant(0).expand(application.inputs[0].shape)
    return [zeros.indexAdd(application.inputs[1], application.gradient, axis: axis), nil]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { coordinates in
      var place = coordinates
      place[axis] = inside(inputs[1].values[coordinates[axis]], check.limit)
      return inputs[0][place]
    }
  }
}

/// Where a kernel reads for an index that it has reported.
private func inside(_ index: Double, _ limit: Int) -> Int {
  (0..<limit).contains(Int(index)) ? Int(index) : limit - 1
}

/// Elements by their index along an axis: `y[i, j, k] = x[i, index[i, j, k], k]`.
struct Gather: IndexedOperation {
  let axis: Int
  let check: IndexCheck

  var name: String { "gather" }
  var identity: String? { "gather \(axis) \(check)" }
  var indexedInputs: Set<Int> { [0] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let (x, index) = (inputs[0].shape, inputs[1].shape)
    guard inputs[1].isIndex, x.rank == index.rank, x[axis] > 0 || index.count == 0,
      x.dimensions.indices.allSatisfy({ $0 == axis || index[$0] <= x[$0] })
    else {
      throw .mismatch(
        operation: name, inputs: inputs,
        expected: "int32 or uint32 indices of the same rank, no longer than x but on axis \(axis)")
    }
    return TensorType(index, inputs[0].dataType)
  }

  func index(
    coordinates: [String], values: [String], load: (Int, [String]) -> String
  ) -> (expression: String, check: IndexCheck)? { (values[1], check) }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    var place = coordinates
    place[axis] = values[1]
    return load(0, place)
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let (x, index) = (application.inputs[0], application.inputs[1])
    let sameRows = x.shape.dimensions.indices.allSatisfy { $0 == axis || index.shape[$0] == x.shape[$0] }
    if index.shape[axis] == 1, sameRows, check.operation == name {
      // One element a row: no two gradients meet, and a comparison is cheaper than a scatter.
      let column = x.graph.apply(Coordinate(type: TensorType(x.shape, index.dataType), axis: axis), [])
      return [
        Tensor.where(column .== index.expand(x.shape), application.gradient.expand(x.shape), 0), nil,
      ]
    }
    return [x.constant(0).expand(x.shape).scatterAdd(index, application.gradient, axis: axis), nil]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { coordinates in
      var place = coordinates
      place[axis] = inside(inputs[1][coordinates], check.limit)
      return inputs[0][place]
    }
  }
}

/// Indices as uint32, those out of range reported and moved inside: what kernels that write by index are given.
struct CheckedIndex: IndexedOperation {
  let check: IndexCheck

  var name: String { "check_index" }
  var identity: String? { "check_index \(check)" }
  var indexedInputs: Set<Int> { [] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0].isIndex, check.limit > 0 || inputs[0].shape.count == 0 else {
      throw .mismatch(
        operation: check.operation, inputs: inputs,
        expected: "int32 or uint32 indices of an axis that isn't empty")
    }
    return TensorType(inputs[0].shape, .uint32)
  }

  func index(
    coordinates: [String], values: [String], load: (Int, [String]) -> String
  ) -> (expression: String, check: IndexCheck)? { (values[0], check) }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    "min(uint(\(values[0])), \(max(1, check.limit) - 1)u)"
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type: type, values: inputs[0].values.map { Double(inside($0, check.limit)) })
  }
}

extension Tensor {
  /// What a kernel checks where this is the index.
  func check(_ operation: String, _ limit: Int) -> IndexCheck {
    IndexCheck(operation: operation, limit: limit, isSigned: dataType == .int32)
  }

  /// This as checked uint32 indices of an axis of size `limit`.
  func checked(_ operation: String, _ limit: Int) -> Tensor {
    graph.apply(CheckedIndex(check: check(operation, limit)), [self])
  }

  /// Slices along `axis` by number (`torch.index_select`): `index` int32 or uint32 [m].
  ///
  /// An index out of range ends the replay with `RecordingError.indexOutOfRange`; negative ones are out of range.
  public func indexSelect(_ index: Tensor, axis: Int = 0) -> Tensor {
    guard let axis = self.axis(axis, of: "index_select") else { return self }
    let check = index.check("index_select", shape[axis])
    return graph.apply(IndexSelect(axis: axis, check: check), [self, index])
  }
  /// Elements by their index along `axis` (`torch.gather`): y[i, j, k] = x[i, index[i, j, k], k] for axis 1.
  ///
  /// `index`, int32 or uint32, has the rank of this and is no longer but on `axis`. An index out of range ends the replay
  /// with `RecordingError.indexOutOfRange`; negative ones are out of range.
  public func gather(_ index: Tensor, axis: Int = -1) -> Tensor {
    guard let axis = self.axis(axis, of: "gather") else { return self }
    let check = index.check("gather", shape[axis])
    return graph.apply(Gather(axis: axis, check: check), [self, index])
  }
  /// As `gather`, this and `index` broadcast along the other axes (`torch.take_along_dim`).
  public func takeAlong(_ index: Tensor, axis: Int = -1) -> Tensor {
    guard let axis = self.axis(axis, of: "take_along_dim") else { return self }
    var (own, other) = (shape.dimensions, index.shape.dimensions)
    guard own.count == other.count,
      own.indices.allSatisfy({ $0 == axis || own[$0] == other[$0] || own[$0] == 1 || other[$0] == 1 })
    else {
      graph.fail(
        .mismatch(
          operation: "take_along_dim", inputs: [type, index.type],
          expected: "shapes of one rank that broadcast but on axis \(axis)"))
      return self
    }
    for place in own.indices where place != axis {
      let common = own[place] == 1 ? other[place] : own[place]
      (own[place], other[place]) = (common, common)
    }
    return expand(Shape(own)).gather(index.expand(Shape(other)), axis: axis)
  }
  /// Rows of this table [n, d] by number (`torch.nn.functional.embedding`): `index` of any shape → index's shape and d.
  ///
  /// Row `padding` gets no gradient. An index out of range ends the replay with `RecordingError.indexOutOfRange`.
  public func embedding(_ index: Tensor, padding: Int? = nil) -> Tensor {
    guard shape.rank == 2 else {
      fail("embedding", "a table [n, d]")
      return self
    }
    let rows = indexSelect(index.reshape([index.shape.count])).reshape(
      Shape(index.shape.dimensions + [shape[1]]))
    guard let padding else { return rows }
    return .where((index .== index.constant(Double(padding))).unsqueezeLast(), rows.stopGradient(), rows)
  }
  /// Elements where `mask` holds replaced by `value` (`torch.Tensor.masked_fill`).
  public func maskedFill(_ mask: Tensor, _ value: Double) -> Tensor { .where(mask, value, self) }
  /// 1 at each index's place in a new last axis of size `classes`, 0 elsewhere, as int32 (`torch.nn.functional.one_hot`).
  ///
  /// An index out of range ends the replay with `RecordingError.indexOutOfRange`.
  public func oneHot(_ classes: Int) -> Tensor {
    let index = checked("one_hot", classes).unsqueezeLast()
    let type = TensorType(Shape(shape.dimensions + [classes]), .uint32)
    let column = graph.apply(Coordinate(type: type, axis: shape.rank), [])
    let (one, zero) = (graph.constant(1, TensorType([], .int32)), graph.constant(0, TensorType([], .int32)))
    return .where(column .== index, one, zero)
  }
}
