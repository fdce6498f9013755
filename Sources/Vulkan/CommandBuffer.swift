import CVulkan

/// Commands that are recorded once and submitted as often as wanted, several times in one submission if need be.
///
/// It keeps all that it recorded alive, and waits for its last submission before it goes. Recording never throws: the
/// first mistake is remembered, and `end()` throws it. One thread at a time may use it.
public final class CommandBuffer {
  /// What the command buffer is called in errors.
  public let label: String
  let device: LogicalDevice
  let handle: VkCommandBuffer
  private let pool: VkCommandPool
  private var state = State.empty
  private var mistake: String?
  private var kept: [ObjectIdentifier: AnyObject] = [:]
  private var pipeline: Pipeline?
  private var hasDescriptorSet = false
  private var submission: (timeline: Timeline, value: UInt64)?

  private enum State {
    case empty
    case recording
    case recorded
  }

  /// An empty command buffer.
  public init(_ device: Device, label: String = "commands") throws(VulkanError) {
    let logical = device.logical
    let action = "making the command buffer \(label)"
    var poolInfo = VkCommandPoolCreateInfo()
    poolInfo.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO
    poolInfo.queueFamilyIndex = logical.queueFamily
    var made: VkCommandPool?
    try check(
      logical.functions.createCommandPool(logical.handle, &poolInfo, logical.allocator, &made),
      "vkCreateCommandPool",
      during: action)
    let pool = try created(made, "vkCreateCommandPool", during: action)
    var info = VkCommandBufferAllocateInfo()
    info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO
    info.commandPool = pool
    info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY
    info.commandBufferCount = 1
    var buffer: VkCommandBuffer?
    let result = logical.functions.allocateCommandBuffers(logical.handle, &info, &buffer)
    guard result == VK_SUCCESS, let buffer else {
      logical.functions.destroyCommandPool(logical.handle, pool, logical.allocator)
      throw .call("vkAllocateCommandBuffers", VkResultName(result), during: action)
    }
    handle = buffer
    self.pool = pool
    self.label = label
    self.device = logical
    logical.setName(buffer, VK_OBJECT_TYPE_COMMAND_BUFFER, label)
  }

  deinit {
    try? waitForSubmission()
    device.functions.destroyCommandPool(device.handle, pool, device.allocator)
  }

  /// Starts recording, from nothing; waits first until the device has finished with what was recorded before.
  public func begin() throws(VulkanError) {
    try waitForSubmission()
    let action = "starting to record \(label)"
    try check(device.functions.resetCommandPool(device.handle, pool, 0), "vkResetCommandPool", during: action)
    kept = [:]
    pipeline = nil
    hasDescriptorSet = false
    mistake = nil
    var info = VkCommandBufferBeginInfo()
    info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO
    info.flags = VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT.rawValue
    try check(device.functions.beginCommandBuffer(handle, &info), "vkBeginCommandBuffer", during: action)
    state = .recording
  }

  /// Ends recording; throws `.invalidUse` with the first mistake that was made while recording.
  public func end() throws(VulkanError) {
    guard state == .recording else {
      throw .invalidUse("The command buffer \(label) ended without having begun.")
    }
    state = .empty
    try check(device.functions.endCommandBuffer(handle), "vkEndCommandBuffer", during: "recording \(label)")
    if let mistake { throw .invalidUse("Recording \(label): \(mistake)") }
    state = .recorded
  }

  /// Uses `pipeline` for the dispatches that follow; its descriptor set must be bound after it.
  public func bind(_ pipeline: Pipeline) {
    guard isRecording() else { return }
    self.pipeline = pipeline
    hasDescriptorSet = pipeline.bindings == 0
    keep(pipeline)
    device.functions.cmdBindPipeline(handle, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.handle)
  }

  /// Gives the bound pipeline its storage buffers.
  public func bind(_ set: DescriptorSet) {
    guard isRecording() else { return }
    guard let pipeline, pipeline.bindings == set.bindings else {
      return note(
        "a descriptor set with \(set.bindings) buffers was bound for \(pipeline?.name ?? "no pipeline").")
    }
    hasDescriptorSet = true
    keep(set)
    withUnsafePointer(to: set.handle as VkDescriptorSet?) { set in
      device.functions.cmdBindDescriptorSets(
        handle, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.layout, 0, 1, set, 0, nil)
    }
  }

