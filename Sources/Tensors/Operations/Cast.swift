extension Elementwise {
  /// To float32, exact up to 2²⁴; a bool becomes 0 or 1.
  static let float = Elementwise(
    name: "float", result: .float32, accepts: [.float32, .int32, .uint32, .bool],
    glsl: { "float(\($0[0]))" }, scalar: { $0[0] },
    gradient: { [$0.inputs[0].dataType == .float16 ? $0.gradient.half() : nil] })

  /// To float16, rounded to nearest even; beyond 65 504 it is infinite.
  static let half = Elementwise(
    name: "half", result: .float16, accepts: [.float32, .int32, .uint32, .bool],
    glsl: { "unpackHalf2x16(halfBits(float(\($0[0])))).x" }, scalar: { Double(Float16(Float($0[0]))) },
    gradient: { [$0.inputs[0].dataType == .float32 ? $0.gradient.float() : nil] })
}

extension Tensor {
  /// The elements as float32; a bool becomes 0 or 1.
  public func float() -> Tensor { dataType == .float32 ? self : Tensor.elementwise(.float, [self]) }
  /// The elements as float16, rounded to nearest even (`torch.Tensor.half`).
  public func half() -> Tensor { dataType == .float16 ? self : Tensor.elementwise(.half, [self]) }
}
