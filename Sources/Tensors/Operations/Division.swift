#if canImport(Glibc)
  import Glibc
#endif

extension Elementwise {
  // Integers: x / 0 is 0 with remainder x, so that x = quotient · 0 + remainder. On a host, dividing by 0 would trap.
  static let floorDivide = Elementwise(
    name: "floor_divide", glsl: { "floorQuotient(\($0[0]), \($0[1]))" },
    scalar: { x in
      if x[1] == 0 { return x[0] / x[1] }
      let rest = Glibc.fmod(x[0], x[1])
      let isBelow = rest != 0 && (rest < 0) != (x[1] < 0)
      return ((x[0] - rest) / x[1] - (isBelow ? 1 : 0)).rounded(.toNearestOrEven)
    },
    integer: { $0[1] == 0 ? 0 : ($0[0] - floored($0[0], $0[1])) / $0[1] })

  static let remainder = Elementwise(
    name: "remainder", glsl: { "floorRemainder(\($0[0]), \($0[1]))" }, scalar: { floored($0[0], $0[1]) },
    integer: { floored($0[0], $0[1]) },
    gradient: { [$0.gradient, -($0.gradient * ($0.inputs[0] / $0.inputs[1]).floor())] })

  static let fmod = Elementwise(
    name: "fmod", glsl: { "truncatedRemainder(\($0[0]), \($0[1]))" }, scalar: { Glibc.fmod($0[0], $0[1]) },
    integer: { $0[1] == 0 ? $0[0] : $0[0] % $0[1] },
    gradient: { [$0.gradient, -($0.gradient * ($0.inputs[0] / $0.inputs[1]).trunc())] })

  private static func floored(_ a: Double, _ b: Double) -> Double {
    let rest = Glibc.fmod(a, b)
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
  }

  private static func floored(_ a: Int64, _ b: Int64) -> Int64 {
    guard b != 0 else { return a }
    let rest = a % b
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
  }
}

extension Tensor {
  /// The quotient of elements rounded down, broadcast (`torch.floor_divide`). Has no gradient, as in PyTorch.
  ///
  /// Integers divided by 0 give 0; the least int32 divided by −1 is itself.
  public func floorDivide(_ divisor: Tensor) -> Tensor { Tensor.elementwise(.floorDivide, [self, divisor]) }
  /// The quotient by a number, rounded down.
  public func floorDivide(_ divisor: Double) -> Tensor { floorDivide(constant(divisor)) }
  /// The quotient of a number by each element, rounded down.
  public static func floorDivide(_ dividend: Double, _ divisor: Tensor) -> Tensor {
    divisor.constant(dividend).floorDivide(divisor)
  }

  /// What remains of the quotient rounded down, with the divisor's sign, as Python's % (`torch.remainder`), broadcast.
  ///
  /// Exact for finite floats whatever the quotient. An integer's remainder by 0 is itself.
  public func remainder(_ divisor: Tensor) -> Tensor { Tensor.elementwise(.remainder, [self, divisor]) }
  /// What remains of the quotient by a number, rounded down.
  public func remainder(_ divisor: Double) -> Tensor { remainder(constant(divisor)) }
  /// What remains of a number divided by each element, rounded down.
  public static func remainder(_ dividend: Double, _ divisor: Tensor) -> Tensor {
    divisor.constant(dividend).remainder(divisor)
  }

  /// What remains of the truncated quotient, with the dividend's sign, as C's fmod (`torch.fmod`), broadcast.
  ///
  /// Exact for finite floats whatever the quotient. An integer's remainder by 0 is itself.
  public func fmod(_ divisor: Tensor) -> Tensor { Tensor.elementwise(.fmod, [self, divisor]) }
  /// What remains of the truncated quotient by a number.
  public func fmod(_ divisor: Double) -> Tensor { fmod(constant(divisor)) }
  /// What remains of a number divided by each element, truncated.
  public static func fmod(_ dividend: Double, _ divisor: Tensor) -> Tensor {
    divisor.constant(dividend).fmod(divisor)
  }
}
