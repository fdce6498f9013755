import TestSupport
import Testing
import Vulkan

@Suite("Timelines and timestamps")
struct TimelineTests {
  private let device = TestDevice.shared

  @Test("a timeline rises with the submissions")
  func rising() throws {
    let timeline = try Timeline(device, label: "steps")
    #expect(try timeline.value() == 0)
    #expect(try !timeline.isComplete(1))
    for value in [1, 5, 6] as [UInt64] {
      try device.submit([], signal: value, on: timeline)
      try timeline.wait(until: value)
      #expect(try timeline.value() == value)
      #expect(try timeline.isComplete(value))
    }
    #expect(timeline.submittedValue == 6)
  }

  @Test("values must rise, and only what was submitted can be waited for")
  func refused() throws {
    let timeline = try Timeline(device, label: "steps")
    try device.submit([], signal: 2, on: timeline)
    for value in [0, 1, 2] as [UInt64] {
      #expect(throws: VulkanError.self) { try device.submit([], signal: value, on: timeline) }
    }
    #expect(throws: VulkanError.self) { try timeline.wait(until: 3) }
    try device.submit([], signal: 3, on: timeline)
    try timeline.wait(until: 3)
  }

  @Test("a wait that is too short throws and leaves the work alone")
  func timeout() throws {
    let buffer = try device.makeBuffer(bytes: 64 << 20, label: "long")
    let commands = try CommandBuffer(device, label: "long")
    try commands.begin()
    for value in 0..<8 {
      commands.fill(buffer, bytes: buffer.byteCount, with: UInt32(value))
      commands.barrier()
    }
    try commands.end()
    let timeline = try Timeline(device, label: "long")
    try device.submit([commands], signal: 1, on: timeline)
    #expect(throws: VulkanError.timeout(waitingFor: "the timeline long", nanoseconds: 1)) {
      try timeline.wait(until: 1, timeout: 1)
    }
    try timeline.wait(until: 1)
    #expect(try read(device, buffer).allSatisfy { $0 == 7 })
  }

  @Test("many threads submit at once")
  func threads() async throws {
    let device = device
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          let timeline = try Timeline(device, label: "worker \(worker)")
          let buffer = try device.makeBuffer(bytes: 1024, label: "worker \(worker)")
          for step in UInt64(1)...20 {
            let commands = try CommandBuffer(device, label: "worker \(worker)")
            try commands.begin()
            commands.barrier()
            commands.fill(buffer, bytes: 1024, with: UInt32(step))
            commands.barrier()
            try commands.end()
            try device.submit([commands], signal: step, on: timeline)
            try timeline.wait(until: step)
            #expect(try read(device, buffer).allSatisfy { $0 == UInt32(step) })
          }
        }
      }
      try await group.waitForAll()
    }
    try device.waitIdle()
  }

  @Test("timestamps rise with the work between them, and one that was not written is not read")
  func timestamps() throws {
    guard let pool = try TimestampPool(device, count: 2), let unwritten = try TimestampPool(device, count: 2)
    else {
      #expect(device.physical.limits.timestampValidBits == 0)
      return
    }
    let buffer = try device.makeBuffer(bytes: 16 << 20, label: "work")
    let commands = try CommandBuffer(device)
    try commands.begin()
    commands.resetQueries(pool)
    commands.resetQueries(unwritten)
    commands.writeTimestamp(pool, 0)
    commands.fill(buffer, bytes: buffer.byteCount, with: 1)
    commands.writeTimestamp(pool, 1)
    commands.writeTimestamp(unwritten, 0)
    commands.barrier()
    try commands.end()
    let timeline = try Timeline(device)
    try device.submit([commands], signal: 1, on: timeline)
    try timeline.wait(until: 1)
    let times = try pool.nanoseconds()
    #expect(times.count == 2 && times[0] == 0)
    // 16 MiB take some time, and less than a minute.
    #expect(times[1] > 0 && times[1] < 60e9)
    let error = #expect(throws: VulkanError.self) { try unwritten.nanoseconds() }
    #expect(error?.description.contains("VK_NOT_READY") == true)
  }

  @Test("ticks beyond the valid bits don't count, and the clock may wrap")
  func wrapping() {
    #expect(elapsedNanoseconds([100, 150], validBits: 64, period: 2) == [0, 100])
    #expect(elapsedNanoseconds([0xffff_fff0, 0x10], validBits: 32, period: 1) == [0, 32])
    #expect(elapsedNanoseconds([0xabc_0000_0001, 0x123_0000_0003], validBits: 32, period: 0.5) == [0, 1])
    #expect(elapsedNanoseconds([], validBits: 64, period: 1) == [])
  }
}
