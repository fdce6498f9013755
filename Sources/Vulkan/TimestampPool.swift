import CVulkan

/// Times on the device's clock, written by command buffers.
public final class TimestampPool: Sendable {
  /// How many times there is room for.
  public let count: Int
  private let device: LogicalDevice
  nonisolated(unsafe) let handle: VkQueryPool

  /// Room for `count` times; nil when the device's queue has no clock.
  public init?(_ device: Device, count: Int, label: String = "timestamps") throws(VulkanError) {
    let logical = device.logical
    guard logical.physical.limits.timestampValidBits > 0 else { return nil }
    guard let count32 = UInt32(exactly: count), count > 0 else {
      throw .invalidUse("A timestamp pool can't have \(count) timestamps.")
    }
    var info = VkQueryPoolCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO
    info.queryType = VK_QUERY_TYPE_TIMESTAMP
    info.queryCount = count32
    var pool: VkQueryPool?
    let action = "making room for \(count) timestamps"
    try check(
      logical.functions.createQueryPool(logical.handle, &info, logical.allocator, &pool), "vkCreateQueryPool",
      during: action)
    handle = try created(pool, "vkCreateQueryPool", during: action)
    self.count = count
    self.device = logical
    logical.setName(handle, VK_OBJECT_TYPE_QUERY_POOL, label)
  }

  deinit { device.functions.destroyQueryPool(device.handle, handle, device.allocator) }

  /// Nanoseconds from the first timestamp to each, once the work that writes them has finished.
  ///
  /// The clock may wrap around once in between. Throws `.call` with `VK_NOT_READY` when one was not written yet.
  public func nanoseconds() throws(VulkanError) -> [Double] {
    let limits = device.physical.limits
    return elapsedNanoseconds(
      try ticks(), validBits: limits.timestampValidBits, period: limits.timestampPeriod)
  }

  /// The timestamps as the device wrote them; pools of one device have one clock.
  package func ticks() throws(VulkanError) -> [UInt64] {
    var ticks = [UInt64](repeating: 0, count: count)
    let stride = MemoryLayout<UInt64>.stride
    try check(
      device.functions.getQueryPoolResults(
        device.handle, handle, 0, UInt32(count), count * stride, &ticks, VkDeviceSize(stride),
        VK_QUERY_RESULT_64_BIT.rawValue),
      "vkGetQueryPoolResults", during: "reading timestamps")
    return ticks
  }
}

/// Nanoseconds from the first of `ticks` to each; only `validBits` of a tick count, and the clock may wrap once.
package func elapsedNanoseconds(_ ticks: [UInt64], validBits: Int, period: Double) -> [Double] {
  let mask = validBits >= 64 ? UInt64.max : (1 << UInt64(validBits)) - 1
  guard let first = ticks.first else { return [] }
  return ticks.map { Double(($0 &- first) & mask) * period }
}
