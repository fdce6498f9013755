/// An operation on elements at the same place: one GLSL expression, one reference, one gradient rule.
struct Elementwise: Operation {
  let name: String
  /// The type of the result's elements, nil for the type of the last input.
  var result: DataType?
  /// Whether the first input is a bool that chooses among the others.
  var isConditional = false
  /// Types that the inputs may have; float16 goes with float32.
  var accepts: Set<DataType> = [.float32, .int32, .uint32]
  /// What to do with other types, for the sentence of the error.
  var hint = ""
  /// The GLSL expression of the operands' names.
  let glsl: @Sendable ([String]) -> String
  /// The same in double precision.
  let scalar: @Sendable ([Double]) -> Double
  /// The same on integers, where double precision is not enough; the result is wrapped to 32 bits.
  var integer: (@Sendable ([Int64]) -> Int64)?
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
      throw .mismatch(operation: name, inputs: inputs, expected: "inputs of one type, out of \(types)\(hint)")
    }
    return TensorType(last.shape, result ?? last.dataType)
  }

  func gradients(_ application: Application) -> [Tensor?] { gradient(application) }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let isInteger = inputs.last.map { [.int32, .uint32].contains($0.type.dataType) } ?? false
    return HostTensor(
      type: type,
      values: (0..<type.shape.count).map { index in
        let elements = inputs.map { $0.values[index] }
        let value =
          if isInteger, let integer { Double(integer(elements.map { Int64($0) })) } else { scalar(elements) }
        return type.dataType.wrapped(value)
      })
  }
}

extension DataType {
  /// An integer modulo 2³², as the device keeps it; a float as it is.
  func wrapped(_ value: Double) -> Double {
    switch self {
    case .int32: Double(Int32(truncatingIfNeeded: Int64(value)))
    case .uint32: Double(UInt32(truncatingIfNeeded: Int64(value)))
    default: value
    }
  }
}

extension Elementwise {
  /// A function of one float32; `gradient` takes that of the result, the input and the result.
  static func function(
    _ name: String, _ glsl: @escaping @Sendable (String) -> String,
    _ scalar: @escaping @Sendable (Double) -> Double,
    gradient: @escaping @Sendable (_ gradient: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor
  ) -> Elementwise {
    Elementwise(
      name: name, accepts: [.float32], glsl: { glsl($0[0]) }, scalar: { scalar($0[0]) },
      gradient: { [gradient($0.gradient, $0.inputs[0], $0.output)] })
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