  /// Sets all push constants of the bound pipeline.
  public func push(constants: UnsafeRawBufferPointer) {
    guard isRecording() else { return }
    guard let pipeline, pipeline.pushConstantBytes == constants.count else {
      return note(
        "\(constants.count) bytes of push constants for \(pipeline?.name ?? "no pipeline"), which has"
          + " \(pipeline?.pushConstantBytes ?? 0).")
    }
    guard !constants.isEmpty else { return }
    device.functions.cmdPushConstants(
      handle, pipeline.layout, VK_SHADER_STAGE_COMPUTE_BIT.rawValue, 0, UInt32(constants.count),
      constants.baseAddress)
  }

  /// Runs `x` × `y` × `z` workgroups of the bound pipeline.
  public func dispatch(_ x: Int, _ y: Int = 1, _ z: Int = 1) {
    guard isRecording(), isReadyToDispatch() else { return }
    let most = device.physical.limits.maxWorkgroupCount
    guard (0...most[0]).contains(x), (0...most[1]).contains(y), (0...most[2]).contains(z) else {
      return note(
        "\(pipeline?.name ?? "") was dispatched with (\(x), \(y), \(z)) workgroups; the most is \(most).")
    }
    device.functions.cmdDispatch(handle, UInt32(x), UInt32(y), UInt32(z))
  }

  /// Runs a part of the bound pipeline's workgroups: `counts` of them along x, y and z, numbered from `first` on, on a member
  /// of a gang.
  package func dispatch(from first: [Int], counts: [Int]) {
    guard isRecording(), isReadyToDispatch() else { return }
    let (first, counts) = (first.map(UInt32.init), counts.map(UInt32.init))
    device.functions.cmdDispatchBase(
      handle, first[0], first[1], first[2], counts[0], counts[1], counts[2])
  }

  /// Runs as many workgroups as the three 32-bit numbers at `offset` bytes into `buffer` say at that time.
  public func dispatchIndirect(_ buffer: Buffer, offset: Int = 0) {
    guard isRecording(), isReadyToDispatch(), isInside(buffer, offset, 12, "an indirect dispatch") else {
      return
    }
    keep(buffer)
    device.functions.cmdDispatchIndirect(
      handle, buffer.handle(on: device), VkDeviceSize(buffer.offset + offset))
  }

  /// Makes all that was written before, by shaders, copies or the host, visible to all that comes after.
  public func barrier() {
    guard isRecording() else { return }
    var memory = VkMemoryBarrier()
    memory.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER
    memory.srcAccessMask =
      VK_ACCESS_SHADER_WRITE_BIT.rawValue | VK_ACCESS_TRANSFER_WRITE_BIT.rawValue
      | VK_ACCESS_HOST_WRITE_BIT.rawValue
    memory.dstAccessMask =
      VK_ACCESS_SHADER_READ_BIT.rawValue | VK_ACCESS_SHADER_WRITE_BIT.rawValue
      | VK_ACCESS_TRANSFER_READ_BIT.rawValue | VK_ACCESS_TRANSFER_WRITE_BIT.rawValue
      | VK_ACCESS_INDIRECT_COMMAND_READ_BIT.rawValue | VK_ACCESS_HOST_READ_BIT.rawValue
      | VK_ACCESS_HOST_WRITE_BIT.rawValue
    let work =
      VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT.rawValue | VK_PIPELINE_STAGE_TRANSFER_BIT.rawValue
      | VK_PIPELINE_STAGE_HOST_BIT.rawValue
    // Indirect counts are read before the shader stage; reads of them must finish before they are written again.
    let stages = work | VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT.rawValue
    device.functions.cmdPipelineBarrier(handle, stages, stages, 0, 1, &memory, 0, nil, 0, nil)
  }

