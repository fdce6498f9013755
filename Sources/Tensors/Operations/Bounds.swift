extension Elementwise {
  static let minimum = Elementwise(
    name: "minimum", glsl: { "smaller(\($0[0]), \($0[1]))" }, scalar: { least($0[0], $0[1]) },
    gradient: { shared($0, loses: { $1 .< $0 }) })

  static let maximum = Elementwise(
    name: "maximum", glsl: { "larger(\($0[0]), \($0[1]))" }, scalar: { -least(-$0[0], -$0[1]) },
    gradient: { shared($0, loses: { $0 .< $1 }) })

  // As in PyTorch 2.15: elements at a bound get no gradient from bounds that are numbers.
  static let clamp = Elementwise(
    name: "clamp", glsl: { "smaller(larger(\($0[0]), \($0[1])), \($0[2]))" }, scalar: clamped,
    gradient: {
      let inside = Tensor.where($0.inputs[0] .< $0.inputs[2], $0.gradient, 0)
      return [Tensor.where($0.inputs[1] .< $0.inputs[0], inside, 0), nil, nil]
    })

  // As in PyTorch 2.15: an element shares its gradient with the bound that it equals; crossed bounds give it to the upper.
  static let clampToTensors = Elementwise(
    name: "clamp", glsl: clamp.glsl, scalar: clamped,
    gradient: {
      let (x, lower, upper, g) = ($0.inputs[0], $0.inputs[1], $0.inputs[2], $0.gradient)
      let (atLower, atUpper) = (x .== lower, x .== upper)
      let crossed = upper .< lower
      let outside = crossed.logicalOr(x .< lower).logicalOr(x .> upper)
      let sharesLower = Tensor.where(atLower.logicalAnd(atUpper.logicalNot()), g * 0.5, 0)
      let sharesUpper = Tensor.where(atUpper.logicalAnd(atLower.logicalNot()), g * 0.5, 0)
      return [
        .where(outside, 0, .where(atLower.logicalXor(atUpper), g * 0.5, g)),
        .where(lower .<= upper, .where(x .< lower, g, sharesLower), 0),
        .where(crossed.logicalOr(x .> upper), g, sharesUpper),
      ]
    })

  private static func least(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : min(a, b)
  }

  @Sendable private static func clamped(_ x: [Double]) -> Double { least(-least(-x[0], -x[1]), x[2]) }

  // As in PyTorch, equal elements share the gradient.
  private static func shared(_ a: Application, loses: (Tensor, Tensor) -> Tensor) -> [Tensor?] {
    let (x, y, g) = (a.inputs[0], a.inputs[1], a.gradient)
    let ties = x .== y
    return [
      .where(ties, g * 0.5, .where(loses(x, y), 0, g)), .where(ties, g * 0.5, .where(loses(y, x), 0, g)),
    ]
  }
}

// As in PyTorch: NaN in any operand gives NaN.
extension Tensor {
  /// The smaller of two elements, broadcast.
  public static func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.minimum, [a, b]) }
  /// The smaller of each element and a number.
  public static func minimum(_ a: Tensor, _ b: Double) -> Tensor { minimum(a, a.constant(b)) }
  /// The smaller of a number and each element.
  public static func minimum(_ a: Double, _ b: Tensor) -> Tensor { minimum(b.constant(a), b) }
  /// The larger of two elements, broadcast.
  public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.maximum, [a, b]) }
  /// The larger of each element and a number.
  public static func maximum(_ a: Tensor, _ b: Double) -> Tensor { maximum(a, a.constant(b)) }
  /// The larger of a number and each element.
  public static func maximum(_ a: Double, _ b: Tensor) -> Tensor { maximum(b.constant(a), b) }

  /// Each element moved into `lower`…`upper`, broadcast; where those are crossed, `upper`.
  public func clamp(_ lower: Tensor, _ upper: Tensor) -> Tensor {
    Tensor.elementwise(.clampToTensors, [self, lower, upper])
  }
  /// Each element moved into `lower`…`upper`; where those are crossed, `upper`. Elements at a bound get no gradient.
  public func clamp(_ lower: Double, _ upper: Double) -> Tensor {
    Tensor.elementwise(.clamp, [self, constant(lower), constant(upper)])
  }
}
