import Kernels
import Recording
import TestSupport
import Testing
import Vulkan

/// Replays: how often, in what order, in how many submissions, and with the same bits however they are cut.
struct ReplayTests {
  let device = TestDevice.shared

  /// Numbers whose products with 1.1 round: the order and number of multiplications show in the bits.
  static let start = (0..<100).map { 1 + Float($0) / 97 }

  @Test func anyWayOfRepeatingGivesTheSameBits() throws {
    let times = 24
    func result(_ run: (Buffer) throws -> Void) throws -> [UInt32] {
      let x = try buffer(device, Self.start)
      try run(x)
      return try contents(device, x).map(\.bitPattern)
    }
    let eager = try result { x in for _ in 0..<times { try doubling(device, x, by: 1.1).replay() } }
    let replays = try result { x in
      let plan = try doubling(device, x, by: 1.1)
      for _ in 0..<times { try plan.replay() }
    }
    let batched = try result { x in try doubling(device, x, by: 1.1).replay(times: times) }
    let repeated = try result { x in try doubling(device, x, by: 1.1, repeats: times).replay() }
    let expected = Self.start.map { value in
      (0..<times).reduce(value) { result, _ in result * 1.1 }.bitPattern
    }
    #expect(eager == expected)
    #expect(replays == expected)
    #expect(batched == expected)
    #expect(repeated == expected)
  }

  @Test func countsAndProgress() throws {
    let x = try buffer(device, [1])
    let replay = try Replay(doubling(device, x))
    var seen: [Int] = []
    let done = try replay.run(times: 20) { count in
      seen.append(count)
      return true
    }
    #expect(done == 20)
    #expect(seen.last == 20)
    #expect(seen == seen.sorted() && Set(seen).count == seen.count && seen.first == 1)
    #expect(replay.profile.replays == 20)
    #expect(try contents(device, x) == [Float(1 << 20)])
    #expect(try replay.run(times: 0) == 0)
    #expect(try replay.run(times: 3) == 3)
    #expect(try contents(device, x) == [Float(1 << 23)])
    #expect(replay.profile.replays == 23)
    #expect(replay.profile.hostSeconds > 0 && replay.profile.deviceSeconds >= replay.profile.hostSeconds)
  }

  @Test func progressStopsIt() throws {
    let x = try buffer(device, [1])
    // So short that each submission holds one replay.
    let replay = try Replay(doubling(device, x), secondsPerSubmission: 0)
    let done = try replay.run(times: 100) { $0 < 5 }
    #expect((5...6).contains(done), "\(done)")
    #expect(try contents(device, x) == [Float(1 << done)])
    #expect(replay.profile.submissions == done)
  }

  @Test func anErrorInProgressEndsTheRunAndLeavesTheDeviceUsable() throws {
    struct Stop: Error {}
    let x = try buffer(device, [1])
    let replay = try Replay(doubling(device, x, by: 1))
    #expect(throws: Stop.self) { try replay.run(times: 1000) { _ in throw Stop() } }
    #expect(try replay.run(times: 4) == 4)
    #expect(try contents(device, x) == [1])
  }

  @Test func smallPlansShareSubmissions() throws {
    let x = try buffer(device, [1])
    let replay = try Replay(doubling(device, x, by: 1))
    try replay.run(times: 2000)
    #expect(replay.profile.submissions < 200, "\(replay.profile.submissions) submissions")
    #expect(replay.profile.submissions >= 2000 / 256)
  }

  @Test func segmentsRepeatInPlace() throws {
    // (x · 2³) + … : segments alternate, so their order shows.
    let x = try buffer(device, [1])
    let y = try buffer(device, [0])
    var recorder = Recorder(on: device, label: "segments", options: PlanOptions())
    for (label, factor, repeats) in [("twice", Float(2), 3), ("thrice", 3, 2)] {
      recorder.beginSegment(label, repeats: repeats)
      let scaled = recorder.transient(byteCount: 4, label: "scaled")
      recorder.dispatch(.scale("scale", Region(x), to: scaled, by: factor, count: 1))
      recorder.dispatch(.scale("store", scaled, to: Region(x), by: 1, count: 1))
    }
    recorder.beginSegment("empty", repeats: 7)
    recorder.beginSegment("copy")
    recorder.dispatch(.scale("copy", Region(x), to: Region(y), by: 1, count: 1))
    let plan = try recorder.finish()
    try plan.replay()
    #expect(try contents(device, y) == [72])
    try plan.replay(times: 2)
    #expect(try contents(device, y) == [72 * 72 * 72])
    #expect(plan.statistics.dispatches == 3 * 2 + 2 * 2 + 1)
    #expect(plan.statistics.barriers == 3 * 2 + 2 * 2 + 1)
  }

  @Test func memoryStaysFlat() throws {
    let x = try buffer(device, [1])
    let own = try TestDevice.make()
    let y = try buffer(own, [Float](repeating: 1, count: 1000))
    let before = own.allocatedBytes
    for _ in 0..<300 { _ = try doubling(own, y, by: 1) }
    for _ in 0..<30 { try doubling(own, y, by: 1).replay() }
    #expect(own.allocatedBytes == before)
    _ = x
  }

  @Test func aPlanKeepsItsBuffersAlive() throws {
    let y = try buffer(device, [0])
    let plan: Plan
    do {
      let x = try buffer(device, [42])
      var recorder = Recorder(on: device, label: "copy", options: PlanOptions())
      recorder.dispatch(.scale("copy", Region(x), to: Region(y), by: 1, count: 1))
      plan = try recorder.finish()
    }
    // Would take x's place if the plan had let it go.
    let z = try buffer(device, [7])
    try plan.replay()
    #expect(try contents(device, y) == [42])
    #expect(try contents(device, z) == [7])
  }
}
