import TestSupport
import Testing
import Vulkan

@Suite("Pipelines and commands")
struct CommandTests {
  private let device = TestDevice.shared

  private func pipeline(scale: UInt32 = 1) throws -> Pipeline {
    try device.pipeline(
      words: ScaleKernel.words, name: "scale", bindings: 2, pushConstantBytes: 8, specialization: [32, scale])
  }

  @Test("a kernel sees its specialization constants and push constants", arguments: [1, 3, 7] as [UInt32])
  func specialization(factor: UInt32) throws {
    let x = (0..<UInt32(1000)).map { $0 }
    let found = try scale(device, pipeline(scale: factor), x, bias: 5)
    #expect(found == x.map { $0 * factor + 5 })
  }

  @Test(
    "a kernel reaches its buffers by address where there are pointers and room for them",
    .enabled(if: TestDevice.shared.physical.features.bufferDeviceAddress))
  func addresses() throws {
    func pipeline(constants: Int, byAddress: Bool) throws -> Pipeline {
      try device.pipeline(
        words: ScaleKernel.words, name: "scale", bindings: 2, pushConstantBytes: constants,
        specialization: [32, 3], byAddress: byAddress)
    }
    let x = (0..<UInt32(1000)).map { $0 }
    let made = try pipeline(constants: 8, byAddress: true)
    #expect(made.addressOffset == 8)
    #expect(made.pushConstantBytes == 24)
    #expect(made !== (try pipeline(constants: 8, byAddress: false)))
    #expect(try scale(device, made, x, bias: 5) == x.map { $0 * 3 + 5 })
    let full = device.physical.limits.maxPushConstants - 8
    #expect(try pipeline(constants: full, byAddress: true).addressOffset == nil)
  }

  @Test("asking again for the same pipeline gives the same")
  func sharing() throws {
    #expect(try pipeline(scale: 2) === pipeline(scale: 2))
    #expect(try pipeline(scale: 2) !== pipeline(scale: 4))
  }

  @Test("the same command buffer runs twice in one submission, and again in the next")
  func twice() throws {
    let values = try device.makeBuffer(bytes: 4 * 100, label: "values")
    try device.fill(values, with: 10)
    let commands = try CommandBuffer(device, label: "add one")
    try commands.begin()
    commands.barrier()
    try bindScale(device, commands, pipeline(), values, values, count: 100, bias: 1)
    commands.dispatch(4)
    commands.barrier()
    try commands.end()
    let timeline = try Timeline(device)
    try device.submit([commands, commands], signal: 1, on: timeline)
    try device.submit([commands], signal: 2, on: timeline)
    try timeline.wait(until: 2)
    #expect(try read(device, values) == [UInt32](repeating: 13, count: 100))
  }

