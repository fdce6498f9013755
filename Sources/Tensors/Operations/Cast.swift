extension Elementwise {
  static let float = Elementwise(
    name: "float", result: .float32, accepts: [.float32, .int32, .uint32, .bool],
    glsl: { "float(\($0[0]))" }, scalar: { $0[0] },
    gradient: { [$0.inputs[0].dataType == .float16 ? $0.gradient.half() : nil] })

  /// To float16, rounded to nearest even; beyond 65 504 it is infinite.
  static let half = Elementwise(
    name: "half", result: .float16, accepts: [.float32, .int32, .uint32, .bool],
    glsl: { "unpackHalf2x16(halfBits(float(\($0[0])))).x" }, scalar: { Double(Float16(Float($0[0]))) },
    gradient: { [$0.inputs[0].dataType == .float32 ? $0.gradient.float() : nil] })

  // Truncated, and held at the ends of the range: PyTorch leaves open what becomes of numbers beyond them.
  static let int32 = cast(
    "int32", .int32, { "toInt(\($0))" },
    { $0.isNaN ? 0 : max(-0x1p31, min($0.rounded(.towardZero), 0x1p31 - 1)) })
  static let uint32 = cast(
    "uint32", .uint32, { "toUint(\($0))" },
    { $0.isNaN ? 0 : max(0, min($0.rounded(.towardZero), 0x1p32 - 1)) })

  // From integers and bools: the same bits modulo 2³².
  static let int32Bits = cast("int32", .int32, { "int(\($0))" }, { $0 })
  static let uint32Bits = cast("uint32", .uint32, { "uint(\($0))" }, { $0 })

  static let bool = Elementwise(
    name: "bool", result: .bool, accepts: [.float32, .int32, .uint32], glsl: { "bool(\($0[0]))" },
    scalar: { $0[0] != 0 ? 1 : 0 })

  private static func cast(
    _ name: String, _ result: DataType, _ glsl: @escaping @Sendable (String) -> String,
    _ scalar: @escaping @Sendable (Double) -> Double
  ) -> Elementwise {
    Elementwise(
      name: name, result: result, accepts: [.float32, .int32, .uint32, .bool], glsl: { glsl($0[0]) },
      scalar: { scalar($0[0]) })
  }
}

extension Tensor {
  /// The elements as float32, exact up to 2²⁴; a bool becomes 0 or 1.
  public func float() -> Tensor { dataType == .float32 ? self : Tensor.elementwise(.float, [self]) }
  /// The elements as float16, rounded to nearest even (`torch.Tensor.half`).
  public func half() -> Tensor { dataType == .float16 ? self : Tensor.elementwise(.half, [self]) }

  /// The elements as int32: floats truncated, and held at ±2³¹ (NaN becomes 0); a uint32 keeps its bits; a bool becomes
  /// 0 or 1. Has no gradient.
  public func int32() -> Tensor {
    dataType == .int32 ? self : Tensor.elementwise(dataType.isFloating ? .int32 : .int32Bits, [self])
  }

  /// The elements as uint32: floats truncated, and held at 0 and 2³² − 1 (NaN becomes 0); an int32 keeps its bits; a bool
  /// becomes 0 or 1. Has no gradient.
  public func uint32() -> Tensor {
    dataType == .uint32 ? self : Tensor.elementwise(dataType.isFloating ? .uint32 : .uint32Bits, [self])
  }

  /// Whether each element is anything but 0; NaN is.
  public func bool() -> Tensor { dataType == .bool ? self : Tensor.elementwise(.bool, [self]) }
}
