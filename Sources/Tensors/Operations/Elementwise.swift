#if canImport(Glibc)
  import Glibc
#endif

/// An operation on elements at the same place: one GLSL expression, one reference, one gradient rule.
struct Elementwise: Operation {
  let name: String
  /// The type of the result's elements, nil for the type of the last input.
  var result: DataType?
  /// Whether the first input is a bool that chooses among the others.
  var isConditional = false
  /// Types that the inputs may have; float16 goes with float32.
  var accepts: Set<DataType> = [.float32, .int32, .uint32]
  /// The GLSL expression of the operands' names.
  let glsl: @Sendable ([String]) -> String
  /// The same in double precision.
  let scalar: @Sendable ([Double]) -> Double
  /// Gradients with respect to each input.
  var gradient: @Sendable (Application) -> [Tensor?] = { $0.inputs.map { _ in nil } }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard let last = inputs.last, inputs.allSatisfy({ $0.shape == last.shape }) else {
      throw .mismatch(operation: name, inputs: inputs, expected: "shapes that broadcast to one")
    }
    guard !isConditional || inputs[0].dataType == .bool else {
      throw .mismatch(operation: name, inputs: inputs, expected: "a bool condition first")
    }
    let values = inputs.dropFirst(isConditional ? 1 : 0)
    guard values.allSatisfy({ $0.dataType == last.dataType && accepts.contains($0.dataType.computed) }) else {
      let types = accepts.map(\.rawValue).sorted().joined(separator: ", ")
      throw .mismatch(operation: name, inputs: inputs, expected: "inputs of one type, out of \(types)")
    }
    return TensorType(last.shape, result ?? last.dataType)
  }

  func gradients(_ application: Application) -> [Tensor?] { gradient(application) }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(
      type: type, values: (0..<type.shape.count).map { index in scalar(inputs.map { $0.values[index] }) })
  }
}

extension Tensor {
  /// Applies an elementwise operation, its operands broadcast to one shape.
  static func elementwise(_ operation: Elementwise, _ operands: [Tensor]) -> Tensor {
    let graph = operands[0].graph
    var shape = Shape([])
    for operand in operands {
      guard let common = shape.broadcast(with: operand.shape) else {
        graph.fail(
          .mismatch(
            operation: operation.name, inputs: operands.map(\.type), expected: "shapes that broadcast to one")
        )
        return operands[0]
      }
      shape = common
    }
    return graph.apply(operation, operands.map { $0.expand(shape) })
  }
}
