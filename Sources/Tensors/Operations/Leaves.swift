/// The value of a variable at a point of the program.
struct ReadVariable: Operation {
  let variable: Variable
  let version: Int

  var name: String { "read \(variable.label)" }
  var identity: String? { "read \(ObjectIdentifier(variable)) \(version)" }
  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { variable.type }
  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type: type, values: [])
  }
}

/// A tensor filled with one value; it lives in the code of the kernels that use it.
struct Constant: Operation {
  let value: Double
  let type: TensorType

  var name: String { "constant" }
  var identity: String? { "constant \(value.bitPattern)" }
  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { type }
  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor { HostTensor(type) { _ in value } }

  /// The value as a GLSL literal of its type.
  var glsl: String {
    switch type.dataType {
    case .float32:
      let float = Float(value)
      return float.isFinite ? "\(float)" : "uintBitsToFloat(\(float.bitPattern)u)"
    case .int32: return "\(Int(value))"
    case .uint32: return "\(Int(value))u"
    case .bool: return value != 0 ? "true" : "false"
    }
  }
}

/// Stores a value into a variable; later reads of the variable see it.
struct Assign: EffectOperation {
  let variable: Variable
  /// First element that is replaced.
  let offset: Int

  var name: String { "assign \(variable.label)" }
  var writes: [Variable] { [variable] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let input = inputs[0]
    let fits =
      input.dataType == variable.type.dataType
      && (input.shape == variable.type.shape || offset + input.shape.count <= variable.type.shape.count)
    guard fits else {
      throw .mismatch(operation: name, inputs: inputs, expected: "at most \(variable.type)")
    }
    return TensorType([0])
  }
}

extension Variable {
  /// Replaces its value, or the part that begins at element `offset`, from this point of the pass on.
  public func assign(_ value: Tensor, at offset: Int = 0) {
    _ = value.graph.apply(Assign(variable: self, offset: offset), [value])
  }
}
