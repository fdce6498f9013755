public import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// The learning rate as a function of the number of updates before, as `torch.optim.lr_scheduler` defines them; counts
/// are of updates, not of epochs.
public struct Schedule: Sendable, Equatable {
  /// How the rate goes once it is warm.
  public enum Course: Sendable, Equatable, Codable {
    /// It stays (`ConstantLR` with factor 1).
    case constant
    /// In a straight line to `endFactor` times the learning rate within `total` updates (`LinearLR`).
    case linear(endFactor: Double, total: Int)
    /// Along half a cosine to `minimum` within `total` updates, where it stays (`CosineAnnealingLR`).
    case cosine(minimum: Double, total: Int)
    /// Times `gamma` after each `size` updates (`StepLR`).
    case step(size: Int, gamma: Double)
    /// Along a cosine up from 1/`divFactor` of the learning rate within `pctStart` of `total` updates, and down to
    /// 1/`finalDivFactor` of where it began (`OneCycleLR`).
    case oneCycle(total: Int, pctStart: Double = 0.3, divFactor: Double = 25, finalDivFactor: Double = 1e4)
  }

  /// PyTorch's `lr`; one cycle's `max_lr`.
  public let learningRate: Double
  /// How the rate goes once it is warm.
  public let course: Course
  /// Updates within which the rate rises in a straight line to where the course begins (`SequentialLR`).
  public let warmup: Int
  /// Where that line begins, as a part of where it ends.
  public let warmupFactor: Double

  /// A schedule around `learningRate`.
  ///
  /// - Throws: `ConfigurationError` for the first number that can't be used.
  public init(
    _ course: Course = .constant, learningRate: Double, warmup: Int = 0, warmupFactor: Double = 1.0 / 3
  ) throws(ConfigurationError) {
    try ConfigurationError.check("learning-rate", learningRate, in: 1e-12...1e3)
    try ConfigurationError.check("warmup", warmup, in: 0...Self.longest)
    try ConfigurationError.check("warmup-factor", warmupFactor, in: 0...1)
    try course.check(learningRate)
    self.learningRate = learningRate
    self.course = course
    self.warmup = warmup
    self.warmupFactor = warmupFactor
  }

  fileprivate static let longest = Int(UInt32.max)

  /// The rate of an update, counted from 0.
  public func value(at update: Int) -> Double {
    let update = Double(update)
    return pieces.last { $0.start <= update }?.value(update) ?? 0
  }

  /// The rate of each update in `step`, uint32 and usually a scalar, in which 2²⁴ updates are told apart.
  public func learningRate(step: Tensor) -> Tensor {
    let pieces = pieces
    return pieces.dropFirst().reduce(pieces[0].value(step)) { rate, piece in
      .where(step.float() .>= piece.start, piece.value(step), rate)
    }
  }

  /// The warm-up and the pieces of the course, one after the other.
  private var pieces: [SchedulePiece] {
    let start = Double(warmup)
    let rest: [SchedulePiece]
    switch course {
    case .constant: rest = [SchedulePiece(.line, start, length: 1, from: learningRate, to: learningRate)]
    case .linear(let endFactor, let total):
      rest = [
        SchedulePiece(.line, start, length: Double(total), from: learningRate, to: learningRate * endFactor)
      ]
    case .cosine(let minimum, let total):
      rest = [SchedulePiece(.cosine, start, length: Double(total), from: learningRate, to: minimum)]
    case .step(let size, let gamma):
      rest = [SchedulePiece(.stairs(gamma), start, length: Double(size), from: learningRate, to: 0)]
    case .oneCycle(let total, let pctStart, let divFactor, let finalDivFactor):
      let (low, up) = (learningRate / divFactor, pctStart * Double(total) - 1)
      let down = Double(total - 1) - up
      rest = [
        SchedulePiece(.cosine, start, length: up, from: low, to: learningRate),
        SchedulePiece(.cosine, start + up, length: down, from: learningRate, to: low / finalDivFactor),
      ]
    }
    guard warmup > 0 else { return rest }
    let goal = rest[0].from
    return [SchedulePiece(.line, 0, length: start, from: goal * warmupFactor, to: goal)] + rest
  }
}

/// A part of a schedule: from one rate to another, where it stays.
private struct SchedulePiece {
  enum Curve {
    case line, cosine
    /// Times so much after each length.
    case stairs(Double)
  }

  let curve: Curve
  let start, length, from, to: Double

  init(_ curve: Curve, _ start: Double, length: Double, from: Double, to: Double) {
    (self.curve, self.start, self.length, self.from, self.to) = (curve, start, length, from, to)
  }

  /// The end that the way is measured from, and a cosine is sin²(π/2·part): so small rates keep their digits.
  private var low: Double { min(from, to) }

  func value(_ update: Double) -> Double {
    let part = max(0, min((from < to ? update - start : start + length - update) / length, 1))
    switch curve {
    case .line: return low + abs(to - from) * part
    case .cosine:
      let sine = sin(.pi / 2 * part)
      return low + abs(to - from) * sine * sine
    case .stairs(let gamma): return from * pow(gamma, ((update - start) / length).rounded(.down))
    }
  }

  func value(_ step: Tensor) -> Tensor {
    let update = step.float()
    let part = ((from < to ? update - start : start + length - update) / length).clamp(0, 1)
    switch curve {
    case .line: return low + abs(to - from) * part
    case .cosine: return low + abs(to - from) * (.pi / 2 * part).sin().square()
    case .stairs(let gamma):
      // In whole numbers: a quotient that a device rounds down would come a step late.
      let stairs = (Tensor.maximum(step, start) - start).floorDivide(length)
      return from * Tensor.power(gamma, stairs.float())
    }
  }
}

extension Schedule.Course {
  fileprivate func check(_ learningRate: Double) throws(ConfigurationError) {
    switch self {
    case .constant: break
    case .linear(let endFactor, let total):
      try ConfigurationError.check("end-factor", endFactor, in: 0...1)
      try ConfigurationError.check("total", total, in: 1...Schedule.longest)
    case .cosine(let minimum, let total):
      try ConfigurationError.check("minimum", minimum, in: 0...learningRate)
      try ConfigurationError.check("total", total, in: 1...Schedule.longest)
    case .step(let size, let gamma):
      try ConfigurationError.check("step-size", size, in: 1...Schedule.longest)
      try ConfigurationError.check("gamma", gamma, in: 1e-6...1)
    case .oneCycle(let total, let pctStart, let divFactor, let finalDivFactor):
      try ConfigurationError.check("total", total, in: 1...Schedule.longest)
      try ConfigurationError.check("pct-start", pctStart, in: 0..<1)
      try ConfigurationError.check("div-factor", divFactor, in: 1...1e12)
      try ConfigurationError.check("final-div-factor", finalDivFactor, in: 1...1e12)
      guard pctStart * Double(total) > 1 else {
        throw ConfigurationError(
          field: "pct-start",
          reason: "is \(pctStart) of \(total) updates; the rise must have more than one")
      }
    }
  }
}

extension Schedule: Codable {
  enum CodingKeys: String, CodingKey {
    case course, warmup
    case learningRate = "learning_rate"
    case warmupFactor = "warmup_factor"
  }

  /// Decodes a schedule, which is checked as any.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      values.decode(Course.self, forKey: .course),
      learningRate: values.decode(Double.self, forKey: .learningRate),
      warmup: values.decode(Int.self, forKey: .warmup),
      warmupFactor: values.decode(Double.self, forKey: .warmupFactor))
  }
}
