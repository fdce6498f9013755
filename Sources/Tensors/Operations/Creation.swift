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

extension Graph {
  /// 0, 1, … below `count` (`torch.arange`).
  public func arange(_ count: Int, _ dataType: DataType = .int32) -> Tensor {
    guard count >= 0 else {
      fail(.mismatch(operation: "arange", inputs: [], expected: "a count that isn't negative, not \(count)"))
      return constant(0, TensorType([], dataType))
    }
    return apply(Coordinate(type: TensorType([count], dataType), axis: 0), [])
  }
  /// A tensor filled with one value (`torch.full`).
  public func full(_ shape: Shape, _ value: Double, _ dataType: DataType = .float32) -> Tensor {
    constant(value, TensorType(shape, dataType))
  }
  /// A tensor of zeros (`torch.zeros`).
  public func zeros(_ shape: Shape, _ dataType: DataType = .float32) -> Tensor { full(shape, 0, dataType) }
  /// A tensor of ones (`torch.ones`).
  public func ones(_ shape: Shape, _ dataType: DataType = .float32) -> Tensor { full(shape, 1, dataType) }
  /// Ones on the diagonal of [rows, columns], zeros elsewhere (`torch.eye`).
  public func eye(_ rows: Int, _ columns: Int? = nil, _ dataType: DataType = .float32) -> Tensor {
    ones([rows, columns ?? rows], dataType).triangle("eye") { $0 .== $1 }
  }
}

extension Tensor {
  /// The elements of the last two axes for which `keeps` holds of row and column, both int32; 0 elsewhere.
  fileprivate func triangle(_ operation: String, _ keeps: (Tensor, Tensor) -> Tensor) -> Tensor {
    guard shape.rank >= 2 else {
      fail(operation, "at least two axes")
      return self
    }
    let matrix = TensorType(Shape(shape.dimensions.suffix(2)), .int32)
    let row = graph.apply(Coordinate(type: matrix, axis: 0), [])
    let column = graph.apply(Coordinate(type: matrix, axis: 1), [])
    return .where(keeps(row, column), self, 0)
  }
  /// The elements with column − row ≤ `diagonal` of the last two axes, 0 elsewhere (`torch.tril`).
  public func tril(_ diagonal: Int = 0) -> Tensor {
    triangle("tril") { row, column in column - row .<= row.constant(Double(diagonal)) }
  }
  /// The elements with column − row ≥ `diagonal` of the last two axes, 0 elsewhere (`torch.triu`).
  public func triu(_ diagonal: Int = 0) -> Tensor {
    triangle("triu") { row, column in column - row .>= row.constant(Double(diagonal)) }
  }
}
