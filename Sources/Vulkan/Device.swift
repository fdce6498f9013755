import CVulkan
import Synchronization

/// A device that is open for work: makes buffers and pipelines, and runs command buffers on its one queue.
///
/// Everything made from it keeps what it needs alive, so there is no order in which things must go. Any thread may use it.
public final class Device: Sendable {
  /// What the device is.
  public let physical: PhysicalDevice
  /// Why this device was chosen, as the end of a sentence.
  public let reason: String
  /// Where files that can be made again are kept: the argument, `$REPRISE_CACHE`, `$XDG_CACHE_HOME/reprise` or `~/.cache/reprise`.
  public let cacheDirectory: String?

  let logical: LogicalDevice
  /// The other members of a gang; none for a device that works alone.
  let helpers: [Device]
  /// Where the members of a gang meet; nil for a device that works alone.
  package let meeting: Buffer?
  /// Whether a gang's cores are free for it.
  package let contention = Contention()
  let gate = Mutex<Void>(())
  let pool: MemoryPool
  private let pipelineCache: PipelineCache
  /// Plans keep the pipelines that they use.
  private let pipelines = Mutex(RecentCache<Pipeline.Key, Pipeline>(capacity: 1024))

  /// Opens the device that `selection` chooses, with an instance of its own unless one is given.
  ///
  /// Throws what choosing a device throws, and `.noLoader`, `.missingLayer` or `.call` when Vulkan can't start.
  ///
  /// - Parameter threads: cores that a software driver uses, `$REPRISE_CPU_THREADS` or all unless given. Those of llvmpipe
  ///   from Mesa 25 on work as a `Gang`; an older one gets its own worker threads. GPUs don't care.
  public convenience init(
    _ selection: DeviceSelection = .environment, instance: Instance? = nil, cacheDirectory: String? = nil,
    threads: Int? = nil
  ) throws(VulkanError) {
    try self.init(
      selection, instance: instance, cacheDirectory: cacheDirectory, threads: threads, mapsDeviceMemory: true,
      usesSubgroups: !environmentSwitch("REPRISE_NO_SUBGROUPS"))
  }

  /// With `mapsDeviceMemory` off, device buffers are staged even where the host could write them; without `usesSubgroups`,
  /// the device says that it has no subgroup operations.
  package init(
    _ selection: DeviceSelection, instance: Instance?, cacheDirectory given: String?, threads: Int? = nil,
    mapsDeviceMemory: Bool, usesSubgroups: Bool = true
  ) throws(VulkanError) {
    let used: Instance
    if let instance { used = instance } else { used = try Instance() }
    let choice = try selection.choose(from: used.physicalDevices())
    // A gang's memory is the host's.
    let members = try Gang.members(
      of: choice.device, instance: used, threads: mapsDeviceMemory ? threads : 1)
    let isGang = members.count > 1
    physical = usesSubgroups ? choice.device : choice.device.withoutSubgroupOperations
    reason = choice.reason
    cacheDirectory = Vulkan.cacheDirectory(given)
    logical = try LogicalDevice(members[0].device, instance: members[0].instance, isMember: isGang)
    var helpers: [Device] = []
    for member in members.dropFirst() { helpers.append(try Device(helping: self.physical, member)) }
    self.helpers = helpers
    pool = try MemoryPool(
      logical, helpers: helpers.map(\.logical), mapsDeviceMemory: mapsDeviceMemory)
    // In memory of its own, which is no user's and isn't counted.
    meeting =
      isGang
      ? try Buffer(
        MemoryPool(logical, helpers: helpers.map(\.logical), mapsDeviceMemory: true), bytes: Meeting.bytes,
        domain: .device, label: "meeting") : nil
    pipelineCache = try PipelineCache(logical, directory: cacheDirectory)
  }

  /// Works on a device of the host program, which made it and destroys it after everything that is made from this one.
  ///
  /// - Parameter host: its objects, and what it switched on.
  /// - Throws: `.ineligibleDevice` where that is too little, `.noLoader` or `.missingFunction`.
  public init(sharing host: HostDevice, cacheDirectory: String? = nil) throws(VulkanError) {
    let instance = try Instance(of: host)
    physical = try host.physicalDevice(of: instance)
    reason = "the program shares it"
    self.cacheDirectory = Vulkan.cacheDirectory(cacheDirectory)
    helpers = []
    meeting = nil
    logical = try LogicalDevice(sharing: host, physical, instance: instance)
    pool = try MemoryPool(logical, mapsDeviceMemory: true)
    pipelineCache = try PipelineCache(logical, directory: self.cacheDirectory)
  }

  /// A further member of a gang, which has no memory of its own.
  private init(helping physical: PhysicalDevice, _ member: Gang.Member) throws(VulkanError) {
    self.physical = physical
    reason = "it helps"
    cacheDirectory = nil
    helpers = []
    meeting = nil
    logical = try LogicalDevice(member.device, instance: member.instance, isMember: true)
    pool = try MemoryPool(logical, mapsDeviceMemory: true)
    pipelineCache = try PipelineCache(logical, directory: nil)
  }

