#if canImport(Glibc)
  import Glibc
#endif

extension Elementwise {
  static let add = Elementwise(
    name: "add", glsl: { "\($0[0]) + \($0[1])" }, scalar: { $0[0] + $0[1] },
    gradient: { [$0.gradient, $0.gradient] })

  static let subtract = Elementwise(
    name: "sub", glsl: { "\($0[0]) - \($0[1])" }, scalar: { $0[0] - $0[1] },
    gradient: { [$0.gradient, -$0.gradient] })

  static let multiply = Elementwise(
    name: "mul", glsl: { "\($0[0]) * \($0[1])" }, scalar: { $0[0] * $0[1] },
    gradient: { [$0.gradient * $0.inputs[1], $0.gradient * $0.inputs[0]] })

  static let divide = Elementwise(
    name: "div", glsl: { "\($0[0]) / \($0[1])" }, scalar: { $0[0] / $0[1] },
    gradient: { [$0.gradient / $0.inputs[1], -($0.gradient * $0.output / $0.inputs[1])] })

  static let negate = Elementwise(
    name: "neg", accepts: [.float32, .int32], glsl: { "-\($0[0])" }, scalar: { -$0[0] },
    gradient: { [-$0.gradient] })

  // x ≥ 0: GLSL leaves pow of a negative base undefined.
  static let power = Elementwise(
    name: "pow", accepts: [.float32], glsl: { "pow(\($0[0]), \($0[1]))" }, scalar: { pow($0[0], $0[1]) },
    gradient: {
      let (base, exponent) = ($0.inputs[0], $0.inputs[1])
      return [$0.gradient * exponent * base.power(exponent - 1), $0.gradient * $0.output * base.log()]
    })

  static let sqrt = Elementwise(
    name: "sqrt", accepts: [.float32], glsl: { "sqrt(\($0[0]))" }, scalar: { $0[0].squareRoot() },
    gradient: { [$0.gradient / ($0.output * 2)] })

  static let exp = Elementwise(
    name: "exp", accepts: [.float32], glsl: { "exp(\($0[0]))" }, scalar: { Glibc.exp($0[0]) },
    gradient: { [$0.gradient * $0.output] })

  static let log = Elementwise(
    name: "log", accepts: [.float32], glsl: { "log(\($0[0]))" }, scalar: { Glibc.log($0[0]) },
    gradient: { [$0.gradient / $0.inputs[0]] })

  // As in activation.glsl: some drivers' tanh overflows far out.
  static let tanh = Elementwise(
    name: "tanh", accepts: [.float32], glsl: { "abs(\($0[0])) > 15.0 ? sign(\($0[0])) : tanh(\($0[0]))" },
    scalar: { Glibc.tanh($0[0]) },
    gradient: { [Tensor.elementwise(.tanhBackward, [$0.gradient, $0.output])] })

  /// The gradient of tanh, from that of its result and from its result.
  static let tanhBackward = Elementwise(
    name: "tanh_backward", accepts: [.float32], glsl: { "\($0[0]) * (1.0 - \($0[1]) * \($0[1]))" },
    scalar: { $0[0] * (1 - $0[1] * $0[1]) },
    gradient: {
      let (gradient, y) = ($0.inputs[0], $0.inputs[1])
      return [$0.gradient * (1 - y * y), $0.gradient * gradient * y * -2]
    })

  static let relu = Elementwise(
    name: "relu", accepts: [.float32], glsl: { "max(\($0[0]), 0.0)" }, scalar: { max($0[0], 0) },
    gradient: { [Tensor.elementwise(.reluBackward, [$0.gradient, $0.output])] })

  /// The gradient of relu, from that of its result and from its result.
  static let reluBackward = Elementwise(
    name: "threshold_backward", accepts: [.float32], glsl: { "\($0[1]) > 0.0 ? \($0[0]) : 0.0" },
    scalar: { $0[1] > 0 ? $0[0] : 0 },
    gradient: {
      [Tensor.where($0.inputs[1] .> 0, $0.gradient, 0), $0.output.graph.constant(0, $0.inputs[1].type)]
    })
}

extension Tensor {
  /// Sum of elements, broadcast.
  public static func + (a: Tensor, b: Tensor) -> Tensor { elementwise(.add, [a, b]) }
  /// Difference of elements, broadcast.
  public static func - (a: Tensor, b: Tensor) -> Tensor { elementwise(.subtract, [a, b]) }
  /// Product of elements, broadcast.
  public static func * (a: Tensor, b: Tensor) -> Tensor { elementwise(.multiply, [a, b]) }
  /// Quotient of elements, broadcast.
  public static func / (a: Tensor, b: Tensor) -> Tensor { elementwise(.divide, [a, b]) }
  /// Each element negated.
  public static prefix func - (a: Tensor) -> Tensor { elementwise(.negate, [a]) }

  /// Adds a number to each element.
  public static func + (a: Tensor, b: Double) -> Tensor { a + a.constant(b) }
  /// Subtracts a number from each element.
  public static func - (a: Tensor, b: Double) -> Tensor { a - a.constant(b) }
  /// Multiplies each element by a number.
  public static func * (a: Tensor, b: Double) -> Tensor { a * a.constant(b) }
  /// Divides each element by a number.
  public static func / (a: Tensor, b: Double) -> Tensor { a / a.constant(b) }
  /// Adds each element to a number.
  public static func + (a: Double, b: Tensor) -> Tensor { b.constant(a) + b }
  /// Subtracts each element from a number.
  public static func - (a: Double, b: Tensor) -> Tensor { b.constant(a) - b }
  /// Multiplies a number by each element.
  public static func * (a: Double, b: Tensor) -> Tensor { b.constant(a) * b }
  /// Divides a number by each element.
  public static func / (a: Double, b: Tensor) -> Tensor { b.constant(a) / b }

  /// Each element, which must not be negative, to the power of `exponent`.
  public func power(_ exponent: Tensor) -> Tensor { Tensor.elementwise(.power, [self, exponent]) }
  /// Each element times itself.
  public func square() -> Tensor { self * self }
  /// Square root of each element.
  public func sqrt() -> Tensor { Tensor.elementwise(.sqrt, [self]) }
  /// e to the power of each element.
  public func exp() -> Tensor { Tensor.elementwise(.exp, [self]) }
  /// Natural logarithm of each element.
  public func log() -> Tensor { Tensor.elementwise(.log, [self]) }
  /// Hyperbolic tangent of each element.
  public func tanh() -> Tensor { Tensor.elementwise(.tanh, [self]) }
  /// The positive part of each element.
  public func relu() -> Tensor { Tensor.elementwise(.relu, [self]) }
}
