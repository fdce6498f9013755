import Recording
import TestSupport
import Testing
import Vulkan

/// What is recorded and let go leaves nothing behind.
struct LifetimeTests {
  @Test func recordingsLeaveNothing() throws {
    // Validation names every object that is alive when its device goes.
    let messages = try TestDevice.expectingMessages {
      let device = try TestDevice.make()
      let x = try buffer(device, [Float](repeating: 1, count: 1000))
      let (bytes, blocks) = (device.allocatedBytes, device.blockBytes)
      for number in 0..<200 {
        var recorder = Recorder(
          on: device, label: "\(number)", options: PlanOptions(checksFinite: true, timestamps: true))
        for step in 0...number % 3 {
          recorder.beginSegment("\(step)", repeats: 2)
          let t = recorder.transient(byteCount: 4000, label: "t", elements: .float32)
          recorder.dispatch(.scale("there", Region(x), to: t, by: 1, count: 1000))
          recorder.dispatch(.scale("back", t, to: Region(x), by: 1, count: 1000))
        }
        let plan = try recorder.finish()
        if number % 10 == 0 { try plan.replay(times: 3) }
      }
      #expect(device.allocatedBytes == bytes)
      // The reports of the finite checks are in memory of their own kind.
      #expect(device.blockBytes <= blocks + 16 << 20)
    }
    #expect(messages == [])
  }
}
