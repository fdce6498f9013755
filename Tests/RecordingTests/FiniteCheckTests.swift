import TestSupport
import Testing
import Vulkan

@testable import Recording

/// NaN and infinity are found on the device, and the error names where they came from.
struct FiniteCheckTests {
  let device = TestDevice.shared

  /// In each replay x ← 2⁴⁰·x twice, each in two dispatches, after a segment that does nothing.
  func plan(_ x: Buffer, _ y: Buffer, checksFinite: Bool = true, on device: Device) throws -> Plan {
    let count = x.byteCount / 4
    let zeros = try buffer(device, [Float](repeating: 0, count: count))
    var recorder = Recorder(
      on: device, label: "growing", options: PlanOptions(checksFinite: checksFinite))
    recorder.beginSegment("idle", repeats: 3)
    recorder.dispatch(.scale("copy", Region(zeros), to: Region(y, elements: .float32), by: 1, count: count))
    recorder.beginSegment("grow", repeats: 2)
    let half = recorder.transient(byteCount: x.byteCount, label: "half", elements: .float32)
    recorder.dispatch(.scale("first", Region(x), to: half, by: 0x1p20, count: count))
    recorder.dispatch(.scale("second", half, to: Region(x, elements: .float32), by: 0x1p20, count: count))
    return try recorder.finish()
  }

  func error(_ body: () throws -> Void) throws -> RecordingError? {
    do { try body() } catch let error as RecordingError { return error }
    return nil
  }

  @Test(arguments: [1, 7, 64, 100_003])
  func theFirstFindingIsNamed(_ count: Int) throws {
    // 2⁻³⁰ passes 2¹²⁸ at the 8th product: the second of the 2nd run of the 2nd replay. All others stay 0.
    var values = [Float](repeating: 0, count: count)
    values[count / 2] = 0x1p-30
    let x = try buffer(device, values, label: "weights")
    let y = try buffer(device, values)
    let replay = try Replay(plan(x, y, on: device))
    let found = try error { try replay.run(times: 1000) }
    #expect(
      found
        == .notFinite(
          plan: "growing", replay: 2, segment: "grow", run: 2, dispatch: "second", tensor: "weights",
          found: .init(count: 1, elements: count, first: count / 2, hasNaN: false, hasInfinity: true)))
    #expect(
      found?.description
        == "plan \"growing\": in replay 2, run 2 of segment \"grow\", dispatch \"second\" left infinity in "
        + "\"weights\": 1 of \(count) elements, the first is element \(count / 2)")
  }

  @Test func batchedReplaysAreToldApart() throws {
    // Steady for long enough that later replays are batched; then a NaN is put in from outside between two runs.
    let x = try buffer(device, [Float](repeating: 0, count: 33), label: "x")
    let y = try buffer(device, [Float](repeating: 0, count: 33))
    let replay = try Replay(plan(x, y, on: device))
    #expect(try error { try replay.run(times: 400) } == nil)
    #expect(replay.profile.submissions < 200, "\(replay.profile.submissions)")
    // What grows from 2⁻¹²⁰ on overflows later, in the same batch.
    try [Float(0x1p-120), .nan].withUnsafeBytes { try device.upload($0, to: x, at: 12) }
    var found = try error { try replay.run(times: 500) }
    guard case .notFinite(_, 401, "grow", 1, "first", "half", let what) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(what == .init(count: 1, elements: 33, first: 4, hasNaN: true, hasInfinity: false))
    // The device is usable, and the plan looks again: the finding is forgotten, the count of replays is not.
    try [Float](repeating: 0, count: 33).withUnsafeBytes { try device.upload($0, to: x) }
    let before = replay.profile.replays
    #expect(try error { try replay.run(times: 3) } == nil)
    #expect(replay.profile.replays == before + 3)
    try [Float(0x1p-90)].withUnsafeBytes { try device.upload($0, to: x, at: 4 * 32) }
    found = try error { try replay.run(times: 500) }
    guard case .notFinite(_, let number, "grow", 2, "first", "half", _) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(number > 404)
  }

  @Test func bothKindsAreCounted() throws {
    let x = try buffer(device, [1, .nan, -.infinity, .nan, 2], label: "x")
    let y = try buffer(device, [Float](repeating: 0, count: 5), label: "y")
    var recorder = Recorder(on: device, label: "p", options: PlanOptions(checksFinite: true))
    // Regions that begin between the bytes at which bindings may.
    recorder.dispatch(
      .scale(
        "copy", Region(x).slice(offset: 4, byteCount: 16),
        to: Region(y, elements: .float32).slice(offset: 4, byteCount: 16), by: 1, count: 4))
    let plan = try recorder.finish()
    let found = try error { try plan.replay() }
    #expect(
      found
        == .notFinite(
          plan: "p", replay: 1, segment: "copy", run: 1, dispatch: "copy", tensor: "y",
          found: .init(count: 3, elements: 4, first: 0, hasNaN: true, hasInfinity: true)))
    #expect(found?.description.contains("left NaN and infinity in \"y\": 3 of 4 elements") == true)
  }

  @Test func itCostsNothingWhenOffAndChangesNoBitWhenOn() throws {
    var results: [[UInt32]] = []
    var dispatches: [Int] = []
    for checksFinite in [false, true] {
      let x = try buffer(device, (0..<65).map { Float($0) * 0x1p-100 })
      let y = try buffer(device, [Float](repeating: 0, count: 65))
      let plan = try plan(x, y, checksFinite: checksFinite, on: device)
      try plan.replay(times: 2)
      results.append(try contents(device, x).map(\.bitPattern))
      dispatches.append(plan.statistics.dispatches)
    }
    #expect(results[0] == results[1])
    #expect(dispatches == [3 + 2 * 2, 3 * 3 + 2 * 5])
    // Integers and bytes of no type may look like NaN.
    let words = try buffer(device, [.nan])
    var recorder = Recorder(on: device, label: "words", options: PlanOptions(checksFinite: true))
    let copy = recorder.transient(byteCount: 4, label: "copy")
    recorder.dispatch(.scale("copy", Region(words), to: copy, by: 1, count: 1))
    recorder.dispatch(.scale("back", copy, to: Region(words), by: 1, count: 1))
    try recorder.finish().replay()
  }
}

extension FiniteCheckTests {
  @Test func halvesAreLookedAtOneByOne() throws {
    // float16: 1, −infinity, 65504 | NaN, 0: the words' upper and lower halves in turn. As float32, one is finite.
    let words: [UInt32] = [0xFC00_3C00, 0x7E01_7BFF, 0x0000_0000]
    let x = try buffer(device, words.map { Float(bitPattern: $0) }, label: "x")
    let y = try buffer(device, [0, 0, 0], label: "halves")
    var recorder = Recorder(on: device, label: "p", options: PlanOptions(checksFinite: true))
    recorder.dispatch(
      .scale("copy", Region(x), to: Region(y, elements: .float16), by: 1, count: 3))
    let plan = try recorder.finish()
    let found = try error { try plan.replay() }
    guard case .notFinite(_, 1, "copy", 1, "copy", "halves", let what) = found else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(what == .init(count: 2, elements: 6, first: 1, hasNaN: true, hasInfinity: true))
  }
}
