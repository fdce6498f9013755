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
package struct MemoryTypes {
  package struct Kind: Equatable {
    package let index: Int
    let heap: Int
    let isDeviceLocal: Bool
    let isHostVisible: Bool
    let isHostCached: Bool
    /// The host can read and write it without flushes.
    let isMappable: Bool

    /// A type of heap `heap`; `isCoherent` matters where the host can see it.
    package init(
      index: Int, heap: Int, isDeviceLocal: Bool = false, isHostVisible: Bool = false,
      isHostCached: Bool = false,
      isCoherent: Bool = true
    ) {
      self.index = index
      self.heap = heap
      self.isDeviceLocal = isDeviceLocal
      self.isHostVisible = isHostVisible
      self.isHostCached = isHostCached
      isMappable = isHostVisible && isCoherent
    }
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
        let flags = $0.element.propertyFlags
        return Kind(
          index: $0.offset, heap: Int($0.element.heapIndex),
          isDeviceLocal: flags & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT.rawValue != 0,
          isHostVisible: flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT.rawValue != 0,
          isHostCached: flags & VK_MEMORY_PROPERTY_HOST_CACHED_BIT.rawValue != 0,
          isCoherent: flags & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT.rawValue != 0)
      }
    }
  }

  /// The types and heaps of a made-up device, for tests.
  package init(kinds: [Kind], heaps: [PhysicalDevice.MemoryHeap]) {
    self.kinds = kinds
    self.heaps = heaps
  }

  /// True when the device shares the host's memory and lets the host write its own in place.
  ///
  /// A card may map its memory as well, but reading it through the bus is slower than a copy by the card.
  package func isUnified(_ device: PhysicalDevice.Kind) -> Bool {
    (device == .cpu || device == .integrated) && ownKinds(.max).contains(where: \.isMappable)
  }

  /// The best type for a domain among those that `allowed` has a bit for; the first of equals, as Vulkan orders them.
  package func kind(for domain: MemoryDomain, allowed: UInt32, mapsDeviceMemory: Bool) -> Kind? {
    let mappable = kinds.filter { isAllowed($0, allowed) && $0.isMappable }
    switch domain {
    case .device:
      let own = ownKinds(allowed)
      if mapsDeviceMemory, let mapped = own.first(where: \.isMappable) { return mapped }
      return own.first { !$0.isHostVisible } ?? own.first
    case .upload:
      return mappable.first { !$0.isDeviceLocal && !$0.isHostCached } ?? mappable.first { !$0.isDeviceLocal }
        ?? mappable.first
    case .readback:
      return mappable.first { !$0.isDeviceLocal && $0.isHostCached } ?? mappable.first(where: \.isHostCached)
        ?? mappable.first
    }
  }

  /// The types of the device's own largest heap.
  private func ownKinds(_ allowed: UInt32) -> [Kind] {
    let own = kinds.filter { isAllowed($0, allowed) && $0.isDeviceLocal }
    let heap = own.map(\.heap).max { heaps[$0].bytes < heaps[$1].bytes }
    return own.filter { $0.heap == heap }
  }

  private func isAllowed(_ kind: Kind, _ allowed: UInt32) -> Bool { allowed >> UInt32(kind.index) & 1 != 0 }
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
