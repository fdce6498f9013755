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
  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let fits =
      switch type.dataType {
      case .float32, .float16: true
      case .int32: Int32(exactly: value) != nil
      case .uint32: UInt32(exactly: value) != nil
      case .bool: value == 0 || value == 1
      }
    guard fits else {
      throw .mismatch(operation: name, inputs: [type], expected: "a type that holds \(value)")
    }
    return type
  }
  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor { HostTensor(type) { _ in value } }

  /// The value as a GLSL literal of its type; in parentheses, so that a sign before it is not a decrement.
  var glsl: String {
    switch type.dataType {
    case .float32, .float16:
      let float = type.dataType == .float16 ? Float(Float16(value)) : Float(value)
      return float.isFinite ? "(\(float))" : "uintBitsToFloat(\(float.bitPattern)u)"
    // The literal of the least integer is one above the largest.
    case .int32: return "int(\(UInt32(bitPattern: Int32(value)))u)"
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
    let count = variable.type.shape.count
    // Two float16 share a word, which one lane writes.
    let isAligned = offset % (4 / variable.type.dataType.byteCount) == 0
    guard input.dataType == variable.type.dataType, (0...count).contains(offset), isAligned,
      input.shape.count <= count - offset
    else {
      throw .mismatch(
        operation: name, inputs: inputs, expected: "what fits \(variable.type) from element \(offset) on")
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