  @Test(
    "an indirect dispatch runs as many workgroups as the device wrote, none included", arguments: [0, 1, 2])
  func indirect(groups: UInt32) throws {
    let values = try device.makeBuffer(bytes: 4 * 96, label: "values")
    try device.fill(values, with: 0)
    let counts = try device.makeBuffer(bytes: 20, label: "counts")
    let commands = try CommandBuffer(device)
    try commands.begin()
    commands.fill(counts, bytes: 20, with: 1)
    commands.barrier()
    commands.fill(counts, at: 8, bytes: 4, with: groups)
    commands.barrier()
    try bindScale(device, commands, pipeline(), values, values, count: 96, bias: 6)
    commands.dispatchIndirect(counts, offset: 8)
    commands.barrier()
    try commands.end()
    try finish(commands)
    let written = Int(groups) * 32
    #expect(
      try read(device, values)
        == [UInt32](repeating: 6, count: written) + [UInt32](repeating: 0, count: 96 - written))
  }

  @Test("copies and fills reach the bytes they name and no others")
  func copies() throws {
    let source = try device.makeBuffer(bytes: 64, label: "source")
    let destination = try device.makeBuffer(bytes: 64, label: "destination")
    try (0..<UInt32(16)).map { $0 }.withUnsafeBytes { try device.upload($0, to: source) }
    try device.fill(destination, with: 99)
    let commands = try CommandBuffer(device)
    try commands.begin()
    commands.beginLabel("copy and fill")
    commands.copy(from: source, at: 8, to: destination, at: 16, bytes: 12)
    commands.fill(destination, at: 40, bytes: 8, with: 7)
    commands.endLabel()
    commands.barrier()
    try commands.end()
    try finish(commands)
    #expect(
      try read(device, destination) == [99, 99, 99, 99, 2, 3, 4, 99, 99, 99, 7, 7, 99, 99, 99, 99])
  }

  @Test("a missing barrier is caught by synchronization validation")
  func hazard() throws {
    let values = try device.makeBuffer(bytes: 128, label: "values")
    let messages = try TestDevice.expectingMessages {
      let commands = try CommandBuffer(device)
      try commands.begin()
      try bindScale(device, commands, pipeline(), values, values, count: 32, bias: 1)
      commands.dispatch(1)
      commands.dispatch(1)
      try commands.end()
    }
    #expect(messages.contains { $0.severity == .error && $0.text.contains("SYNC-HAZARD") })
  }

  @Test("what is dropped while the device uses it goes when the device has finished")
  func dropping() throws {
    let before = TestDevice.messageCount
    let timeline = try Timeline(device, label: "dropped")
    do {
      let buffer = try device.makeBuffer(bytes: 64 << 20, label: "dropped")
      let commands = try CommandBuffer(device, label: "dropped")
      try commands.begin()
      for value in 0..<4 {
        commands.fill(buffer, bytes: buffer.byteCount, with: UInt32(value))
        commands.barrier()
      }
      try commands.end()
      try device.submit([commands], signal: 1, on: timeline)
    }
    #expect(try timeline.isComplete(1))
    #expect(TestDevice.messageCount == before)
  }

  @Test("mistakes while recording are thrown when it ends")
  func mistakes() throws {
    let small = try device.makeBuffer(bytes: 8, label: "small")
    let pipeline = try pipeline()
    let most = device.physical.limits.maxWorkgroupCount
    let recordings: [(String, (CommandBuffer) throws -> Void)] = [
      ("before a pipeline was bound", { $0.dispatch(1) }),
      (
        "before its descriptor set was bound",
        {
          $0.bind(pipeline); $0.dispatch(1)
        }
      ),
      (
        "12 bytes at offset 0 leaves the buffer small",
        { $0.copy(from: small, at: 0, to: small, at: 0, bytes: 12) }
      ),
      ("not in multiples of 4", { $0.fill(small, at: 2, bytes: 4, with: 0) }),
      (
        "push constants for scale, which has 8",
        { commands in
          commands.bind(pipeline)
          withUnsafeBytes(of: UInt32(1)) { commands.push(constants: $0) }
        }
      ),
      (
        "the most is \(most)",
        {
          try bindScale(device, $0, pipeline, small, small, count: 2, bias: 0)
          $0.dispatch(-1)
        }
      ),
    ]
    for (sentence, record) in recordings {
      let commands = try CommandBuffer(device, label: "wrong")
      try commands.begin()
      try record(commands)
      let error = #expect(throws: VulkanError.self) { try commands.end() }
      #expect(error?.description.contains(sentence) == true, "\(sentence): \(error as Any)")
      let timeline = try Timeline(device)
      #expect(throws: VulkanError.self) { try device.submit([commands], signal: 1, on: timeline) }
    }
  }

  @Test("bindings that leave the buffer or break a limit are refused")
  func bindings() throws {
    let buffer = try device.makeBuffer(bytes: 4096, label: "four thousand")
    let pipeline = try pipeline()
    let pool = try DescriptorPool(device, sets: 1, bindings: 2)
    let wrong: [[(buffer: Buffer, offset: Int, range: Int)]] = [
      [(buffer, 0, 4096)], [(buffer, 0, 4096), (buffer, 2048, 4096)], [(buffer, 1, 4), (buffer, 0, 4096)],
      [(buffer, 0, 0), (buffer, 0, 4096)],
    ]
    for entries in wrong {
      #expect(throws: VulkanError.self) { try pool.allocate(pipeline, entries) }
    }
    _ = try pool.allocate(pipeline, [(buffer, 0, 4096), (buffer, 1024, 1024)])
    #expect(throws: VulkanError.self, "the pool is full") {
      try pool.allocate(pipeline, [(buffer, 0, 4096), (buffer, 0, 4096)])
    }
  }

  @Test("what is no SPIR-V, or breaks a limit, makes no pipeline")
  func refused() {
    #expect(throws: VulkanError.self) { try device.pipeline(words: [1, 2, 3], name: "noise", bindings: 0) }
    #expect(throws: VulkanError.self) {
      try device.pipeline(words: ScaleKernel.words, name: "scale", bindings: 2, pushConstantBytes: 1 << 20)
    }
    #expect(throws: VulkanError.self) {
      try device.pipeline(words: ScaleKernel.words, name: "scale", bindings: -1)
    }
  }

  private func finish(_ commands: CommandBuffer) throws {
    let timeline = try Timeline(device)
    try device.submit([commands], signal: 1, on: timeline)
    try timeline.wait(until: 1)
  }
}
