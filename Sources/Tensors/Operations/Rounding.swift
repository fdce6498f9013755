extension Elementwise {
  static let floor = step("floor", "floor", .down)
  static let ceil = step("ceil", "ceil", .up)
  static let round = step("round", "roundEven", .toNearestOrEven)
  static let trunc = step("trunc", "trunc", .towardZero)

  private static func step(_ name: String, _ glsl: String, _ rule: FloatingPointRoundingRule) -> Elementwise {
    function(
      name, { "\(glsl)(\($0))" }, { $0.rounded(rule) }, gradient: { g, _, _ in g.graph.constant(0, g.type) })
  }

  static let isNaN = Elementwise(
    name: "isnan", result: .bool, accepts: [.float32], glsl: { "notANumber(\($0[0]))" },
    scalar: { $0[0].isNaN ? 1 : 0 })

  static let isInf = Elementwise(
    name: "isinf", result: .bool, accepts: [.float32], glsl: { "isInfinite(\($0[0]))" },
    scalar: { $0[0].isInfinite ? 1 : 0 })

  static let isFinite = Elementwise(
    name: "isfinite", result: .bool, accepts: [.float32], glsl: { "isFinite(\($0[0]))" },
    scalar: { $0[0].isFinite ? 1 : 0 })
}

extension Tensor {
  /// The largest integer that isn't above each element. Its gradient is 0.
  public func floor() -> Tensor { rounded(.floor) }
  /// The least integer that isn't below each element. Its gradient is 0.
  public func ceil() -> Tensor { rounded(.ceil) }
  /// The nearest integer to each element, the even one of two. Its gradient is 0.
  public func round() -> Tensor { rounded(.round) }
  /// Each element without its fraction. Its gradient is 0.
  public func trunc() -> Tensor { rounded(.trunc) }

  /// Integers are whole already.
  private func rounded(_ operation: Elementwise) -> Tensor {
    dataType == .int32 || dataType == .uint32 ? self : Tensor.elementwise(operation, [self])
  }

  /// Whether each element is NaN.
  public func isNaN() -> Tensor { Tensor.elementwise(.isNaN, [self]) }
  /// Whether each element is ∞ or −∞.
  public func isInf() -> Tensor { Tensor.elementwise(.isInf, [self]) }
  /// Whether each element is neither NaN nor infinite.
  public func isFinite() -> Tensor { Tensor.elementwise(.isFinite, [self]) }

  /// NaN and infinities replaced; without bounds, infinities become the largest finite numbers (`torch.nan_to_num`).
  public func nanToNum(
    _ nan: Double = 0, positiveInfinity: Double? = nil, negativeInfinity: Double? = nil
  ) -> Tensor {
    let largest = Double(Float.greatestFiniteMagnitude)
    let bounded = Tensor.where(
      self .> largest, positiveInfinity ?? largest,
      .where(self .< -largest, negativeInfinity ?? -largest, self))
    return .where(isNaN(), nan, bounded)
  }
}