  /// Copies `bytes` bytes, each from the given offset in bytes on; source and destination must not overlap.
  public func copy(
    from source: Buffer, at sourceOffset: Int, to destination: Buffer, at offset: Int, bytes: Int
  ) {
    guard isRecording(), isInside(source, sourceOffset, bytes, "a copy"),
      isInside(destination, offset, bytes, "a copy"), bytes > 0
    else { return }
    keep(source)
    var region = VkBufferCopy()
    region.srcOffset = VkDeviceSize(source.offset + sourceOffset)
    region.dstOffset = VkDeviceSize(destination.offset + offset)
    region.size = VkDeviceSize(bytes)
    copy(source.handle(on: device), destination.handle(on: device), region, keeping: destination)
  }

  /// Copies between buffers of which one may be a host program's; the other is kept.
  func copy(_ source: VkBuffer, _ destination: VkBuffer, _ region: VkBufferCopy, keeping buffer: Buffer) {
    guard isRecording() else { return }
    keep(buffer)
    var region = region
    device.functions.cmdCopyBuffer(handle, source, destination, 1, &region)
  }

  /// Writes `value` over `bytes` bytes from `offset` on, both multiples of 4.
  public func fill(_ buffer: Buffer, at offset: Int = 0, bytes: Int, with value: UInt32) {
    guard isRecording(), isInside(buffer, offset, bytes, "a fill"), bytes > 0 else { return }
    guard offset % 4 == 0, bytes % 4 == 0 else {
      return note("a fill of \(bytes) bytes at \(offset) in \(buffer.label) is not in multiples of 4.")
    }
    keep(buffer)
    device.functions.cmdFillBuffer(
      handle, buffer.handle(on: device), VkDeviceSize(buffer.offset + offset), VkDeviceSize(bytes), value)
  }
}

extension CommandBuffer {
  /// Makes all timestamps of `pool` unwritten, as they must be before they are written.
  public func resetQueries(_ pool: TimestampPool) {
    guard isRecording() else { return }
    keep(pool)
    device.functions.cmdResetQueryPool(handle, pool.handle, 0, UInt32(pool.count))
  }

  /// Writes the time at which all commands so far have finished.
  public func writeTimestamp(_ pool: TimestampPool, _ index: Int) {
    guard isRecording() else { return }
    guard (0..<pool.count).contains(index) else {
      return note("timestamp \(index) was written to a pool with \(pool.count).")
    }
    keep(pool)
    device.functions.cmdWriteTimestamp(
      handle, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool.handle, UInt32(index))
  }

  /// Opens a labelled group of commands, where debug labels are on.
  public func beginLabel(_ text: String) {
    guard isRecording(), device.instance.debugLabels, let begin = device.functions.cmdBeginDebugUtilsLabelEXT
    else { return }
    text.withCString { text in
      var info = VkDebugUtilsLabelEXT()
      info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT
      info.pLabelName = text
      begin(handle, &info)
    }
  }

  /// Closes the group that was opened last.
  public func endLabel() {
    guard isRecording(), device.instance.debugLabels else { return }
    device.functions.cmdEndDebugUtilsLabelEXT?(handle)
  }

  /// Throws unless it can be submitted.
  func checkRecorded() throws(VulkanError) {
    guard state == .recorded else {
      throw .invalidUse("The command buffer \(label) was submitted before its recording ended.")
    }
  }

  /// Remembers the submission that must finish before the command buffer changes or goes.
  func noteSubmission(_ timeline: Timeline, _ value: UInt64) { submission = (timeline, value) }

  private func waitForSubmission() throws(VulkanError) {
    guard let submission else { return }
    try submission.timeline.wait(until: submission.value)
    self.submission = nil
  }

  private func keep(_ object: AnyObject) { kept[ObjectIdentifier(object)] = object }

  private func note(_ sentence: String) { mistake = mistake ?? sentence }

  private func isRecording() -> Bool {
    if state != .recording { note("a command came before begin().") }
    return state == .recording
  }

  private func isReadyToDispatch() -> Bool {
    if pipeline == nil { note("a dispatch came before a pipeline was bound.") }
    if pipeline != nil && !hasDescriptorSet {
      note("\(pipeline?.name ?? "") was dispatched before its descriptor set was bound.")
    }
    return pipeline != nil && hasDescriptorSet
  }

  private func isInside(_ buffer: Buffer, _ offset: Int, _ bytes: Int, _ action: String) -> Bool {
    do {
      try buffer.checkRange(offset, bytes, "\(action) of")
      return true
    } catch {
      note(error.description)
      return false
    }
  }
}
