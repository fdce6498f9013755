import CVulkan
import Glibc

/// One allocation of device memory with one buffer over all of it, mapped where the host can see it; for a gang, pages of the
/// host that are memory of each member.
final class MemoryBlock: Sendable {
  /// The block as one device knows it.
  struct Place: @unchecked Sendable {
    let device: LogicalDevice
    let buffer: VkBuffer
    let memory: VkDeviceMemory
    /// The device's address of the first byte; nil where shaders have no pointers.
    let address: UInt64?
  }

  private let places: [Place]
  /// The host's address of the first byte; nil when the host can't see the memory.
  nonisolated(unsafe) let pointer: UnsafeMutableRawPointer?
  /// Bytes of the host's pages; 0 where the driver gave the memory.
  private let pageBytes: Int
  let size: Int

  /// Pages that a driver takes begin at multiples of this: `minImportedHostPointerAlignment` is at most 64 KiB.
  private static let pageAlignment = 65_536

  /// The memory types that a buffer of ours may use, found by making a small one.
  static func allowedTypes(_ device: LogicalDevice) throws(VulkanError) -> UInt32 {
    let buffer = try makeBuffer(device, size: 256)
    defer { device.functions.destroyBuffer(device.handle, buffer, device.allocator) }
    return requirements(device, buffer).memoryTypeBits
  }

  /// - Parameter devices: the device, or the members of a gang.
  init(_ devices: [LogicalDevice], size: Int, kind: MemoryTypes.Kind, mapped: Bool) throws(VulkanError) {
    let pageBytes =
      devices.count > 1 ? (size + Self.pageAlignment - 1) / Self.pageAlignment * Self.pageAlignment : 0
    // A class that throws from its initialiser gets no deinit.
    var places: [Place] = []
    var pages: UnsafeMutableRawPointer?
    var finished = false
    defer {
      if !finished {
        places.forEach(Self.free)
        if let pages { munmap(pages, pageBytes) }
      }
    }
    if pageBytes > 0 { pages = try Self.pages(pageBytes) }
    for device in devices {
      places.append(
        try Self.allocate(
          device, size: size, kind: kind, pages: UnsafeMutableRawBufferPointer(start: pages, count: pageBytes)
        ))
    }
    pointer = if let pages { pages } else if mapped { try Self.map(places[0], size: size) } else { nil }
    finished = true
    self.places = places
    self.pageBytes = pageBytes
    self.size = size
  }

  deinit {
    places.forEach(Self.free)
    if pageBytes > 0 { munmap(pointer, pageBytes) }
  }

  /// The block as `device` knows it.
  func place(on device: LogicalDevice) -> Place {
    guard let place = places.first(where: { $0.device === device }) else {
      preconditionFailure("a buffer was used on a device that it wasn't made for")
    }
    return place
  }

  /// Names the buffers and their memory for debuggers.
  func setName(_ name: String) {
    for place in places {
      place.device.setName(place.buffer, VK_OBJECT_TYPE_BUFFER, name)
      place.device.setName(place.memory, VK_OBJECT_TYPE_DEVICE_MEMORY, name)
    }
  }
}

extension MemoryBlock {
  /// Zeroed pages of the host.
  private static func pages(_ size: Int) throws(VulkanError) -> UnsafeMutableRawPointer {
    let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let pages, pages != MAP_FAILED else {
      throw .call("vkAllocateMemory", VkResultName(VK_ERROR_OUT_OF_HOST_MEMORY), during: action(size))
    }
    return pages
  }

  /// Memory of the device with a buffer over it: `pages` of the host unless they are empty.
  private static func allocate(
    _ device: LogicalDevice, size: Int, kind: MemoryTypes.Kind, pages: UnsafeMutableRawBufferPointer
  ) throws(VulkanError) -> Place {
    let functions = device.functions
    let buffer = try makeBuffer(device, size: size)
    var memory: VkDeviceMemory?
    var finished = false
    defer {
      if !finished {
        functions.destroyBuffer(device.handle, buffer, device.allocator)
        functions.freeMemory(device.handle, memory, device.allocator)
      }
    }
    let hasAddress = device.physical.features.bufferDeviceAddress
    var imported = VkImportMemoryHostPointerInfoEXT()
    imported.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT
    imported.handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT
    imported.pHostPointer = pages.baseAddress
    var flags = VkMemoryAllocateFlagsInfo()
    flags.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO
    flags.flags = hasAddress ? VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT.rawValue : 0
    var info = VkMemoryAllocateInfo()
    info.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO
    info.allocationSize = pages.isEmpty ? requirements(device, buffer).size : VkDeviceSize(pages.count)
    info.memoryTypeIndex = UInt32(kind.index)
    let result = withUnsafePointer(to: &imported) { imported in
      flags.pNext = pages.isEmpty ? nil : UnsafeRawPointer(imported)
      return withUnsafePointer(to: &flags) { flags in
        info.pNext = UnsafeRawPointer(flags)
        return functions.allocateMemory(device.handle, &info, device.allocator, &memory)
      }
    }
    try check(result, "vkAllocateMemory", during: action(size))
    let allocated = try created(memory, "vkAllocateMemory", during: action(size))
    try check(
      functions.bindBufferMemory(device.handle, buffer, allocated, 0), "vkBindBufferMemory",
      during: action(size))
    finished = true
    var addressed = VkBufferDeviceAddressInfo()
    addressed.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO
    addressed.buffer = buffer
    return Place(
      device: device, buffer: buffer, memory: allocated,
      address: hasAddress ? functions.getBufferDeviceAddress(device.handle, &addressed) : nil)
  }

  private static func map(_ place: Place, size: Int) throws(VulkanError) -> UnsafeMutableRawPointer? {
    var pointer: UnsafeMutableRawPointer?
    try check(
      place.device.functions.mapMemory(place.device.handle, place.memory, 0, VK_WHOLE_SIZE, 0, &pointer),
      "vkMapMemory", during: action(size))
    return pointer
  }

  private static func free(_ place: Place) {
    place.device.functions.destroyBuffer(place.device.handle, place.buffer, place.device.allocator)
    place.device.functions.freeMemory(place.device.handle, place.memory, place.device.allocator)
  }

  private static func action(_ size: Int) -> String { "allocating a block of \(size) bytes" }

  private static func makeBuffer(_ device: LogicalDevice, size: Int) throws(VulkanError) -> VkBuffer {
    var external = VkExternalMemoryBufferCreateInfo()
    external.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO
    external.handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT.rawValue
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
    let result = withUnsafePointer(to: &external) { external in
      info.pNext = device.isMember ? UnsafeRawPointer(external) : nil
      return device.functions.createBuffer(device.handle, &info, device.allocator, &buffer)
    }
    let action = "making a buffer of \(size) bytes"
    try check(result, "vkCreateBuffer", during: action)
    return try created(buffer, "vkCreateBuffer", during: action)
  }

  private static func requirements(_ device: LogicalDevice, _ buffer: VkBuffer) -> VkMemoryRequirements {
    var requirements = VkMemoryRequirements()
    device.functions.getBufferMemoryRequirements(device.handle, buffer, &requirements)
    return requirements
  }
}
