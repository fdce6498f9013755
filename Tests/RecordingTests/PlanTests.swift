import Kernels
import TestSupport
import Testing
import Vulkan

@testable import Recording

/// What a plan says about itself, and the switches that must not change what it computes.
struct PlanTests {
  let device = TestDevice.shared

  /// Two independent chains, joined at the end.
  func plan(_ x: Buffer, _ y: Buffer, _ options: PlanOptions) throws -> Plan {
    var recorder = Recorder(on: device, label: "chains", options: options)
    recorder.beginSegment("work", repeats: 2)
    var left = Region(x)
    var right = Region(x)
    for step in 0..<4 {
      let next = [0, 1].map { recorder.transient(byteCount: x.byteCount, label: "t\(step)\($0)") }
      recorder.dispatch(.scale("left \(step)", left, to: next[0], by: 1.5, count: 300))
      recorder.dispatch(.scale("right \(step)", right, to: next[1], by: 0.5, count: 300))
      (left, right) = (next[0], next[1])
    }
    recorder.dispatch(
      .scale("store left", left, to: Region(y).slice(offset: 0, byteCount: 1200), by: 1, count: 300))
    recorder.dispatch(
      .scale("store right", right, to: Region(y).slice(offset: 1200, byteCount: 1200), by: 1, count: 300))
    recorder.beginSegment("back")
    recorder.dispatch(
      .scale("back", Region(y).slice(offset: 1200, byteCount: 1200), to: Region(x), by: 1, count: 300))
    return try recorder.finish()
  }

  @Test func descriptionIsStable() throws {
    let x = try buffer(device, [Float](repeating: 1, count: 300))
    let y = try buffer(device, [Float](repeating: 0, count: 600))
    let plan = try plan(x, y, PlanOptions())
    try Golden.check(plan.description, "plan_chains")
    #expect(plan.statistics.dispatches == 2 * 10 + 1)
    // One at the start of each segment, one a step, and one before the last, whose binding begins below its region. Three
    // places would do, but with a barrier a dispatch.
    #expect(plan.statistics.barriers == 2 * 6 + 1)
    #expect(plan.statistics.arenaBytes == 4 * 1280)
    #expect(plan.statistics.flops == 21 * 300)
    #expect(plan.statistics.bytesRead == 21 * 1200 && plan.statistics.bytesWritten == 21 * 1200)
    #expect(plan.statistics.arenaBytesWithoutReuse == 8 * 1280)
  }

  @Test func bytesAreThoseThatAreTouched() throws {
    let x = try buffer(device, [Float](repeating: 1, count: 300))
    // Never more than is bound.
    for (touched, expected) in [(4, 4), (nil, 1200), (1 << 20, 1200)] {
      var recorder = Recorder(on: device, label: "touched", options: PlanOptions())
      recorder.dispatch(
        Dispatch(
          "count", .limitLaunch, specialization: [1], bindings: [.readWrite(Region(x), touching: touched)],
          groups: Groups(1)))
      let statistics = try recorder.finish().statistics
      #expect(statistics.bytesRead == expected && statistics.bytesWritten == expected)
    }
  }

  @Test func switchesChangeNoBit() throws {
    let options = [
      PlanOptions(), PlanOptions(serialBarriers: true), PlanOptions(noAliasing: true),
      PlanOptions(timestamps: true),
      PlanOptions(serialBarriers: true, noAliasing: true, timestamps: true),
    ]
    var results: [[UInt32]] = []
    for option in options {
      let x = try buffer(device, (0..<300).map { Float($0) / 7 })
      let y = try buffer(device, [Float](repeating: 0, count: 600))
      let plan = try plan(x, y, option)
      try plan.replay(times: 3)
      results.append(try (contents(device, x) + contents(device, y)).map(\.bitPattern))
      #expect(plan.statistics.arenaBytes == (option.noAliasing ? 8 : 4) * 1280)
      if option.serialBarriers { #expect(plan.statistics.barriers == 2 * 11 + 2) }
    }
    #expect(Set(results).count == 1)
    #expect(results[0].contains { $0 != 0 })
  }

  @Test func theBytesBelowABindingCount() throws {
    // The second binding begins at an aligned byte below its region, which the first dispatch writes.
    let x = try buffer(device, [Float](repeating: 3, count: 64))
    let y = try buffer(device, [Float](repeating: 0, count: 128))
    var recorder = Recorder(on: device, label: "neighbours", options: PlanOptions())
    recorder.dispatch(
      .scale("left", Region(x), to: Region(y).slice(offset: 0, byteCount: 12), by: 2, count: 3))
    recorder.dispatch(
      .scale("right", Region(x), to: Region(y).slice(offset: 12, byteCount: 12), by: 5, count: 3))
    recorder.dispatch(
      .scale("far", Region(x), to: Region(y).slice(offset: 256, byteCount: 12), by: 7, count: 3))
    let plan = try recorder.finish()
    try plan.replay()
    let values = try contents(device, y)
    #expect(values[..<7] == [6, 6, 6, 15, 15, 15, 0] && values[64..<68] == [21, 21, 21, 0])
    #expect(plan.statistics.barriers == 2, "\(plan.description)")
  }

  @Test func aTransientLivesWhereItIsUsed() throws {
    // Asked for in one segment and used in the next, it must not share bytes with that segment's own.
    let x = try buffer(device, [Float](repeating: 3, count: 64))
    let y = try buffer(device, [Float](repeating: 0, count: 64))
    var recorder = Recorder(on: device, label: "late", options: PlanOptions())
    let early = recorder.transient(byteCount: 256, label: "early")
    recorder.beginSegment("work")
    let late = recorder.transient(byteCount: 256, label: "late")
    recorder.dispatch(.scale("early", Region(x), to: early, by: 2, count: 64))
    recorder.dispatch(.scale("late", Region(x), to: late, by: 5, count: 64))
    recorder.dispatch(.scale("store", early, to: Region(y), by: 1, count: 64))
    recorder.dispatch(.scale("back", late, to: Region(x), by: 1, count: 64))
    try recorder.finish().replay()
    #expect(try contents(device, y) == [Float](repeating: 6, count: 64))
  }
}
