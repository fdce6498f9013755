infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence

extension Elementwise {
  static let less = Elementwise(
    name: "lt", result: .bool, glsl: { "\($0[0]) < \($0[1])" }, scalar: { $0[0] < $0[1] ? 1 : 0 })

  static let lessEqual = Elementwise(
    name: "le", result: .bool, glsl: { "\($0[0]) <= \($0[1])" }, scalar: { $0[0] <= $0[1] ? 1 : 0 })

  static let equal = Elementwise(
    name: "eq", result: .bool, accepts: [.float32, .int32, .uint32, .bool], glsl: { "\($0[0]) == \($0[1])" },
    scalar: { $0[0] == $0[1] ? 1 : 0 })

  // Not !=, of which some compilers make a comparison that NaN fails too.
  static let notEqual = Elementwise(
    name: "ne", result: .bool, accepts: [.float32, .int32, .uint32, .bool],
    glsl: { "opposite(\($0[0]) == \($0[1]))" }, scalar: { $0[0] != $0[1] ? 1 : 0 })

  static let select = Elementwise(
    name: "where", isConditional: true, accepts: [.float32, .int32, .uint32, .bool],
    glsl: { "\($0[0]) ? \($0[1]) : \($0[2])" },
    scalar: { $0[0] != 0 ? $0[1] : $0[2] },
    gradient: {
      [nil, Tensor.where($0.inputs[0], $0.gradient, 0), Tensor.where($0.inputs[0], 0, $0.gradient)]
    })
}

// As in PyTorch: a comparison with NaN is false, but `.!=`, which is true. Of bools, true is greater than false.
extension Tensor {
  /// Whether each element of `a` is less than that of `b`, broadcast.
  public static func .< (a: Tensor, b: Tensor) -> Tensor {
    a.dataType == .bool ? a.logicalNot().logicalAnd(b) : elementwise(.less, [a, b])
  }
  /// Whether each element of `a` is at most that of `b`, broadcast.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor {
    a.dataType == .bool ? a.logicalNot().logicalOr(b) : elementwise(.lessEqual, [a, b])
  }
  /// Whether each element of `a` is greater than that of `b`, broadcast.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { b .< a }
  /// Whether each element of `a` is at least that of `b`, broadcast.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { b .<= a }
  /// Whether elements are equal, broadcast.
  public static func .== (a: Tensor, b: Tensor) -> Tensor { elementwise(.equal, [a, b]) }
  /// Whether elements differ, broadcast.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { elementwise(.notEqual, [a, b]) }

  /// Whether each element is less than a number.
  public static func .< (a: Tensor, b: Double) -> Tensor { a .< a.constant(b) }
  /// Whether each element is at most a number.
  public static func .<= (a: Tensor, b: Double) -> Tensor { a .<= a.constant(b) }
  /// Whether each element is greater than a number.
  public static func .> (a: Tensor, b: Double) -> Tensor { a .> a.constant(b) }
  /// Whether each element is at least a number.
  public static func .>= (a: Tensor, b: Double) -> Tensor { a .>= a.constant(b) }
  /// Whether each element equals a number.
  public static func .== (a: Tensor, b: Double) -> Tensor { a .== a.constant(b) }
  /// Whether each element differs from a number.
  public static func .!= (a: Tensor, b: Double) -> Tensor { a .!= a.constant(b) }
  /// Whether a number is less than each element.
  public static func .< (a: Double, b: Tensor) -> Tensor { b.constant(a) .< b }
  /// Whether a number is at most each element.
  public static func .<= (a: Double, b: Tensor) -> Tensor { b.constant(a) .<= b }
  /// Whether a number is greater than each element.
  public static func .> (a: Double, b: Tensor) -> Tensor { b.constant(a) .> b }
  /// Whether a number is at least each element.
  public static func .>= (a: Double, b: Tensor) -> Tensor { b.constant(a) .>= b }
  /// Whether a number equals each element.
  public static func .== (a: Double, b: Tensor) -> Tensor { b .== a }
  /// Whether a number differs from each element.
  public static func .!= (a: Double, b: Tensor) -> Tensor { b .!= a }

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
}
