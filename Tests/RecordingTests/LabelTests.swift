import Kernels
import TestSupport
import Testing
import Vulkan

@testable import Recording

/// What tools such as RenderDoc would show: the layer tells in which labelled group of commands it found something.
struct LabelTests {
  @Test func commandsAreInGroupsOfSegmentAndDispatch() throws {
    // Alone: where a gang meets, push constants of the same place are set.
    let device = try TestDevice.make(threads: 1)
    let x = try buffer(device, [Float](repeating: 1, count: 64))
    let messages = try TestDevice.expectingMessages {
      // A dispatch that forgets its push constants.
      var segment = Segment(label: "my segment", repeats: 1)
      segment.dispatches = [
        Dispatch(
          "my dispatch", .scale, specialization: [64, 1, 0],
          bindings: [.read(Region(x)), .write(Region(x))],
          groups: Groups(1))
      ]
      let encoder = Encoder(
        device: device, plan: "my plan", segments: [segment], arena: nil, offsets: [], options: PlanOptions())
      _ = try encoder.encode(workers: 1, timestamps: [nil])
    }
    let message = try #require(messages.first { !$0.labels.isEmpty }, "\(messages)")
    // The layer names each twice.
    #expect(
      message.labels.enumerated().filter { $0.offset % 2 == 0 }.map(\.element) == [
        "my dispatch", "my segment",
      ])
    #expect(message.objects.contains("my plan: my segment"))
  }
}
