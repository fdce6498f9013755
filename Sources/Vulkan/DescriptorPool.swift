import CVulkan

/// Room for an exact number of descriptor sets; it lives as long as its sets do.
public final class DescriptorPool {
  fileprivate let device: LogicalDevice
  private let handle: VkDescriptorPool
  private var setsLeft: Int
  private var bindingsLeft: Int

  /// Room for `sets` sets with `bindings` storage buffers in all.
  public init(_ device: Device, sets: Int, bindings: Int, label: String = "descriptors") throws(VulkanError) {
    guard sets > 0, bindings >= 0, let sets32 = UInt32(exactly: sets),
      let bindings32 = UInt32(exactly: bindings)
    else { throw .invalidUse("A descriptor pool can't have \(sets) sets with \(bindings) bindings.") }
    let logical = device.logical
    var size = VkDescriptorPoolSize()
    size.type = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
    size.descriptorCount = bindings32
    var pool: VkDescriptorPool?
    let result = withUnsafePointer(to: size) { size in
      var info = VkDescriptorPoolCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO
      info.maxSets = sets32
      info.poolSizeCount = bindings > 0 ? 1 : 0
      info.pPoolSizes = size
      return logical.functions.createDescriptorPool(logical.handle, &info, logical.allocator, &pool)
    }
    try check(result, "vkCreateDescriptorPool", during: "making room for \(sets) descriptor sets")
    handle = try created(pool, "vkCreateDescriptorPool", during: "making room for \(sets) descriptor sets")
    self.device = logical
    logical.setName(handle, VK_OBJECT_TYPE_DESCRIPTOR_POOL, label)
    setsLeft = sets
    bindingsLeft = bindings
  }

  deinit { device.functions.destroyDescriptorPool(device.handle, handle, device.allocator) }

  /// A set that gives `pipeline` its storage buffers, in the order of the bindings; offset and range are in bytes.
  ///
  /// Throws `.invalidUse` when the pool is full, the count isn't the pipeline's, or a range leaves its buffer or
  /// breaks one of the device's limits.
  public func allocate(
    _ pipeline: Pipeline, _ buffers: [(buffer: Buffer, offset: Int, range: Int)], label: String? = nil
  ) throws(VulkanError) -> DescriptorSet {
    let action = "binding buffers for the kernel \(pipeline.name)"
    guard buffers.count == pipeline.bindings else {
      throw .invalidUse(
        "The kernel \(pipeline.name) has \(pipeline.bindings) bindings, not \(buffers.count).")
    }
    guard setsLeft > 0, bindingsLeft >= buffers.count else {
      throw .invalidUse("The descriptor pool is full while \(action).")
    }
    for (binding, entry) in buffers.enumerated() {
      try checkLimits(entry, "Binding \(binding) of the kernel \(pipeline.name) to")
    }
    let set = try allocate(pipeline.setLayout, action)
    device.setName(set, VK_OBJECT_TYPE_DESCRIPTOR_SET, label ?? pipeline.name)
    setsLeft -= 1
    bindingsLeft -= buffers.count
    write(set, buffers)
    return DescriptorSet(self, set, buffers.map(\.buffer))
  }

  private func checkLimits(_ entry: (buffer: Buffer, offset: Int, range: Int), _ action: String)
    throws(VulkanError)
  {
    let limits = device.physical.limits
    try entry.buffer.checkRange(entry.offset, entry.range, action)
    guard entry.range > 0, entry.range <= limits.maxStorageBufferRange else {
      throw .invalidUse(
        "\(action) \(entry.range) bytes of the buffer \(entry.buffer.label) is not possible; the device allows 1 to"
          + " \(limits.maxStorageBufferRange).")
    }
    guard entry.offset % limits.minStorageBufferOffsetAlignment == 0 else {
      throw .invalidUse(
        "\(action) the buffer \(entry.buffer.label) at offset \(entry.offset) is not possible; the device wants"
          + " multiples of \(limits.minStorageBufferOffsetAlignment).")
    }
  }

  private func allocate(_ layout: VkDescriptorSetLayout, _ action: String) throws(VulkanError)
    -> VkDescriptorSet
  {
    var set: VkDescriptorSet?
    let result = withUnsafePointer(to: layout as VkDescriptorSetLayout?) { layout in
      var info = VkDescriptorSetAllocateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO
      info.descriptorPool = handle
      info.descriptorSetCount = 1
      info.pSetLayouts = layout
      return device.functions.allocateDescriptorSets(device.handle, &info, &set)
    }
    try check(result, "vkAllocateDescriptorSets", during: action)
    return try created(set, "vkAllocateDescriptorSets", during: action)
  }

  private func write(_ set: VkDescriptorSet, _ buffers: [(buffer: Buffer, offset: Int, range: Int)]) {
    guard !buffers.isEmpty else { return }
    let infos = buffers.map {
      VkDescriptorBufferInfo(
        buffer: $0.buffer.handle(on: device), offset: VkDeviceSize($0.buffer.offset + $0.offset),
        range: VkDeviceSize($0.range))
    }
    infos.withUnsafeBufferPointer { infos in
      // Bindings of one type that follow each other are written by one structure.
      var write = VkWriteDescriptorSet()
      write.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET
      write.dstSet = set
      write.descriptorCount = UInt32(infos.count)
      write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
      write.pBufferInfo = infos.baseAddress
      device.functions.updateDescriptorSets(device.handle, 1, &write, 0, nil)
    }
  }
}

/// The storage buffers of one dispatch; it keeps them, and its pool, alive.
public final class DescriptorSet {
  let handle: VkDescriptorSet
  /// How many storage buffers it has.
  public var bindings: Int { buffers.count }
  private let pool: DescriptorPool
  private let buffers: [Buffer]

  fileprivate init(_ pool: DescriptorPool, _ handle: VkDescriptorSet, _ buffers: [Buffer]) {
    self.pool = pool
    self.handle = handle
    self.buffers = buffers
  }
}
