extension Elementwise {
  static let logicalAnd = logic("logical_and", { "\($0[0]) && \($0[1])" }, { $0[0] * $0[1] })
  static let logicalOr = logic("logical_or", { "\($0[0]) || \($0[1])" }, { max($0[0], $0[1]) })
  static let logicalXor = logic("logical_xor", { "\($0[0]) != \($0[1])" }, { $0[0] == $0[1] ? 0 : 1 })
  static let logicalNot = logic("logical_not", { "opposite(\($0[0]))" }, { 1 - $0[0] })

  static let bitwiseAnd = bits("bitwise_and", { "\($0[0]) & \($0[1])" }, { $0[0] & $0[1] })
  static let bitwiseOr = bits("bitwise_or", { "\($0[0]) | \($0[1])" }, { $0[0] | $0[1] })
  static let bitwiseXor = bits("bitwise_xor", { "\($0[0]) ^ \($0[1])" }, { $0[0] ^ $0[1] })
  static let bitwiseNot = bits("bitwise_not", { "~\($0[0])" }, { ~$0[0] })

  // A negative number of places is a large one, as the device reads it.
  static let shiftLeft = bits(
    "bitwise_left_shift", { "shiftedLeft(\($0[0]), \($0[1]))" },
    { (0..<32).contains($0[1]) ? $0[0] << $0[1] : 0 })
  static let shiftRight = bits(
    "bitwise_right_shift", { "shiftedRight(\($0[0]), \($0[1]))" },
    { (0..<32).contains($0[1]) ? $0[0] >> $0[1] : $0[0] < 0 ? -1 : 0 })

  private static func logic(
    _ name: String, _ glsl: @escaping @Sendable ([String]) -> String,
    _ scalar: @escaping @Sendable ([Double]) -> Double
  ) -> Elementwise {
    Elementwise(name: name, result: .bool, accepts: [.bool], glsl: glsl, scalar: scalar)
  }

  private static func bits(
    _ name: String, _ glsl: @escaping @Sendable ([String]) -> String,
    _ integer: @escaping @Sendable ([Int64]) -> Int64
  ) -> Elementwise {
    Elementwise(
      name: name, accepts: [.int32, .uint32], glsl: glsl, scalar: { Double(integer($0.map { Int64($0) })) },
      integer: integer)
  }
}

extension Tensor {
  /// Whether both bools hold, broadcast.
  public func logicalAnd(_ other: Tensor) -> Tensor { Tensor.elementwise(.logicalAnd, [self, other]) }
  /// Whether at least one of two bools holds, broadcast.
  public func logicalOr(_ other: Tensor) -> Tensor { Tensor.elementwise(.logicalOr, [self, other]) }
  /// Whether just one of two bools holds, broadcast.
  public func logicalXor(_ other: Tensor) -> Tensor { Tensor.elementwise(.logicalXor, [self, other]) }
  /// Whether each bool does not hold.
  public func logicalNot() -> Tensor { Tensor.elementwise(.logicalNot, [self]) }

  /// The bits that both integers have, broadcast.
  public func bitwiseAnd(_ other: Tensor) -> Tensor { Tensor.elementwise(.bitwiseAnd, [self, other]) }
  /// The bits that each integer and a number have.
  public func bitwiseAnd(_ other: Double) -> Tensor { bitwiseAnd(constant(other)) }
  /// The bits that at least one of two integers has, broadcast.
  public func bitwiseOr(_ other: Tensor) -> Tensor { Tensor.elementwise(.bitwiseOr, [self, other]) }
  /// The bits that each integer or a number has.
  public func bitwiseOr(_ other: Double) -> Tensor { bitwiseOr(constant(other)) }
  /// The bits in which two integers differ, broadcast.
  public func bitwiseXor(_ other: Tensor) -> Tensor { Tensor.elementwise(.bitwiseXor, [self, other]) }
  /// The bits in which each integer and a number differ.
  public func bitwiseXor(_ other: Double) -> Tensor { bitwiseXor(constant(other)) }
  /// The bits that each integer doesn't have.
  public func bitwiseNot() -> Tensor { Tensor.elementwise(.bitwiseNot, [self]) }
  /// Bits moved up by `places`, broadcast; 32 or more places, or negative ones, leave 0.
  public func shiftLeft(_ places: Tensor) -> Tensor { Tensor.elementwise(.shiftLeft, [self, places]) }
  /// Bits moved up by a number of places.
  public func shiftLeft(_ places: Double) -> Tensor { shiftLeft(constant(places)) }
  /// Bits moved down by `places`, broadcast; int32 keeps its sign, and 32 or more places, or negative ones, leave the sign.
  public func shiftRight(_ places: Tensor) -> Tensor { Tensor.elementwise(.shiftRight, [self, places]) }
  /// Bits moved down by a number of places.
  public func shiftRight(_ places: Double) -> Tensor { shiftRight(constant(places)) }
}
