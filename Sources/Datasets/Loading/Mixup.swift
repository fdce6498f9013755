import Tensors
import Vulkan

#if canImport(Glibc)
  import Glibc
#endif

/// Pairs of samples mixed by a random weight (Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018).
struct Mixup: Sendable {
  /// Quantiles of the smaller of the two weights.
  private let quantiles: Variable

  /// - Parameter alpha: both parameters of the Beta distribution that weights are drawn from.
  init(alpha: Double, on device: Device) throws(VulkanError) {
    let values = Self.quantiles(alpha: alpha, count: 1025)
    quantiles = try Variable([values.count], values, on: device, label: "mixup quantiles")
  }

  /// For each of `rows` samples its own weight λ ≥ ½, λ ~ Beta(α, α) or 1 − λ, and the number of the sample that it is mixed with.
  func draw(_ rows: Int, _ generator: Generator) -> (weight: Tensor, partner: Tensor) {
    let table = generator.counter.graph.read(quantiles)
    let place = generator.uniform([rows]) * Double(quantiles.type.shape.count - 1)
    let below = place.floor()
    let index = below.int32()
    let (low, high) = (table.indexSelect(index), table.indexSelect(index + 1))
    return (1 - (low + (high - low) * (place - below)), generator.permutation(rows))
  }

  /// Quantiles of Beta(α, α) under the condition that the value is at most ½, at `count` equal steps of probability.
  static func quantiles(alpha: Double, count: Int) -> [Float] {
    // In s = xᵅ the density is (1 − x)ᵅ⁻¹, which has no pole at 0.
    let (steps, end) = (8192, pow(0.5, alpha))
    func density(_ s: Double) -> Double { pow(1 - pow(s, 1 / alpha), alpha - 1) }
    var sums = [0.0]
    for step in 0..<steps {
      let (left, right) = (end * Double(step) / Double(steps), end * Double(step + 1) / Double(steps))
      sums.append(sums[step] + (density(left) + 4 * density((left + right) / 2) + density(right)))
    }
    var step = 0
    return (0..<count).map { index in
      let wanted = sums[steps] * Double(index) / Double(count - 1)
      while step < steps - 1, sums[step + 1] < wanted { step += 1 }
      let within = (wanted - sums[step]) / (sums[step + 1] - sums[step])
      return Float(pow(end * (Double(step) + within) / Double(steps), 1 / alpha))
    }
  }
}
