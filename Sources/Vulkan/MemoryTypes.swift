import CVulkan

/// Where a buffer's memory lives and who touches it.
public enum MemoryDomain: Sendable, CaseIterable {
  /// The device's own memory; also mapped where the device shares the host's.
  case device
  /// Written by the host, read by the device.
  case upload
  /// Written by the device, read by the host.
  case readback
}

/// The memory types and heaps of a device, without Vulkan's bit masks.
struct MemoryTypes {
  struct Kind {
    let index: Int
    let heap: Int
    let flags: VkMemoryPropertyFlags

    var isDeviceLocal: Bool { flags & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT.rawValue != 0 }
    var isHostVisible: Bool { flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT.rawValue != 0 }
    var isHostCoherent: Bool { flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT.rawValue != 0 }
    var isHostCached: Bool { flags & VK_MEMORY_PROPERTY_HOST_CACHED_BIT.rawValue != 0 }
    /// The host can read and write it without flushes.
    var isMappable: Bool { isHostVisible && isHostCoherent }
  }

  let kinds: [Kind]
  let heaps: [PhysicalDevice.MemoryHeap]

  init(_ device: VkPhysicalDevice, _ functions: InstanceFunctions) {
    var all = VkPhysicalDeviceMemoryProperties2()
    all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2
    functions.getPhysicalDeviceMemoryProperties2(device, &all)
    let memory = all.memoryProperties
    heaps = withUnsafeBytes(of: memory.memoryHeaps) { raw in
      raw.bindMemory(to: VkMemoryHeap.self).prefix(Int(memory.memoryHeapCount)).map {
        PhysicalDevice.MemoryHeap(
          bytes: Int(clamping: $0.size),
          deviceLocal: $0.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT.rawValue != 0)
      }
    }
    kinds = withUnsafeBytes(of: memory.memoryTypes) { raw in
      raw.bindMemory(to: VkMemoryType.self).prefix(Int(memory.memoryTypeCount)).enumerated().map {
        Kind(index: $0.offset, heap: Int($0.element.heapIndex), flags: $0.element.propertyFlags)
      }
    }
  }

  /// True when all of the device's memory is the host's as well, so that nothing is gained by staging.
  var isUnified: Bool {
    let local = kinds.filter(\.isDeviceLocal)
    let mapped = Set(local.filter(\.isMappable).map(\.heap))
    return !local.isEmpty && heaps.allSatisfy(\.deviceLocal) && mapped == Set(local.map(\.heap))
  }

  /// The best type for a domain among those that `allowed` has a bit for; the first of equals, as Vulkan orders them.
  func kind(for domain: MemoryDomain, allowed: UInt32, mapsDeviceMemory: Bool) -> Kind? {
    let candidates = kinds.filter { allowed & (1 << UInt32($0.index)) != 0 }
    switch domain {
    case .device:
      let local = candidates.filter(\.isDeviceLocal)
      if mapsDeviceMemory, let mapped = local.first(where: \.isMappable) { return mapped }
      return local.first { !$0.isHostVisible } ?? local.first
    case .upload:
      let mappable = candidates.filter(\.isMappable)
      return mappable.first { !$0.isDeviceLocal && !$0.isHostCached } ?? mappable.first { !$0.isDeviceLocal }
        ?? mappable.first
    case .readback:
      let mappable = candidates.filter(\.isMappable)
      return mappable.first { !$0.isDeviceLocal && $0.isHostCached } ?? mappable.first(where: \.isHostCached)
        ?? mappable.first
    }
  }
}

extension MemoryTypes {
  /// Bytes of a heap that this process may still have, by VK_EXT_memory_budget.
  static func budget(_ device: VkPhysicalDevice, _ functions: InstanceFunctions, heap: Int) -> Int {
    var budget = VkPhysicalDeviceMemoryBudgetPropertiesEXT()
    budget.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT
    return withUnsafeMutablePointer(to: &budget) { budget in
      var all = VkPhysicalDeviceMemoryProperties2()
      all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2
      all.pNext = UnsafeMutableRawPointer(budget)
      functions.getPhysicalDeviceMemoryProperties2(device, &all)
      let limits = withUnsafeBytes(of: budget.pointee.heapBudget) {
        $0.bindMemory(to: VkDeviceSize.self)[heap]
      }
      let used = withUnsafeBytes(of: budget.pointee.heapUsage) { $0.bindMemory(to: VkDeviceSize.self)[heap] }
      return Int(clamping: limits > used ? limits - used : 0)
    }
  }
}
