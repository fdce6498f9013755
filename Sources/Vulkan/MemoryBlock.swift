import CVulkan

/// One allocation of device memory with one buffer over all of it, mapped where the host can see it.
final class MemoryBlock: Sendable {
  let device: LogicalDevice
  nonisolated(unsafe) let buffer: VkBuffer
  nonisolated(unsafe) private let memory: VkDeviceMemory
  /// The host's address of the first byte; nil when the host can't see the memory.
  nonisolated(unsafe) let pointer: UnsafeMutableRawPointer?
  /// The device's address of the first byte; nil where shaders have no pointers.
  let address: UInt64?
  let size: Int

  /// The memory types that a buffer of ours may use, found by making a small one.
  static func allowedTypes(_ device: LogicalDevice) throws(VulkanError) -> UInt32 {
    let buffer = try makeBuffer(device, size: 256)
    defer { device.functions.destroyBuffer(device.handle, buffer, nil) }
    return requirements(device, buffer).memoryTypeBits
  }

  init(_ device: LogicalDevice, size: Int, kind: MemoryTypes.Kind, mapped: Bool) throws(VulkanError) {
    let action = "allocating a block of \(size) bytes"
    let buffer = try Self.makeBuffer(device, size: size)
    var memory: VkDeviceMemory?
    var finished = false
    // A class that throws from its initialiser gets no deinit.
    defer {
      if !finished {
        device.functions.destroyBuffer(device.handle, buffer, nil)
        device.functions.freeMemory(device.handle, memory, nil)
      }
    }
    var info = VkMemoryAllocateInfo()
    info.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO
    info.allocationSize = Self.requirements(device, buffer).size
    info.memoryTypeIndex = UInt32(kind.index)
    let hasAddress = device.physical.features.bufferDeviceAddress
    var flags = VkMemoryAllocateFlagsInfo()
    flags.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO
    flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT.rawValue
    try check(
      withUnsafePointer(to: &flags) { flags in
        info.pNext = hasAddress ? UnsafeRawPointer(flags) : nil
        return device.functions.allocateMemory(device.handle, &info, nil, &memory)
      }, "vkAllocateMemory", during: action)
    let allocated = try created(memory, "vkAllocateMemory", during: action)
    try check(
      device.functions.bindBufferMemory(device.handle, buffer, allocated, 0), "vkBindBufferMemory",
      during: action)
    var pointer: UnsafeMutableRawPointer?
    if mapped {
      try check(
        device.functions.mapMemory(device.handle, allocated, 0, VK_WHOLE_SIZE, 0, &pointer), "vkMapMemory",
        during: action)
    }
    finished = true
    var addressed = VkBufferDeviceAddressInfo()
    addressed.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO
    addressed.buffer = buffer
    address = hasAddress ? device.functions.getBufferDeviceAddress(device.handle, &addressed) : nil
    self.device = device
    self.buffer = buffer
    self.memory = allocated
    self.pointer = pointer
    self.size = size
  }

  deinit {
    device.functions.destroyBuffer(device.handle, buffer, nil)
    device.functions.freeMemory(device.handle, memory, nil)
  }

  /// Names the buffer and its memory for debuggers.
  func setName(_ name: String) {
    device.setName(buffer, VK_OBJECT_TYPE_BUFFER, name)
    device.setName(memory, VK_OBJECT_TYPE_DEVICE_MEMORY, name)
  }

  private static func makeBuffer(_ device: LogicalDevice, size: Int) throws(VulkanError) -> VkBuffer {
    var info = VkBufferCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO
    info.size = VkDeviceSize(size)
    info.usage =
      VK_BUFFER_USAGE_STORAGE_BUFFER_BIT.rawValue | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT.rawValue
      | VK_BUFFER_USAGE_TRANSFER_SRC_BIT.rawValue | VK_BUFFER_USAGE_TRANSFER_DST_BIT.rawValue
    if device.physical.features.bufferDeviceAddress {
      info.usage |= VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT.rawValue
    }
    info.sharingMode = VK_SHARING_MODE_EXCLUSIVE
    var buffer: VkBuffer?
    let action = "making a buffer of \(size) bytes"
    try check(
      device.functions.createBuffer(device.handle, &info, nil, &buffer), "vkCreateBuffer", during: action)
    return try created(buffer, "vkCreateBuffer", during: action)
  }

  private static func requirements(_ device: LogicalDevice, _ buffer: VkBuffer) -> VkMemoryRequirements {
    var requirements = VkMemoryRequirements()
    device.functions.getBufferMemoryRequirements(device.handle, buffer, &requirements)
    return requirements
  }
}
