extension Operation {
  /// The constant that this gives for constant `operands`, or nil where it isn't one.
  ///
  /// Rounded once, from double precision, so within a rounding of what the device would give.
  func folded(_ operands: [any Operation], _ type: TensorType) -> Constant? {
    let constants = operands.compactMap { $0 as? Constant }
    guard !constants.isEmpty, constants.count == operands.count else { return nil }
    if self is View || self is StopGradient { return Constant(value: constants[0].value, type: type) }
    guard self is Elementwise else { return nil }
    let scalars = constants.map {
      HostTensor(type: TensorType([], $0.type.dataType), values: [$0.value])
    }
    let value = reference(scalars, TensorType([], type.dataType)).values[0]
    let rounded =
      switch type.dataType {
      case .float32: Double(Float(value))
      case .float16: Double(Float16(value))
      case .int32, .uint32, .bool: value
      }
    return Constant(value: rounded, type: type)
  }

  /// The input that this gives back unchanged, bit for bit: x·1, x/1, x − 0.
  func forwarded(_ operands: [any Operation]) -> Int? {
    guard let elementwise = self as? Elementwise, operands.count == 2 else { return nil }
    let values = operands.map { ($0 as? Constant)?.value }
    switch elementwise.name {
    case Elementwise.multiply.name: return values[1] == 1 ? 0 : values[0] == 1 ? 1 : nil
    case Elementwise.divide.name: return values[1] == 1 ? 0 : nil
    case Elementwise.subtract.name: return values[1] == 0 ? 0 : nil
    default: return nil
    }
  }
}
