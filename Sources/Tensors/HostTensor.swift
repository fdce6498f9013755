/// A tensor on the host in double precision: the currency of the CPU references.
public struct HostTensor: Sendable, Equatable {
  /// Shape and element type.
  public let type: TensorType
  /// Elements in row-major order; a bool is 0 or 1.
  public let values: [Double]

  /// A host tensor of `type.shape.count` values.
  public init(type: TensorType, values: [Double]) {
    self.type = type
    self.values = values
  }

  /// Each element of `type`, computed from its coordinates.
  init(_ type: TensorType, _ element: ([Int]) -> Double) {
    let shape = type.shape
    var values: [Double] = []
    values.reserveCapacity(shape.count)
    var coordinates = [Int](repeating: 0, count: shape.rank)
    for _ in 0..<shape.count {
      values.append(element(coordinates))
      for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
        coordinates[axis] += 1
        if coordinates[axis] < shape[axis] { break }
        coordinates[axis] = 0
      }
    }
    self.init(type: type, values: values)
  }

  subscript(coordinates: [Int]) -> Double {
    values[zip(coordinates, type.shape.strides).reduce(0) { $0 + $1.0 * $1.1 }]
  }
}

extension Tensor {
  /// The value that the CPU references give, with `values` for the variables that it reads; those that the pass assigned
  /// before have what was assigned.
  public func reference(_ values: (Variable) -> HostTensor) -> HostTensor {
    var results: [Int: HostTensor] = [:]
    func value(_ variable: Variable, _ version: Int) -> HostTensor {
      let assignments = graph.effects.filter { id in
        (graph.nodes[id].operation as? Assign).map { $0.variable === variable } ?? false
      }
      guard version > 0, version <= assignments.count,
        let assign = graph.nodes[assignments[version - 1]].operation as? Assign
      else { return values(variable) }
      let new = evaluate(graph.nodes[assignments[version - 1]].inputs[0])
      if new.values.count == variable.type.shape.count {
        return HostTensor(type: variable.type, values: new.values)
      }
      var all = value(variable, version - 1).values
      all.replaceSubrange(assign.offset..<assign.offset + new.values.count, with: new.values)
      return HostTensor(type: variable.type, values: all)
    }
    func evaluate(_ id: Int) -> HostTensor {
      if let known = results[id] { return known }
      let node = graph.nodes[id]
      let result: HostTensor
      if let read = node.operation as? ReadVariable {
        result = value(read.variable, read.version)
      } else {
        result = node.operation.reference(node.inputs.map(evaluate), node.type)
      }
      results[id] = result
      return result
    }
    return evaluate(id)
  }
}
