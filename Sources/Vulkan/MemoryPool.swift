import CVulkan
import Synchronization

/// Hands out ranges of large blocks, so that a buffer costs no call to the driver.
final class MemoryPool: Sendable {
  /// Where a buffer's bytes are.
  struct Range: Sendable {
    let block: MemoryBlock
    let offset: Int
    /// Bytes taken, which may be more than were asked for.
    let size: Int
    let domain: MemoryDomain
  }

  private struct Slot {
    let block: MemoryBlock
    var free: FreeList
    /// Made for one large buffer, and given back with it.
    let dedicated: Bool
  }

  private struct State {
    var slots: [MemoryDomain: [Slot]] = [:]
    var allocatedBytes = 0
    /// Bytes of all blocks, for each heap.
    var heapBytes: [Int]
  }

  /// Smallest size of a shared block; requests above it get a block of their own.
  static let blockSize = 16 << 20

  private let device: LogicalDevice
  /// Those that share the memory: the device alone, or the members of its gang.
  private let members: [LogicalDevice]
  private let types: MemoryTypes
  private let kinds: [MemoryDomain: MemoryTypes.Kind]
  private let mapsDeviceMemory: Bool
  private let alignment: Int
  private let state: Mutex<State>

  /// - Parameter helpers: the other members of the device's gang.
  init(_ device: LogicalDevice, helpers: [LogicalDevice] = [], mapsDeviceMemory: Bool) throws(VulkanError) {
    guard let physical = device.physical.handle else { throw .noDevice(found: []) }
    let types = MemoryTypes(physical, device.instance.functions)
    let allowed = try MemoryBlock.allowedTypes(device)
    self.mapsDeviceMemory = mapsDeviceMemory && device.physical.isUnifiedMemory
    var kinds: [MemoryDomain: MemoryTypes.Kind] = [:]
    for domain in MemoryDomain.allCases {
      guard let kind = types.kind(for: domain, allowed: allowed, mapsDeviceMemory: self.mapsDeviceMemory)
      else {
        throw .ineligibleDevice(name: device.physical.name, reason: "it has no memory for \(domain) buffers")
      }
      kinds[domain] = kind
    }
    self.device = device
    members = [device] + helpers
    self.types = types
    self.kinds = kinds
    alignment = max(256, device.physical.limits.minStorageBufferOffsetAlignment)
    state = Mutex(State(heapBytes: types.heaps.map { _ in 0 }))
  }

  /// Bytes that buffers hold now.
  var allocatedBytes: Int { state.withLock { $0.allocatedBytes } }

  /// Bytes of all blocks, used or not.
  var blockBytes: Int { state.withLock { $0.heapBytes.reduce(0, +) } }

  /// The size in bytes of the largest buffer that could be made now.
  func availableBytes(_ domain: MemoryDomain) -> Int {
    state.withLock { state in
      let shared = state.slots[domain, default: []].map(\.free.largest).max() ?? 0
      return max(shared, newBlockLimit(domain, state))
    }
  }

  func allocate(_ bytes: Int, _ domain: MemoryDomain, label: String) throws(VulkanError) -> Range {
    guard bytes > 0 else { throw .invalidUse("The buffer \(label) can't have \(bytes) bytes.") }
    guard bytes <= Int.max - alignment else {
      throw .outOfMemory(requested: bytes, available: 0, label: label)
    }
    let size = (bytes + alignment - 1) / alignment * alignment
    return try state.withLock { (state: inout State) throws(VulkanError) -> Range in
      if size <= Self.blockSize, let range = Self.take(size, domain, from: &state) { return range }
      let limit = newBlockLimit(domain, state)
      guard size <= limit, let kind = kinds[domain] else {
        throw .outOfMemory(requested: bytes, available: limit, label: label)
      }
      let dedicated = size > Self.blockSize
      let block = try makeBlock(
        dedicated ? size : max(size, min(Self.blockSize, limit)), kind, domain, label: label, limit: limit)
      state.heapBytes[kind.heap] += block.size
      state.slots[domain, default: []].append(
        Slot(block: block, free: FreeList(size: block.size), dedicated: dedicated))
      guard let range = Self.take(size, domain, from: &state) else {
        throw .outOfMemory(requested: bytes, available: limit, label: label)
      }
      return range
    }
  }

  /// Takes a range back; a dedicated block, or a shared one that is not the domain's last, goes back to the driver when empty.
  func free(_ range: Range) {
    state.withLock { state in
      state.allocatedBytes -= range.size
      guard var slots = state.slots.removeValue(forKey: range.domain) else { return }
      if let place = slots.firstIndex(where: { $0.block === range.block }) {
        slots[place].free.free(offset: range.offset, size: range.size)
        let shared = slots.count { !$0.dedicated }
        if slots[place].free.isEmpty && (slots[place].dedicated || shared > 1) {
          if let kind = kinds[range.domain] { state.heapBytes[kind.heap] -= range.block.size }
          slots.remove(at: place)
        }
      }
      state.slots[range.domain] = slots
    }
  }

  private static func take(_ size: Int, _ domain: MemoryDomain, from state: inout State) -> Range? {
    for place in state.slots[domain, default: []].indices {
      guard let offset = state.slots[domain]?[place].free.allocate(size),
        let block = state.slots[domain]?[place].block
      else { continue }
      state.allocatedBytes += size
      return Range(block: block, offset: offset, size: size, domain: domain)
    }
    return nil
  }

  private func makeBlock(
    _ size: Int, _ kind: MemoryTypes.Kind, _ domain: MemoryDomain, label: String, limit: Int
  ) throws(VulkanError) -> MemoryBlock {
    do {
      let block = try MemoryBlock(
        members, size: size, kind: kind, mapped: kind.isMappable && (domain != .device || mapsDeviceMemory))
      block.setName("\(domain) block")
      return block
    } catch .call("vkAllocateMemory", let result, _)
      where result == VkResultName(VK_ERROR_OUT_OF_DEVICE_MEMORY)
      || result == VkResultName(VK_ERROR_OUT_OF_HOST_MEMORY)
    {
      // Other programs use the heap as well.
      throw .outOfMemory(requested: size, available: min(limit, size - 1), label: label)
    }
  }

  /// The largest block that the domain's heap can give, in bytes.
  private func newBlockLimit(_ domain: MemoryDomain, _ state: borrowing State) -> Int {
    guard let kind = kinds[domain] else { return 0 }
    var available = types.heaps[kind.heap].bytes - state.heapBytes[kind.heap]
    if device.physical.features.memoryBudget, let physical = device.physical.handle {
      available = min(available, MemoryTypes.budget(physical, device.instance.functions, heap: kind.heap))
    }
    if device.physical.kind == .cpu, let system = availableSystemMemory() {
      available = min(available, system)
    }
    return max(0, min(available, device.physical.limits.maxMemoryAllocation) / alignment * alignment)
  }
}
