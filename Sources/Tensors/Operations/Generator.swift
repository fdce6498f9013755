/// Random numbers of a pass: a seed, and a counter on the device, so that each replay draws anew.
///
/// Philox4x32-10 of (element, counter, number of the draw, what for): each draw of a pass has a number of its own, given
/// in order, so that draws are independent of each other, and the same seed, counter and program give the same numbers.
public final class Generator {
  /// The uint32 scalar that counts the replays.
  public let counter: Tensor
  /// The key of all draws; nil where `seeds` has many.
  private let seed: UInt64?
  /// Keys [n, 2] of the parts of each draw's first axis.
  private let seeds: Tensor?
  /// The number of the next draw of the pass.
  private var draws: UInt32 = 0

  /// - Parameter counter: a uint32 scalar: the value of a variable that the pass counts up after its last draw.
  public init(seed: UInt64, counter: Tensor) {
    self.seed = seed
    self.seeds = nil
    self.counter = counter
  }

  /// A generator of n seeds: each draw has n parts along its first axis, each as a generator of its seed alone draws it.
  ///
  /// - Parameter seeds: uint32 [n, 2], the low and the high word of each seed.
  public init(seeds: Tensor, counter: Tensor) {
    self.seed = nil
    self.seeds = seeds
    self.counter = counter
  }

  /// Uniform in `low`..<`high`, with 24 bits.
  public func uniform(_ shape: Shape, low: Double = 0, high: Double = 1) -> Tensor {
    guard low.isFinite, high.isFinite, low <= high else {
      return refuse("uniform", shape, "finite bounds in order, not \(low) and \(high)")
    }
    let fraction = draw(.uniform, TensorType(shape))
    if (low, high) == (0, 1) { return fraction }
    // Rounding may reach the upper bound, which is outside.
    let last = low < high ? Double(Float(high).nextDown) : low
    return Tensor.minimum(fraction * (high - low) + low, last)
  }

  /// Normal, of a mean and a standard deviation.
  public func normal(_ shape: Shape, mean: Double = 0, standardDeviation: Double = 1) -> Tensor {
    let value = draw(.normal, TensorType(shape))
    return (mean, standardDeviation) == (0, 1) ? value : value * standardDeviation + mean
  }

  /// 1 with the probability that each element of `probability` says, else 0.
  public func bernoulli(_ probability: Tensor) -> Tensor {
    (draw(.bernoulli, TensorType(probability.shape)) .< probability).float()
  }

  /// 1 with one probability, else 0.
  public func bernoulli(_ shape: Shape, _ probability: Double) -> Tensor {
    guard (0...1).contains(probability) else {
      return refuse("bernoulli", shape, "a probability in 0...1, not \(probability)")
    }
    return (draw(.bernoulli, TensorType(shape)) .< probability).float()
  }

  /// Whole numbers in a range, equally likely, as int32.
  public func integers(_ shape: Shape, in range: Range<Int>) -> Tensor {
    guard !range.isEmpty, Int32(exactly: range.lowerBound) != nil, Int32(exactly: range.upperBound - 1) != nil
    else { return refuse("randint", shape, "a range of int32 that is not empty, not \(range)") }
    let offset = draw(.integer(range: UInt32(truncatingIfNeeded: range.count)), TensorType(shape, .uint32))
    return offset.int32() + Double(range.lowerBound)
  }

  /// The numbers 0..<`count` in random order, as uint32 [count]: a keyed bijection, no sort.
  public func permutation(_ count: Int) -> Tensor {
    guard (0...Int(UInt32.max)).contains(count), seeds == nil else {
      return refuse("randperm", [], "a count and a generator of one seed, not \(count)")
    }
    return draw(.permutation(count: UInt32(count)), TensorType([count], .uint32))
  }

  /// What `permutation` gives as the first draw of a pass whose counter is `counter`, computed on the host.
  public static func permutation(_ count: Int, seed: UInt64, counter: UInt32) -> [UInt32] {
    let draw = Draw(
      purpose: .permutation(count: UInt32(count)), type: TensorType([count], .uint32), seed: seed, number: 0)
    return (0..<UInt32(count)).map { UInt32(draw.value($0, counter: counter, seed: seed)) }
  }

  /// One class for each row of `logits` [rows…, classes], with probability softmax(logits), as int32 [rows…].
  ///
  /// A class of logit −∞ is never drawn.
  public func categorical(_ logits: Tensor) -> Tensor {
    let rows = Shape(Array(logits.shape.dimensions.dropLast()))
    return counter.graph.apply(Categorical(), [logits, draw(.categorical, TensorType(rows))])
  }

  /// `x` with each element set to 0 with probability `p`, the others divided by 1 − p; `x` itself unless `training`.
  ///
  /// Which elements is computed from the counter again for the gradient, and not stored.
  public func dropout(_ x: Tensor, _ p: Double, training: Bool = true) -> Tensor {
    guard (0...1).contains(p) else { return refuse("dropout", x.shape, "a probability in 0...1, not \(p)") }
    guard training, p > 0 else { return x }
    guard seeds == nil else { return refuse("dropout", x.shape, "a generator of one seed") }
    let draw = Draw(purpose: .dropout, type: x.type, seed: seed, number: next())
    return x.graph.apply(Dropout(p: p, draw: draw), [x, counter])
  }

  private func draw(_ purpose: Draw.Purpose, _ type: TensorType) -> Tensor {
    counter.graph.apply(
      Draw(purpose: purpose, type: type, seed: seed, number: next()), [counter] + (seeds.map { [$0] } ?? []))
  }

  private func next() -> UInt32 {
    defer { draws += 1 }
    return draws
  }

  private func refuse(_ operation: String, _ shape: Shape, _ expected: String) -> Tensor {
    counter.graph.fail(.mismatch(operation: operation, inputs: [counter.type], expected: expected))
    return counter.graph.constant(0, TensorType(shape))
  }
}
