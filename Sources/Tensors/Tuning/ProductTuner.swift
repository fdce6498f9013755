import Recording
package import Vulkan

/// The sizes of a product [rows, depth]·[depth, columns].
package struct ProductShape: Equatable, Sendable, CustomStringConvertible {
  package let rows, depth, columns: Int

  /// Sizes that can be measured in seconds on any device, and the most that the three may make multiplied.
  package static let sizes = 1...16_384
  package static let limit = 1 << 32

  /// Nil beyond those limits.
  package init?(_ rows: Int, _ depth: Int, _ columns: Int) {
    guard [rows, depth, columns].allSatisfy(Self.sizes.contains), rows * depth * columns <= Self.limit else {
      return nil
    }
    (self.rows, self.depth, self.columns) = (rows, depth, columns)
  }

  package var description: String { "\(rows)x\(depth)x\(columns)" }
}

/// Looks for settings of products that are faster than the defaults, by measuring.
///
/// A product counts as the sum of three: A·B, A·Bᵀ and Aᵀ·B, which a layer's forward and backward passes are made of. It
/// climbs: one number after the other goes up and down as long as that helps.
package struct ProductTuner {
  /// What was found for one shape.
  package struct Finding {
    package let shape: ProductShape
    /// The class of shapes that it stands for.
    package let shapeClass: ShapeClass
    /// Seconds of the three products, with the defaults and with the best settings, measured in turn.
    package let defaultSeconds, bestSeconds: Double
    /// The best settings; the defaults where nothing was better by `worthwhile`.
    package let settings: TileSettings
    /// Candidates that were measured, that took too long to compile, and whose results were wrong.
    package fileprivate(set) var tried = 0, slow = 0, wrong = 0
    fileprivate let defaults: TileSettings

    /// Whether there is something to keep.
    package var isBetter: Bool { settings != defaults }
    /// How much faster the best settings are; 1 for the defaults.
    package var ratio: Double { defaultSeconds / bestSeconds }
    /// The best settings' numbers that differ from the defaults, as text.
    package var changes: String { settings.changes(from: defaults) }
  }

  /// How much faster settings have to be, so that noise isn't kept.
  package static let worthwhile = 1.05
  /// A kernel that takes longer to compile is not used: each start would pay for it.
  private static let compileSeconds = 1.0

  private let device: Device
  private let seconds: Double

  /// - Parameter seconds: what a shape may take; a candidate that has begun is finished.
  package init(on device: Device, seconds: Double) {
    self.device = device
    self.seconds = seconds
  }

  /// Measures `shape`. `progress` is told the candidates so far and how much faster the best is; what it throws ends it.
  package func tune(_ shape: ProductShape, progress: (Int, Double) throws -> Void) throws -> Finding {
    let workload = try Workload(shape, on: device)
    let defaults = TileSettings(for: device.physical).usual(
      for: workload.shapeClass, on: device.physical)
    let start = ContinuousClock.now
    let first = Trial(defaults, workload.tiles(defaults))
    let expected = try Workload.places.map { try workload.measure($0, for: first).result }
    var (tried, slow, wrong) = (1, 0, 0)
    var seen = [first.tiles]
    var best = first

    /// The candidate, measured; nil where it is refused, or soon slower than the best.
    func attempt(_ settings: TileSettings, _ tiles: [MatrixTiles]) throws -> Trial? {
      seen.append(tiles)
      tried += 1
      let trial = Trial(settings, tiles)
      for place in Workload.places {
        let (result, compileSeconds) = try workload.measure(place, for: trial)
        guard compileSeconds <= Self.compileSeconds else {
          slow += 1
          return nil
        }
        guard workload.agree(result, expected[place]) else {
          wrong += 1
          return nil
        }
        if trial.seconds > 1.2 * best.seconds(upTo: place) { return nil }
      }
      return trial
    }

    for field in TileSettings.fields {
      for direction in [1, -1] {
        var place = field.values.firstIndex(of: best.settings[keyPath: field.path]) ?? 0
        while (start.duration(to: .now)).seconds < seconds {
          place += direction
          guard field.values.indices.contains(place) else { break }
          var settings = best.settings
          settings[keyPath: field.path] = field.values[place]
          let tiles = workload.tiles(settings)
          guard settings.isUsable(on: device.physical), tiles != best.tiles else { continue }
          if seen.contains(tiles) { break }
          let trial = try attempt(settings, tiles)
          try progress(tried, first.seconds / best.seconds)
          guard let trial, trial.seconds < 0.98 * best.seconds else { break }
          best = trial
        }
      }
    }
    // In turn, so that what else the machine does hits both.
    if best !== first {
      first.forget()
      best.forget()
      for _ in 0..<4 {
        try first.measureAgain()
        try best.measureAgain()
      }
    }
    let isWorthwhile = first.seconds >= Self.worthwhile * best.seconds
    var finding = Finding(
      shape: shape, shapeClass: workload.shapeClass, defaultSeconds: first.seconds,
      bestSeconds: isWorthwhile ? best.seconds : first.seconds,
      settings: isWorthwhile ? best.settings : defaults, defaults: defaults)
    (finding.tried, finding.slow, finding.wrong) = (tried, slow, wrong)
    return finding
  }
}

