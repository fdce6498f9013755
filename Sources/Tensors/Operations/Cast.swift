extension Elementwise {
  /// To float32, exact up to 2²⁴; a bool becomes 0 or 1.
  static let float = Elementwise(
    name: "float", result: .float32, accepts: [.float32, .int32, .uint32, .bool],
    glsl: { "float(\($0[0]))" }, scalar: { $0[0] })
}

extension Tensor {
  /// The elements as float32; a bool becomes 0 or 1.
  public func float() -> Tensor { dataType == .float32 ? self : Tensor.elementwise(.float, [self]) }
}
