extension Elementwise {
  // Integers wrap at 32 bits.
  static let add = Elementwise(
    name: "add", glsl: { "\($0[0]) + \($0[1])" }, scalar: { $0[0] + $0[1] },
    gradient: { [$0.gradient, $0.gradient] })

  static let subtract = Elementwise(
    name: "sub", glsl: { "\($0[0]) - \($0[1])" }, scalar: { $0[0] - $0[1] },
    gradient: { [$0.gradient, -$0.gradient] })

  static let multiply = Elementwise(
    name: "mul", glsl: { "\($0[0]) * \($0[1])" }, scalar: { $0[0] * $0[1] }, integer: { $0[0] &* $0[1] },
    gradient: { [$0.gradient * $0.inputs[1], $0.gradient * $0.inputs[0]] })

  static let divide = Elementwise(
    name: "div", accepts: [.float32], hint: "; floorDivide divides integers, float() converts them",
    glsl: { "\($0[0]) / \($0[1])" }, scalar: { $0[0] / $0[1] },
    gradient: { [$0.gradient / $0.inputs[1], -($0.gradient * $0.output / $0.inputs[1])] })

  static let negate = Elementwise(
    name: "neg", accepts: [.float32, .int32], glsl: { "-\($0[0])" }, scalar: { -$0[0] },
    gradient: { [-$0.gradient] })

  static let absolute = Elementwise(
    name: "abs", accepts: [.float32, .int32], glsl: { "magnitude(\($0[0]))" }, scalar: { abs($0[0]) },
    gradient: { [$0.gradient * $0.inputs[0].sign()] })

  // As in PyTorch, NaN has the sign 0.
  static let sign = Elementwise(
    name: "sign", glsl: { "signOf(\($0[0]))" }, scalar: { $0[0] > 0 ? 1 : $0[0] < 0 ? -1 : 0 },
    gradient: { [$0.output.graph.constant(0, $0.output.type)] })

  static let reciprocal = function(
    "reciprocal", { "1.0 / \($0)" }, { 1 / $0 }, gradient: { g, _, y in -(g * y * y) })

  // From the nearer end, as in PyTorch, so that both ends are exact.
  static let lerp = Elementwise(
    name: "lerp", accepts: [.float32],
    glsl: { x in
      "abs(\(x[2])) < 0.5 ? \(x[0]) + \(x[2]) * (\(x[1]) - \(x[0])) : \(x[1]) - (\(x[1]) - \(x[0])) * (1.0 - \(x[2]))"
    },
    scalar: { x in
      abs(x[2]) < 0.5 ? x[0] + x[2] * (x[1] - x[0]) : x[1] - (x[1] - x[0]) * (1 - x[2])
    },
    gradient: {
      let weight = $0.inputs[2]
      return [
        $0.gradient * (1 - weight), $0.gradient * weight, $0.gradient * ($0.inputs[1] - $0.inputs[0]),
      ]
    })
}

extension Tensor {
  /// Sum of elements, broadcast; integers wrap at 32 bits.
  public static func + (a: Tensor, b: Tensor) -> Tensor { elementwise(.add, [a, b]) }
  /// Difference of elements, broadcast; integers wrap at 32 bits.
  public static func - (a: Tensor, b: Tensor) -> Tensor { elementwise(.subtract, [a, b]) }
  /// Product of elements, broadcast; integers wrap at 32 bits.
  public static func * (a: Tensor, b: Tensor) -> Tensor { elementwise(.multiply, [a, b]) }
  /// Quotient of float32 elements, broadcast. Integers are refused, where PyTorch would convert: `floorDivide` divides them.
  public static func / (a: Tensor, b: Tensor) -> Tensor { elementwise(.divide, [a, b]) }
  /// Each element negated; the least int32 is its own negative.
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

  /// The absolute value of each element; its gradient at 0 is 0. The least int32 is its own absolute value.
  public func abs() -> Tensor { dataType == .uint32 ? self : Tensor.elementwise(.absolute, [self]) }
  /// −1, 0 or 1: the sign of each element, 0 for NaN. Its gradient is 0.
  public func sign() -> Tensor { Tensor.elementwise(.sign, [self]) }
  /// Each element times itself.
  public func square() -> Tensor { self * self }
  /// One divided by each element.
  public func reciprocal() -> Tensor { Tensor.elementwise(.reciprocal, [self]) }
  /// From this (weight 0) to `end` (weight 1) on a straight line, broadcast.
  public func lerp(_ end: Tensor, _ weight: Tensor) -> Tensor {
    Tensor.elementwise(.lerp, [self, end, weight])
  }
  /// From this (weight 0) to `end` (weight 1) on a straight line, broadcast.
  public func lerp(_ end: Tensor, _ weight: Double) -> Tensor { lerp(end, constant(weight)) }
}
