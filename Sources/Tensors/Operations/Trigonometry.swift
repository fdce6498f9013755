#if canImport(Glibc)
  import Glibc
#endif

extension Elementwise {
  static let sin = function("sin", { "sine(\($0))" }, { Glibc.sin($0) }, gradient: { g, x, _ in g * x.cos() })

  static let cos = function(
    "cos", { "cosine(\($0))" }, { Glibc.cos($0) }, gradient: { g, x, _ in -(g * x.sin()) })

  static let tan = function(
    "tan", { "tangent(\($0))" }, { Glibc.tan($0) }, gradient: { g, _, y in g * (y * y + 1) })

  // (1 − x)(1 + x) and not 1 − x²: near the ends that would have no digits left.
  static let asin = function(
    "asin", { "arcSine(\($0))" }, { Glibc.asin($0) },
    gradient: { g, x, _ in g * ((1 - x) * (x + 1)).rsqrt() })

  static let acos = function(
    "acos", { "arcCosine(\($0))" }, { Glibc.acos($0) },
    gradient: { g, x, _ in -(g * ((1 - x) * (x + 1)).rsqrt()) })

  static let atan = function(
    "atan", { "arcTangent(\($0))" }, { Glibc.atan($0) }, gradient: { g, x, _ in g / (x * x + 1) })

  // As in PyTorch, no gradient at the origin.
  static let atan2 = Elementwise(
    name: "atan2", accepts: [.float32], glsl: { "arcTangent2(\($0[0]), \($0[1]))" },
    scalar: { Glibc.atan2($0[0], $0[1]) },
    gradient: {
      let (y, x) = ($0.inputs[0], $0.inputs[1])
      let squares = x * x + y * y
      let scale = $0.gradient / Tensor.where(squares .== 0, 1, squares)
      return [scale * x, -(scale * y)]
    })

  static let sinh = function(
    "sinh", { "hyperbolicSine(\($0))" }, { Glibc.sinh($0) }, gradient: { g, x, _ in g * x.cosh() })

  static let cosh = function(
    "cosh", { "hyperbolicCosine(\($0))" }, { Glibc.cosh($0) }, gradient: { g, x, _ in g * x.sinh() })

  static let asinh = function(
    "asinh", { "areaSine(\($0))" }, { Glibc.asinh($0) }, gradient: { g, x, _ in g * (x * x + 1).rsqrt() })

  static let acosh = function(
    "acosh", { "areaCosine(\($0))" }, { Glibc.acosh($0) },
    gradient: { g, x, _ in g * ((x - 1) * (x + 1)).rsqrt() })

  static let atanh = function(
    "atanh", { "areaTangent(\($0))" }, { Glibc.atanh($0) }, gradient: { g, x, _ in g / ((1 - x) * (x + 1)) })

  // The polynomials of activation.glsl, which epilogues of products use too.
  static let tanh = function(
    "tanh", { "hyperbolicTangent(vec4(\($0))).x" }, { Glibc.tanh($0) },
    gradient: { g, _, y in Tensor.elementwise(.tanhBackward, [g, y]) })

  /// The gradient of tanh, from that of its result and from its result.
  static let tanhBackward = Elementwise(
    name: "tanh_backward", accepts: [.float32], glsl: { "\($0[0]) * (1.0 - \($0[1]) * \($0[1]))" },
    scalar: { $0[0] * (1 - $0[1] * $0[1]) },
    gradient: {
      let (gradient, y) = ($0.inputs[0], $0.inputs[1])
      return [$0.gradient * (1 - y * y), $0.gradient * gradient * y * -2]
    })
}

extension Tensor {
  /// Sine of each element, in radians; to float32's precision for |x| < 10⁷.
  public func sin() -> Tensor { Tensor.elementwise(.sin, [self]) }
  /// Cosine of each element, in radians; to float32's precision for |x| < 10⁷.
  public func cos() -> Tensor { Tensor.elementwise(.cos, [self]) }
  /// Tangent of each element, in radians.
  public func tan() -> Tensor { Tensor.elementwise(.tan, [self]) }
  /// Arc sine of each element: NaN outside −1…1.
  public func asin() -> Tensor { Tensor.elementwise(.asin, [self]) }
  /// Arc cosine of each element: NaN outside −1…1.
  public func acos() -> Tensor { Tensor.elementwise(.acos, [self]) }
  /// Arc tangent of each element.
  public func atan() -> Tensor { Tensor.elementwise(.atan, [self]) }
  /// The angle of the point (`x`, this), in −π…π, broadcast; signed zeros and infinities as in C.
  public func atan2(_ x: Tensor) -> Tensor { Tensor.elementwise(.atan2, [self, x]) }
  /// The angle of the point (`x`, this).
  public func atan2(_ x: Double) -> Tensor { atan2(constant(x)) }
  /// The angle of the point (`x`, `y`).
  public static func atan2(_ y: Double, _ x: Tensor) -> Tensor { x.constant(y).atan2(x) }
  /// Hyperbolic sine of each element.
  public func sinh() -> Tensor { Tensor.elementwise(.sinh, [self]) }
  /// Hyperbolic cosine of each element.
  public func cosh() -> Tensor { Tensor.elementwise(.cosh, [self]) }
  /// Hyperbolic tangent of each element.
  public func tanh() -> Tensor { Tensor.elementwise(.tanh, [self]) }
  /// Inverse hyperbolic sine of each element.
  public func asinh() -> Tensor { Tensor.elementwise(.asinh, [self]) }
  /// Inverse hyperbolic cosine of each element: NaN below 1.
  public func acosh() -> Tensor { Tensor.elementwise(.acosh, [self]) }
  /// Inverse hyperbolic tangent of each element: NaN outside −1…1.
  public func atanh() -> Tensor { Tensor.elementwise(.atanh, [self]) }
}
