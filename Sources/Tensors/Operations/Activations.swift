#if canImport(Glibc)
  import Glibc
#endif

extension Elementwise {
  static let relu = function(
    "relu", { "larger(\($0), 0.0)" }, { $0 <= 0 ? 0 : $0 },
    gradient: { g, _, y in Tensor.elementwise(.reluBackward, [g, y]) })

  /// The gradient of relu, from that of its result and from its result.
  static let reluBackward = Elementwise(
    name: "threshold_backward", accepts: [.float32], glsl: { "\($0[1]) <= 0.0 ? 0.0 : \($0[0])" },
    scalar: { $0[1] <= 0 ? 0 : $0[0] },
    gradient: {
      [Tensor.where($0.inputs[1] .<= 0, 0, $0.gradient), $0.output.graph.constant(0, $0.inputs[1].type)]
    })

  // The second operand is the slope, a number.
  static let leakyRelu = Elementwise(
    name: "leaky_relu", accepts: [.float32], glsl: { "\($0[0]) > 0.0 ? \($0[0]) : \($0[0]) * \($0[1])" },
    scalar: { $0[0] > 0 ? $0[0] : $0[0] * $0[1] },
    gradient: { [Tensor.where($0.inputs[0] .> 0, $0.gradient, $0.gradient * $0.inputs[1]), nil] })

  // The second operand is alpha, a number.
  static let elu = Elementwise(
    name: "elu", accepts: [.float32],
    glsl: { "\($0[0]) > 0.0 ? \($0[0]) : \($0[1]) * exponentialMinus1(\($0[0]))" },
    scalar: { $0[0] > 0 ? $0[0] : $0[1] * Glibc.expm1($0[0]) },
    gradient: {
      let falling = $0.gradient * $0.inputs[1] * Tensor.minimum($0.inputs[0], 0).exp()
      return [Tensor.where($0.inputs[0] .<= 0, falling, $0.gradient), nil]
    })

  // By the complement, which keeps its digits far to the left, where 1 + erf has none.
  static let gelu = function(
    "gelu", { "0.5 * \($0) * errorFunctionComplement(-0.70710678118655 * \($0))" },
    { 0.5 * $0 * Glibc.erfc(-$0 * 0.5.squareRoot()) },
    gradient: { g, x, _ in
      let density = (x.square() * -0.5).exp() * 0.398942280401432677940
      return g * ((x * -0.707106781186547524401).erfc() * 0.5 + x * density)
    })

  static let silu = function(
    "silu", { "\($0) / (1.0 + exponential(-\($0)))" }, { $0 / (1 + Glibc.exp(-$0)) },
    gradient: { g, x, _ in
      let s = x.sigmoid()
      return g * s * (x * (1 - s) + 1)
    })

  // Operands: x, beta, threshold; the last two are numbers.
  static let softplus = Elementwise(
    name: "softplus", accepts: [.float32],
    glsl: { x in "\(x[0]) * \(x[1]) > \(x[2]) ? \(x[0]) : softplus(\(x[0]) * \(x[1])) / \(x[1])" },
    scalar: { x in
      let scaled = x[0] * x[1]
      if scaled.isNaN || scaled > x[2] { return x[0] }
      return ((scaled > 0 ? scaled : 0) + Glibc.log1p(Glibc.exp(-Swift.abs(scaled)))) / x[1]
    },
    gradient: {
      let scaled = $0.inputs[0] * $0.inputs[1]
      return [Tensor.where(scaled .> $0.inputs[2], $0.gradient, $0.gradient * scaled.sigmoid()), nil, nil]
    })

  // As in PyTorch, no gradient at the corners of these three.
  static let relu6 = function(
    "relu6", { "smaller(larger(\($0), 0.0), 6.0)" }, { $0 <= 0 ? 0 : $0 >= 6 ? 6 : $0 },
    gradient: { g, x, _ in .where((x .<= 0).logicalOr(x .>= 6), 0, g) })

  static let hardSigmoid = function(
    "hardsigmoid", { "smaller(larger(\($0) + 3.0, 0.0), 6.0) / 6.0" },
    { $0 <= -3 ? 0 : $0 >= 3 ? 1 : ($0 + 3) / 6 },
    gradient: { g, x, _ in .where((x .> -3).logicalAnd(x .< 3), g / 6, 0) })

  static let hardSwish = function(
    "hardswish", { "\($0) * smaller(larger(\($0) + 3.0, 0.0), 6.0) / 6.0" },
    { $0 * ($0 <= -3 ? 0 : $0 >= 3 ? 6 : $0 + 3) / 6 },
    gradient: { g, x, _ in .where(x .<= -3, 0, .where(x .< 3, g * (x / 3 + 0.5), g)) })
}

extension Tensor {
  /// The positive part of each element; no gradient at 0.
  public func relu() -> Tensor { Tensor.elementwise(.relu, [self]) }
  /// Each element, the negative ones times `slope`.
  public func leakyRelu(_ slope: Double = 0.01) -> Tensor {
    Tensor.elementwise(.leakyRelu, [self, constant(slope)])
  }
  /// Each element; where it is negative, `alpha` (eˣ − 1).
  public func elu(_ alpha: Double = 1) -> Tensor { Tensor.elementwise(.elu, [self, constant(alpha)]) }
  /// How `gelu` is computed.
  public enum GELUApproximation: Sendable {
    /// By the error function.
    case none
    /// By a formula with tanh.
    case tanh
  }
  /// Each element times the chance that a standard normal number is less (Hendrycks and Gimpel 2016), exactly or by the
  /// paper's formula with tanh.
  public func gelu(_ approximation: GELUApproximation = .none) -> Tensor {
    guard approximation == .tanh else { return Tensor.elementwise(.gelu, [self]) }
    // (1 + tanh u) / 2 is sigmoid(2u), which keeps its digits far to the left.
    let twice = (self * (square() * 0.044715 + 1)) * 1.59576912160573071176
    return self * twice.sigmoid()
  }
  /// Each element times its sigmoid.
  public func silu() -> Tensor { Tensor.elementwise(.silu, [self]) }
  /// ln(1 + e^(beta x)) / beta of each element; the element itself where beta x is above `threshold`.
  public func softplus(beta: Double = 1, threshold: Double = 20) -> Tensor {
    Tensor.elementwise(.softplus, [self, constant(beta), constant(threshold)])
  }
  /// Each element times the hyperbolic tangent of its softplus (Misra 2019).
  public func mish() -> Tensor { self * softplus().tanh() }
  /// Each element moved into 0…6.
  public func relu6() -> Tensor { Tensor.elementwise(.relu6, [self]) }
  /// (x + 3) / 6 of each element, moved into 0…1.
  public func hardSigmoid() -> Tensor { Tensor.elementwise(.hardSigmoid, [self]) }
  /// Each element times its hard sigmoid.
  public func hardSwish() -> Tensor { Tensor.elementwise(.hardSwish, [self]) }
}
