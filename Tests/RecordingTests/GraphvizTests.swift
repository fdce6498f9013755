import Recording
import TestSupport
import Testing
import Vulkan

/// The graph of a plan: data flows from the last writer of bytes to their readers.
struct GraphvizTests {
  @Test func edgesFollowTheBytes() throws {
    let device = TestDevice.shared
    let x = try buffer(device, [Float](repeating: 1, count: 128))
    let y = try buffer(device, [Float](repeating: 0, count: 128))
    var recorder = Recorder(on: device, label: "a \"plan\"", options: PlanOptions())
    recorder.beginSegment("work", repeats: 2)
    let t = recorder.transient(byteCount: 512, label: "t")
    recorder.dispatch(.scale("whole", Region(x), to: t, by: 1, count: 128))
    recorder.dispatch(.scale("half", Region(x), to: t.slice(offset: 256, byteCount: 256), by: 2, count: 64))
    recorder.dispatch(.scale("both", t, to: Region(y), by: 1, count: 128))
    recorder.beginSegment("back")
    recorder.dispatch(
      .scale("back", Region(y).slice(offset: 0, byteCount: 128), to: Region(x), by: 1, count: 32))
    let graph = try recorder.finish().graphviz
    let lines = graph.split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(lines.first == "digraph \"a \\\"plan\\\"\" {" && lines.last == "}")
    #expect(lines.contains("label=\"work × 2\";"))
    #expect(
      lines.contains("d0_2 [label=\"both\\nscale\\n2×1×1, 512 B read, 512 B written, 128 FLOP\"];"),
      "\(graph)")
    #expect(
      lines.filter { $0.contains("->") } == [
        "d0_0 -> d0_2 [label=\"256 B\"];", "d0_1 -> d0_2 [label=\"256 B\"];",
        "d0_2 -> d1_0 [label=\"128 B\"];",
      ])
  }
}