/// The operands of a shape's three products, and a result that they share.
private struct Workload {
  private let shape: ProductShape
  private let device: Device
  private let a, b, c: Variable

  init(_ shape: ProductShape, on device: Device) throws {
    self.shape = shape
    self.device = device
    // Without a pattern, so that sums grow as those of noise do.
    var state: UInt64 = 1
    func operand(_ count: Int) throws -> Variable {
      let values = [Float](unsafeUninitializedCapacity: count) { values, initialized in
        while initialized < count {
          state = state &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
          values[initialized] = Float(state >> 40) / Float(1 << 24) - 0.5
          initialized += 1
        }
      }
      return try Variable([count], values, on: device, label: "operand")
    }
    a = try operand(shape.rows * shape.depth)
    b = try operand(shape.depth * shape.columns)
    c = try Variable([shape.rows * shape.columns], on: device, label: "result")
  }

  /// A·B, A·Bᵀ and Aᵀ·B.
  static let places = 0..<3

  private func product(_ place: Int, _ settings: TileSettings) -> RecordedProduct {
    func operand(_ variable: Variable, _ rows: Int, _ columns: Int, transposed: Bool = false) -> Operand {
      Operand(
        Value(region: variable.region, layout: .contiguous(variable.type.shape), type: variable.type),
        rows: rows, columns: columns, transposed ? [1, rows] : [columns, 1], batch: [])
    }
    return RecordedProduct(
      a: operand(a, shape.rows, shape.depth, transposed: place == 2),
      b: operand(b, shape.depth, shape.columns, transposed: place == 1),
      c: operand(c, shape.rows, shape.columns), epilogue: .none, tiles: settings)
  }

  var shapeClass: ShapeClass { product(0, TileSettings(for: device.physical)).turned.shapeClass }

  func tiles(_ settings: TileSettings) -> [MatrixTiles] {
    Self.places.map { MatrixTiles(product($0, settings).turned, device: device) }
  }

  /// Records one product for `trial` and measures it: its result, NaN where nothing was written, and the time to record and
  /// compile it. Drivers compile when a pipeline is made or when it is first run.
  func measure(_ place: Int, for trial: Trial) throws -> (result: [Float], compileSeconds: Double) {
    let start = ContinuousClock.now
    var recorder = Recorder(on: device, label: "tune", options: PlanOptions())
    product(place, trial.settings).record(into: &recorder)
    let replay = try Replay(recorder.finish())
    let recorded = start.duration(to: .now).seconds
    try device.fill(c.buffer, with: Float.nan.bitPattern)
    let first = try hostSeconds { try replay.run(times: 1) }
    let result: [Float] = try c.read()
    let second = try hostSeconds { try replay.run(times: 1) }
    try trial.add(replay, seconds: second)
    return (result, recorded + max(0, first - second))
  }

  /// Whether results differ by no more than sums in another order do.
  func agree(_ values: [Float], _ expected: [Float]) -> Bool {
    let bound = 2e-6 * Float(shape.depth).squareRoot()
    return values.withUnsafeBufferPointer { values in
      expected.withUnsafeBufferPointer { expected in
        var index = 0
        // Without `>`: NaN agrees with nothing.
        while index < values.count, abs(values[index] - expected[index]) <= bound { index += 1 }
        return index == values.count
      }
    }
  }
}

/// Settings with the plans that were recorded with them.
private final class Trial {
  let settings: TileSettings
  let tiles: [MatrixTiles]
  private var replays: [Replay] = []
  /// The best time of each product.
  private var best: [Double] = []

  init(_ settings: TileSettings, _ tiles: [MatrixTiles]) {
    self.settings = settings
    self.tiles = tiles
  }

  /// The time of all products so far.
  var seconds: Double { best.reduce(0, +) }

  func seconds(upTo place: Int) -> Double { best[...place].reduce(0, +) }

  /// Takes the next product, one run of which took `seconds`, and measures it.
  func add(_ replay: Replay, seconds: Double) throws {
    replays.append(replay)
    best.append(seconds)
    for _ in 0..<2 { try measure(replays.count - 1) }
  }

  func forget() { best = best.map { _ in .infinity } }

  func measureAgain() throws {
    for place in replays.indices { try measure(place) }
  }

  /// Runs for about three milliseconds, or once.
  private func measure(_ place: Int) throws {
    let times = max(1, min(100, Int(3e-3 / max(best[place], 1e-5))))
    best[place] = min(
      best[place], try hostSeconds { try replays[place].run(times: times) } / Double(times))
  }
}

private func hostSeconds(_ body: () throws -> Void) throws -> Double {
  try ContinuousClock().measure(body).seconds
}
