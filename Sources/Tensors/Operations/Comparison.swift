infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence

extension Elementwise {
  static let less = Elementwise(
    name: "lt", result: .bool, glsl: { "\($0[0]) < \($0[1])" }, scalar: { $0[0] < $0[1] ? 1 : 0 })

  static let lessEqual = Elementwise(
    name: "le", result: .bool, glsl: { "\($0[0]) <= \($0[1])" }, scalar: { $0[0] <= $0[1] ? 1 : 0 })

  static let equal = Elementwise(
    name: "eq", result: .bool, glsl: { "\($0[0]) == \($0[1])" }, scalar: { $0[0] == $0[1] ? 1 : 0 })

  static let select = Elementwise(
    name: "where", isConditional: true, accepts: [.float32, .int32, .uint32],
    glsl: { "\($0[0]) ? \($0[1]) : \($0[2])" },
    scalar: { $0[0] != 0 ? $0[1] : $0[2] },
    gradient: {
      [nil, Tensor.where($0.inputs[0], $0.gradient, 0), Tensor.where($0.inputs[0], 0, $0.gradient)]
    })

  // As in PyTorch, equal elements share the gradient.
  static let minimum = Elementwise(
    name: "minimum", glsl: { "min(\($0[0]), \($0[1]))" }, scalar: { min($0[0], $0[1]) },
    gradient: { shared($0, to: { $0 .< $1 }) })

  static let maximum = Elementwise(
    name: "maximum", glsl: { "max(\($0[0]), \($0[1]))" }, scalar: { max($0[0], $0[1]) },
    gradient: { shared($0, to: { $0 .> $1 }) })

  // As in PyTorch, the bounds themselves pass the gradient.
  static let clamp = Elementwise(
    name: "clamp", glsl: { "min(max(\($0[0]), \($0[1])), \($0[2]))" },
    scalar: { min(max($0[0], $0[1]), $0[2]) },
    gradient: {
      let inside = Tensor.where($0.inputs[0] .<= $0.inputs[2], $0.gradient, 0)
      return [Tensor.where($0.inputs[0] .>= $0.inputs[1], inside, 0), nil, nil]
    })

  private static func shared(_ a: Application, to wins: (Tensor, Tensor) -> Tensor) -> [Tensor?] {
    let half = Tensor.where(a.inputs[0] .== a.inputs[1], a.gradient * 0.5, 0)
    return [
      Tensor.where(wins(a.inputs[0], a.inputs[1]), a.gradient, half),
      Tensor.where(wins(a.inputs[1], a.inputs[0]), a.gradient, half),
    ]
  }
}

extension Tensor {
  /// Whether each element of `a` is less than that of `b`, broadcast.
  public static func .< (a: Tensor, b: Tensor) -> Tensor { elementwise(.less, [a, b]) }
  /// Whether each element of `a` is at most that of `b`, broadcast.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { elementwise(.lessEqual, [a, b]) }
  /// Whether each element of `a` is greater than that of `b`, broadcast.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { elementwise(.less, [b, a]) }
  /// Whether each element of `a` is at least that of `b`, broadcast.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { elementwise(.lessEqual, [b, a]) }
  /// Whether elements are equal, broadcast.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { elementwise(.equal, [a, b]) }
  /// Whether each element is greater than a number.
  public static func .> (a: Tensor, b: Double) -> Tensor { a .> a.constant(b) }

  /// Elements of `a` where `condition` holds, of `b` elsewhere, broadcast.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    elementwise(.select, [condition, a, b])
  }
  /// Elements of `a` where `condition` holds, the number `b` elsewhere.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Double) -> Tensor {
    .where(condition, a, a.constant(b))
  }
  /// The number `a` where `condition` holds, elements of `b` elsewhere.
  public static func `where`(_ condition: Tensor, _ a: Double, _ b: Tensor) -> Tensor {
    .where(condition, b.constant(a), b)
  }
  /// The smaller of two elements, broadcast.
  public static func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.minimum, [a, b]) }
  /// The larger of two elements, broadcast.
  public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { elementwise(.maximum, [a, b]) }
  /// Each element moved into `lower`…`upper`, which get no gradient.
  public func clamp(_ lower: Tensor, _ upper: Tensor) -> Tensor {
    Tensor.elementwise(.clamp, [self, lower, upper])
  }
  /// Each element moved into `lower`…`upper`.
  public func clamp(_ lower: Double, _ upper: Double) -> Tensor { clamp(constant(lower), constant(upper)) }
}
