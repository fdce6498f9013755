#if canImport(Glibc)
  import Glibc
#endif

extension Elementwise {
  static let exp = function(
    "exp", { "exponential(\($0))" }, { Glibc.exp($0) }, gradient: { g, _, y in g * y })

  static let exp2 = function(
    "exp2", { "exponential2(\($0))" }, { Glibc.exp2($0) },
    gradient: { g, _, y in g * y * 0.693147180559945309417 })

  static let expm1 = function(
    "expm1", { "exponentialMinus1(\($0))" }, { Glibc.expm1($0) }, gradient: { g, _, y in g * (y + 1) })

  static let log = function(
    "log", { "logarithm(\($0))" }, { Glibc.log($0) }, gradient: { g, x, _ in g / x })

  static let log1p = function(
    "log1p", { "logarithm1Plus(\($0))" }, { Glibc.log1p($0) }, gradient: { g, x, _ in g / (x + 1) })

  static let log2 = function(
    "log2", { "logarithm2(\($0))" }, { Glibc.log2($0) },
    gradient: { g, x, _ in g / (x * 0.693147180559945309417) })

  static let sqrt = function(
    "sqrt", { "squareRoot(\($0))" }, { $0.squareRoot() }, gradient: { g, _, y in g / (y * 2) })

  static let rsqrt = function(
    "rsqrt", { "1.0 / squareRoot(\($0))" }, { 1 / $0.squareRoot() },
    gradient: { g, _, y in g * y * y * y * -0.5 })

  static let sigmoid = function(
    "sigmoid", { "logistic(\($0))" }, { 1 / (1 + Glibc.exp(-$0)) }, gradient: { g, _, y in g * y * (1 - y) })

  static let logSigmoid = function(
    "log_sigmoid", { "-softplus(-\($0))" },
    { $0.isNaN ? $0 : min($0, 0) - Glibc.log1p(Glibc.exp(-abs($0))) },
    gradient: { g, x, _ in g * (-x).sigmoid() })

  static let power = Elementwise(
    name: "pow", accepts: [.float32], glsl: { "raised(\($0[0]), \($0[1]))" },
    scalar: { Glibc.pow($0[0], $0[1]) },
    gradient: {
      let (base, exponent) = ($0.inputs[0], $0.inputs[1])
      let slope = $0.gradient * exponent * base.power(exponent - 1)
      // 0 to a power that isn't negative stays what it is when the power moves.
      let fixed = (base .== 0).logicalAnd(exponent .>= 0)
      return [
        Tensor.where(exponent .== 0, 0, slope), Tensor.where(fixed, 0, $0.gradient * $0.output * base.log()),
      ]
    })

  static let erf = function(
    "erf", { "errorFunction(\($0))" }, { Glibc.erf($0) },
    gradient: { g, x, _ in g * (-x.square()).exp() * 1.12837916709551257390 })

  static let erfc = function(
    "erfc", { "errorFunctionComplement(\($0))" }, { Glibc.erfc($0) },
    gradient: { g, x, _ in g * (-x.square()).exp() * -1.12837916709551257390 })
}

extension Tensor {
  /// e to the power of each element.
  public func exp() -> Tensor { Tensor.elementwise(.exp, [self]) }
  /// 2 to the power of each element.
  public func exp2() -> Tensor { Tensor.elementwise(.exp2, [self]) }
  /// e to the power of each element, minus 1: exact near 0, where `exp() - 1` is not.
  public func expm1() -> Tensor { Tensor.elementwise(.expm1, [self]) }
  /// Natural logarithm of each element: NaN below 0, −∞ at 0.
  public func log() -> Tensor { Tensor.elementwise(.log, [self]) }
  /// Natural logarithm of 1 plus each element, exact near 0.
  public func log1p() -> Tensor { Tensor.elementwise(.log1p, [self]) }
  /// Logarithm of each element to the base 2.
  public func log2() -> Tensor { Tensor.elementwise(.log2, [self]) }
  /// Square root of each element: NaN below 0.
  public func sqrt() -> Tensor { Tensor.elementwise(.sqrt, [self]) }
  /// One divided by the square root of each element.
  public func rsqrt() -> Tensor { Tensor.elementwise(.rsqrt, [self]) }
  /// 1 / (1 + e⁻ˣ) of each element.
  public func sigmoid() -> Tensor { Tensor.elementwise(.sigmoid, [self]) }
  /// Natural logarithm of the sigmoid of each element, exact where that is 0 or 1.
  public func logSigmoid() -> Tensor { Tensor.elementwise(.logSigmoid, [self]) }
  /// The error function of each element.
  public func erf() -> Tensor { Tensor.elementwise(.erf, [self]) }
  /// 1 minus the error function, exact where that is near 1 (`torch.special.erfc`).
  public func erfc() -> Tensor { Tensor.elementwise(.erfc, [self]) }

  /// Each element to the power of `exponent`, broadcast: a negative one has real powers for whole exponents, NaN for others;
  /// x⁰ and 1ˣ are 1, of NaN too.
  public func power(_ exponent: Tensor) -> Tensor { Tensor.elementwise(.power, [self, exponent]) }
  /// Each element to a power, by products and roots where that is cheaper.
  public func power(_ exponent: Double) -> Tensor {
    switch exponent {
    case 0: graph.constant(1, type)
    case 1: self
    case 2: square()
    case 3: square() * self
    case 0.5: sqrt()
    case -0.5: rsqrt()
    case -1: reciprocal()
    default: power(constant(exponent))
    }
  }
  /// A number to the power of each element.
  public static func power(_ base: Double, _ exponent: Tensor) -> Tensor {
    exponent.constant(base).power(exponent)
  }
}