  deinit { _ = try? pipelineCache.save() }

  /// Makes a buffer of `bytes` bytes, contents undefined.
  ///
  /// Throws `.outOfMemory` before anything is allocated when the heap can't hold it. `label` names it in errors.
  public func makeBuffer(bytes: Int, domain: MemoryDomain = .device, label: String) throws(VulkanError)
    -> Buffer
  {
    try Buffer(pool, bytes: bytes, domain: domain, label: label)
  }

  /// Bytes that live buffers hold, all domains together.
  public var allocatedBytes: Int { pool.allocatedBytes }

  /// Bytes that the driver gave, used or not.
  package var blockBytes: Int { pool.blockBytes }

  /// The size in bytes of the largest buffer that could be made now.
  public func availableBytes(_ domain: MemoryDomain = .device) -> Int { pool.availableBytes(domain) }

  /// The pipeline for a SPIR-V module; asking again for the same gives the same.
  ///
  /// Storage buffers are bindings 0 ..< `bindings` of set 0, `specialization[i]` is the constant with id i, and the
  /// entry point is `main`. Throws `.invalidUse` when a limit is broken, `.call` when the driver refuses the shader.
  public func pipeline(
    words: [UInt32], name: String, bindings: Int, pushConstantBytes: Int = 0, specialization: [UInt32] = []
  ) throws(VulkanError) -> Pipeline {
    try pipeline(
      words: words, name: name, bindings: bindings, pushConstantBytes: pushConstantBytes,
      specialization: specialization, byAddress: false)
  }

  /// The same; by address, one that wants the buffers' addresses where `Pipeline.addressOffset` says, if it can be made.
  package func pipeline(
    words: [UInt32], name: String, bindings: Int, pushConstantBytes: Int, specialization: [UInt32],
    byAddress: Bool
  ) throws(VulkanError) -> Pipeline {
    let key = Pipeline.Key(
      words: words, name: name, bindings: bindings, pushConstantBytes: pushConstantBytes,
      specialization: specialization, byAddress: byAddress)
    if let known = pipelines.withLock({ $0.value(for: key) }) { return known }
    // Compiling outside of the lock lets threads compile at once; of two that make the same one, the first stays.
    let cache = pipelineCache.handle
    let made = try withExtendedLifetime(cache) { () throws(VulkanError) in
      try Pipeline(logical, key, words: words, cache: cache.value)
    }
    pipelineCache.note(key.shader)
    return pipelines.withLock { pipelines in
      if let known = pipelines.value(for: key) { return known }
      pipelines.keep(made, for: key)
      return made
    }
  }

  /// Runs the command buffers in order, and raises `timeline` to `value` when all have finished.
  ///
  /// Work of an earlier submission may still run: a command buffer that needs its results begins with a barrier. One
  /// command buffer may be there several times. Throws `.invalidUse` when `value` doesn't rise.
  public func submit(_ commandBuffers: [CommandBuffer], signal value: UInt64, on timeline: Timeline)
    throws(VulkanError)
  {
    for commands in commandBuffers { try commands.checkRecorded() }
    let handles = commandBuffers.map { $0.handle as VkCommandBuffer? }
    try timeline.advance(to: value) { () throws(VulkanError) in
      try logical.withQueue { (queue) throws(VulkanError) in
        let result = withUnsafePointer(to: value) { value in
          withUnsafePointer(to: timeline.handle as VkSemaphore?) { semaphore in
            var values = VkTimelineSemaphoreSubmitInfo()
            values.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO
            values.signalSemaphoreValueCount = 1
            values.pSignalSemaphoreValues = value
            return withUnsafePointer(to: values) { values in
              handles.withUnsafeBufferPointer { handles in
                var info = VkSubmitInfo()
                info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO
                info.pNext = UnsafeRawPointer(values)
                info.commandBufferCount = UInt32(handles.count)
                info.pCommandBuffers = handles.baseAddress
                info.signalSemaphoreCount = 1
                info.pSignalSemaphores = semaphore
                return logical.functions.queueSubmit(queue, 1, &info, nil)
              }
            }
          }
        }
        try check(
          result, "vkQueueSubmit",
          during: "submitting \(commandBuffers.first?.label ?? "nothing") on the timeline \(timeline.label)")
      }
    }
    for commands in commandBuffers { commands.noteSubmission(timeline, value) }
  }

  /// Waits until everything that was submitted has finished.
  public func waitIdle() throws(VulkanError) {
    for member in members { try member.logical.waitIdle() }
  }

  /// Writes the driver's compiled pipelines to the cache directory when there are new ones; returns whether it wrote.
  ///
  /// It also happens when the device goes. Throws `.file` when the directory can't be written to.
  @discardableResult
  public func savePipelineCache() throws(VulkanError) -> Bool { try pipelineCache.save() }

  /// True when this device started with the pipelines of an earlier run.
  public var hasSavedPipelines: Bool { pipelineCache.wasLoaded }
}
