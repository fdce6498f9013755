import Kernels
import TestSupport
import Testing
import Vulkan

@testable import Recording

/// What can't run is refused before anything is allocated, with a sentence that says why.
struct LimitTests {
  let device = TestDevice.shared

  /// The error of a recording, which must not have allocated anything.
  func refusal(_ body: (inout Recorder) throws -> Void) throws -> RecordingError? {
    let device = try TestDevice.make()
    let before = device.allocatedBytes
    var recorder = Recorder(on: device, label: "refused", options: PlanOptions())
    try body(&recorder)
    let finish = { (recorder: consuming Recorder) throws in _ = try recorder.finish() }
    var found: RecordingError?
    do { try finish(recorder) } catch let error as RecordingError { found = error }
    #expect(device.allocatedBytes == before)
    // The device goes on.
    let x = try buffer(device, [21])
    try doubling(device, x).replay()
    #expect(try contents(device, x) == [42])
    return found
  }

  @Test func aPlanLargerThanMemory() throws {
    let error = try refusal { recorder in
      let huge = recorder.transient(byteCount: 1 << 40, label: "huge")
      let part = huge.slice(offset: 0, byteCount: 256)
      let next = huge.slice(offset: 1 << 39, byteCount: 256)
      recorder.dispatch(
        Dispatch(
          "write", .scale, specialization: [64], bindings: [.write(part), .write(next)], groups: Groups(1)))
    }
    guard case .planTooLarge(plan: "refused", let needed, let available) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(needed == 1 << 40)
    #expect(available > 0 && available < needed)
    #expect(
      error?.description.hasPrefix("plan \"refused\" needs 1.0 TiB of device memory, and ") == true,
      "\(error as Any)")
  }

  @Test func aSizeThatNoIntegerHolds() throws {
    let error = try refusal { recorder in
      let first = recorder.transient(byteCount: .max - 8, label: "first")
      let second = recorder.transient(byteCount: .max - 8, label: "second")
      recorder.dispatch(
        Dispatch(
          "write", .scale, specialization: [64],
          bindings: [first, second].map { .write($0.slice(offset: 0, byteCount: 256)) }, groups: Groups(1)))
    }
    guard case .planTooLarge = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aBindingLargerThanTheDeviceBinds() throws {
    let limit = device.physical.limits.maxStorageBufferRange
    let error = try refusal { recorder in
      let large = recorder.transient(byteCount: limit + 4, label: "large")
      recorder.dispatch(
        Dispatch("write", .scale, specialization: [64], bindings: [.write(large)], groups: Groups(1)))
    }
    #expect(error == .bindingTooLarge(dispatch: "write", bytes: limit + 4, limit: limit))
  }

  @Test func aBindingThatIsTooLargeWithTheBytesBelowIt() throws {
    // A binding begins at an aligned offset: the bytes between count.
    let limit = device.physical.limits.maxStorageBufferRange
    let error = try refusal { recorder in
      let large = recorder.transient(byteCount: limit + 4, label: "large")
      recorder.dispatch(
        Dispatch(
          "write", .scale, specialization: [64],
          bindings: [.write(large.slice(offset: 4, byteCount: limit))],
          groups: Groups(1)))
    }
    #expect(error == .bindingTooLarge(dispatch: "write", bytes: limit + 4, limit: limit))
  }

  @Test func moreThanTheDeviceHas() throws {
    let limits = device.physical.limits
    func error(specialization: UInt32 = 64, bindings: Int = 1, groups: Groups = Groups(1), pushed: Int = 4)
      throws
      -> RecordingError?
    {
      try refusal { recorder in
        let region = recorder.transient(byteCount: 256, label: "x")
        let bindings = [Binding](repeating: .write(region), count: bindings)
        switch pushed {
        case 4:
          recorder.dispatch(
            Dispatch(
              "d", .scale, specialization: [specialization], parameters: UInt32(0), bindings: bindings,
              groups: groups)
          )
        default:
          typealias Block = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
          let block: Block = (0, 0, 0, 0, 0, 0, 0, 0)
          recorder.dispatch(
            Dispatch(
              "d", .scale, specialization: [specialization],
              parameters: Wide(
                a: (block, block, block, block, block, block, block, block),
                b: (block, block, block, block, block, block, block, block)), bindings: bindings,
              groups: groups))
        }
      }
    }
    let count = limits.maxWorkgroupCount
    #expect(
      try error(groups: Groups(count[0] + 1))
        == .overLimit(dispatch: "d", what: "workgroups along x", needed: count[0] + 1, limit: count[0]))
    #expect(
      try error(groups: Groups(1, count[1] + 1))
        == .overLimit(dispatch: "d", what: "workgroups along y", needed: count[1] + 1, limit: count[1]))
    #expect(
      try error(groups: Groups(1, 1, count[2] + 1))
        == .overLimit(dispatch: "d", what: "workgroups along z", needed: count[2] + 1, limit: count[2]))
    let invocations = limits.maxWorkgroupInvocations
    #expect(
      try error(specialization: UInt32(invocations + 1))
        == .overLimit(
          dispatch: "d", what: "invocations a workgroup", needed: invocations + 1, limit: invocations))
    #expect(
      try error(pushed: 1024)
        == .overLimit(
          dispatch: "d", what: "bytes of push constants", needed: 1024, limit: limits.maxPushConstants))
    let buffers = limits.maxStorageBuffersPerStage
    if buffers < 100_000 {
      #expect(
        try error(bindings: buffers + 1)
          == .overLimit(dispatch: "d", what: "bindings", needed: buffers + 1, limit: buffers))
    }
  }

  /// 1 KiB of push constants: more than any device has.
  struct Wide: BitwiseCopyable {
    typealias Block = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
    var a: (Block, Block, Block, Block, Block, Block, Block, Block)
    var b: (Block, Block, Block, Block, Block, Block, Block, Block)
  }

  @Test func readingWhatNothingWrote() throws {
    let error = try refusal { recorder in
      let a = recorder.transient(byteCount: 256, label: "a")
      let b = recorder.transient(byteCount: 256, label: "b")
      recorder.dispatch(.scale("first", a, to: b, by: 1, count: 64))
    }
    #expect(error == .readBeforeWrite(dispatch: "first", label: "a"))
    #expect(error?.description == "dispatch \"first\" reads \"a\", which nothing has written before")
  }

  @Test func readingWhatAnotherSegmentWrote() throws {
    let error = try refusal { recorder in
      let a = recorder.transient(byteCount: 256, label: "a")
      let b = recorder.transient(byteCount: 256, label: "b")
      recorder.dispatch(
        Dispatch("w", .scale, specialization: [64], bindings: [.write(a)], groups: Groups(1)))
      recorder.beginSegment("second")
      recorder.dispatch(.scale("second", a, to: b, by: 1, count: 64))
    }
    #expect(error == .readBeforeWrite(dispatch: "second", label: "a"))
  }

  @Test func aKernelThatTheDriverCanNotTake() throws {
    let device = try TestDevice.make()
    let before = device.allocatedBytes
    func finish() throws {
      var recorder = Recorder(on: device, label: "damaged", options: PlanOptions(checksFinite: true))
      let t = recorder.transient(byteCount: 256, label: "t")
      recorder.dispatch(
        Dispatch(
          "d", Kernel(name: "damaged", words: [1, 2, 3]), specialization: [64], bindings: [.write(t)],
          groups: Groups(1)))
      _ = try recorder.finish()
    }
    #expect(throws: VulkanError.self) { try finish() }
    #expect(device.allocatedBytes == before)
    let x = try buffer(device, [21])
    try doubling(device, x).replay()
    #expect(try contents(device, x) == [42])
  }

  @Test func bytesForPeople() {
    #expect(formatted(flops: 999) == "999 FLOP")
    #expect(formatted(flops: 2_147_483_648) == "2.1 GFLOP")
    #expect(formatted(bytes: 1023) == "1023 B")
    #expect(formatted(bytes: 1536) == "1.5 KiB")
    #expect(formatted(bytes: 128 << 20) == "128.0 MiB")
    #expect(formatted(bytes: 5 << 40) == "5.0 TiB")
  }
}
