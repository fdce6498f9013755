import KernelParameters
import Kernels
import Recording
import Runs
import Vulkan

/// What shaders get out of a device at most: each figure is the best of several measurements.
struct DeviceLimits {
  /// Bytes a second of a copy, reads and writes together, through memory and within a near cache.
  let bandwidth, nearBandwidth: Double
  /// Floating point operations a second of multiply-adds in registers, each of which is two.
  let flops: Double
  /// Seconds of the smallest dispatch behind a barrier, and without one.
  let launch, launchWithoutBarrier: Double
  /// Seconds that a timestamp adds to a dispatch of a profile.
  let timestamp: Double
  /// Seconds from the submission of a single smallest dispatch until the host knows that it has ended.
  let submission: Double

  private static let repetitions = 5
  /// A measurement is repeated within itself until it takes so long.
  private static let secondsOfMeasurement = 0.05
  /// Dispatches in a chain.
  private static let links = 256
  private static let local = 256
  /// Bytes of a place that a lane copies.
  private static let place = 16

  init(of device: Device) throws {
    (bandwidth, nearBandwidth) = try Self.bandwidths(of: device)
    flops = try Self.flops(of: device)
    launch = try Self.launch(on: device)
    launchWithoutBarrier = try Self.launch(on: device, areApart: true)
    // What a noisy clock makes less than nothing is nothing.
    timestamp = max(0, try Self.launch(on: device, options: PlanOptions(timestamps: true)) - launch)
    submission = try Self.submission(to: device)
  }

  private static func bandwidths(of device: Device) throws -> (far: Double, near: Double) {
    // Far more than caches hold, where the device allows it; a power of two.
    let most = min(128 << 20, device.physical.limits.maxStorageBufferRange, device.availableBytes() / 4)
    let bytes = 1 << (Int.bitWidth - 1 - most.leadingZeroBitCount)
    let x = try device.makeBuffer(bytes: bytes, label: "x")
    let y = try device.makeBuffer(bytes: bytes, label: "y")
    // A page that nobody has written is no memory yet.
    try device.fill(x, with: 1)
    try device.fill(y, with: 0)
    let lanes = bytes / place
    // Windows of 16 KiB of each, which are copied 64 times.
    let (window, span) = (1 << 10, 1 << 16)
    func seconds(window: Int, span: Int) throws -> Double {
      try best(
        plan("copy", on: device) { recorder in
          recorder.dispatch(
            Dispatch(
              "copy", .limitCopy, specialization: [UInt32(local), UInt32(window), UInt32(span)],
              bindings: [.read(Region(x)), .write(Region(y))], groups: Groups(lanes / local)))
        })
    }
    let far = try seconds(window: lanes, span: lanes)
    guard try words(of: y, bytes - place, 4, on: device) == [1, 1, 1, 1] else { throw wrong("copies") }
    return (2 * Double(bytes) / far, 2 * Double(bytes) / (try seconds(window: window, span: span)))
  }

  private static func flops(of device: Device) throws -> Double {
    let (groups, rounds) = (1024, 64)
    let lanes = groups * local
    let y = try device.makeBuffer(bytes: 4 * lanes, label: "y")
    let seconds = try best(
      plan("multiply-add", on: device) { recorder in
        recorder.dispatch(
          Dispatch(
            "multiply-add", .limitMultiplyAdd, specialization: [UInt32(local), UInt32(rounds)],
            parameters: MultiplyAddParameters(factor: 0.5, addend: 1), bindings: [.write(Region(y))],
            groups: Groups(groups)))
      })
    // Each of 12 numbers ends at 2.
    guard try words(of: y, 4 * (lanes - 1), 1, on: device) == [Float(24).bitPattern] else {
      throw wrong("multiplies")
    }
    return Double(2 * 12 * 8 * rounds * lanes) / seconds
  }

  /// - Parameter areApart: whether each dispatch has a count of its own, so that none waits for another.
  private static func launch(on device: Device, areApart: Bool = false, options: PlanOptions = PlanOptions())
    throws -> Double
  {
    try best(chain(of: links, on: device, areApart: areApart, options: options)) / Double(links)
  }

  private static func submission(to device: Device) throws -> Double {
    let replay = try Replay(chain(of: 1, on: device))
    let clock = ContinuousClock()
    return try (0..<500).map { _ in
      let start = clock.now
      try replay.run(times: 1)
      return (clock.now - start).seconds
    }.min() ?? 0
  }

  private static func chain(
    of links: Int, on device: Device, areApart: Bool = false, options: PlanOptions = PlanOptions()
  ) throws -> Plan {
    let counts = try device.makeBuffer(bytes: links * Region.alignment, label: "counts")
    return try plan("launches", on: device, options: options) { recorder in
      for link in 0..<links {
        let count = Region(counts).slice(offset: areApart ? link * Region.alignment : 0, byteCount: 4)
        recorder.dispatch(
          Dispatch(
            "count", .limitLaunch, specialization: [1], bindings: [.readWrite(count)], groups: Groups(1)))
      }
    }
  }

  private static func plan(
    _ label: String, on device: Device, options: PlanOptions = PlanOptions(),
    _ record: (inout Recorder) throws -> Void
  ) throws -> Plan {
    var recorder = Recorder(on: device, label: label, options: options)
    try record(&recorder)
    return try recorder.finish()
  }

  /// Seconds of a replay at its best.
  private static func best(_ plan: Plan) throws -> Double {
    let replay = try Replay(plan)
    let clock = ContinuousClock()
    // The first run may find cold caches.
    try replay.run(times: 1)
    var (times, measured, least) = (1, 0, Double.infinity)
    while measured < repetitions {
      let start = clock.now
      try replay.run(times: times)
      let seconds = (clock.now - start).seconds
      if seconds < secondsOfMeasurement {
        times *= 2
      } else {
        least = min(least, seconds / Double(times))
        measured += 1
      }
    }
    return least
  }

  private static func words(of buffer: Buffer, _ offset: Int, _ count: Int, on device: Device) throws
    -> [UInt32]
  {
    var words = [UInt32](repeating: 0, count: count)
    try words.withUnsafeMutableBytes { try device.download(from: buffer, at: offset, into: $0) }
    return words
  }

  private static func wrong(_ does: String) -> CommandFailure {
    CommandFailure("The device \(does) wrongly, so its speed says nothing.")
  }
}
