import Recording
import TestSupport
import Testing
import Vulkan

/// The host's spans and the device's times.
struct TraceTests {
  @Test func spansNestAndAddUp() throws {
    let device = try TestDevice.make()
    let x = try buffer(device, [1])
    let trace = Trace()
    try Trace.$current.withValue(trace) { try doubling(device, x, by: 1).replay(times: 10) }
    try doubling(device, x, by: 1).replay()
    let spans = trace.spans
    for kind in [Trace.Kind.encoding, .pipelines, .submission, .wait] {
      #expect(spans.contains { $0.kind == kind }, "\(kind)")
    }
    #expect(spans.count { $0.kind == .encoding } == 1)
    #expect(spans.count { $0.kind == .submission } == spans.count { $0.kind == .wait })
    // Two spans are apart, or one holds the other.
    for (index, a) in spans.enumerated() {
      #expect(a.seconds >= 0)
      for b in spans[..<index] {
        let (endA, endB) = (a.start + a.seconds, b.start + b.seconds)
        let apart = endA <= b.start || endB <= a.start
        #expect(apart || (a.start <= b.start && endB <= endA), "\(a), \(b)")
      }
    }
    let outer = spans.filter { $0.kind != .pipelines }.reduce(0) { $0 + $1.seconds }
    #expect(abs(trace.seconds.values.reduce(0, +) - outer) < 1e-9)
  }

  @Test func whatFindsNoRoomIsCounted() throws {
    let x = try buffer(TestDevice.shared, [1])
    let trace = Trace(capacity: 2)
    try Trace.$current.withValue(trace) { try doubling(TestDevice.shared, x, by: 1).replay() }
    #expect(trace.spans.count == 2)
    // Two pipelines, the encoding, a submission, a wait.
    #expect(trace.dropped == 3)
    #expect(trace.seconds[.wait] ?? 0 > 0)
  }

  @Test func timesOfDispatchesFollowEachOther() throws {
    let device = TestDevice.shared
    let x = try buffer(device, [Float](repeating: 1, count: 1000))
    var recorder = Recorder(on: device, label: "timed", options: PlanOptions(timestamps: true))
    for (label, repeats) in [("a", 3), ("b", 1)] {
      recorder.beginSegment(label, repeats: repeats)
      let t = recorder.transient(byteCount: 4000, label: "t")
      recorder.dispatch(.scale("\(label)0", Region(x), to: t, by: 1, count: 1000))
      recorder.dispatch(.scale("\(label)1", t, to: Region(x), by: 1, count: 1000))
    }
    let plan = try recorder.finish()
    try plan.replay(times: 3)
    let timings = try plan.timings()
    guard device.physical.limits.timestampValidBits > 0 else {
      #expect(timings.isEmpty)
      return
    }
    #expect(timings.map(\.dispatch) == ["a0", "a1", "b0", "b1"])
    #expect(timings.map(\.segment) == ["a", "a", "b", "b"])
    #expect(timings.map(\.repeats) == [3, 3, 1, 1])
    #expect(timings.allSatisfy { $0.kernel == "scale" && $0.hasBarrier })
    #expect(timings.allSatisfy { $0.bytes == 8000 && $0.flops == 1000 && $0.seconds >= 0 })
    #expect(timings[0].start == 0)
    for (a, b) in zip(timings, timings.dropFirst()) { #expect(a.start + a.seconds <= b.start + 1e-9) }
  }
}
