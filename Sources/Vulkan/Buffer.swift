import CVulkan

/// A range of device memory; the range goes back to the device's pool with the last reference.
///
/// A `DescriptorSet` keeps its buffers, and a `CommandBuffer` keeps what it recorded, so that nothing is freed that
/// the device may still use.
public final class Buffer: Sendable {
  /// Bytes that were asked for.
  public let byteCount: Int
  /// What the buffer is called in errors.
  public let label: String
  /// Where the memory lives.
  public var domain: MemoryDomain { range.domain }
  /// The host's address of the first byte; nil when the host can't see the memory.
  ///
  /// The host may touch the bytes only while the device does not.
  public var pointer: UnsafeMutableRawPointer? { range.block.pointer.map { $0 + range.offset } }

  /// The address of the first byte on `device`, for shaders with pointers; nil where it has none.
  ///
  /// What is reached by address is not kept alive: bind the buffer as well.
  package func address(on device: Device) -> UInt64? {
    range.block.place(on: device.logical).address.map { $0 + UInt64(range.offset) }
  }

  private let pool: MemoryPool
  private let range: MemoryPool.Range

  /// The VkBuffer of the whole block, as `device` knows it.
  func handle(on device: LogicalDevice) -> VkBuffer { range.block.place(on: device).buffer }
  /// Where this buffer starts in it, in bytes.
  var offset: Int { range.offset }

  init(_ pool: MemoryPool, bytes: Int, domain: MemoryDomain, label: String) throws(VulkanError) {
    range = try pool.allocate(bytes, domain, label: label)
    byteCount = bytes
    self.label = label
    self.pool = pool
  }

  deinit { pool.free(range) }

  /// Throws unless `bytes` from `offset` on lie in the buffer.
  func checkRange(_ offset: Int, _ bytes: Int, _ action: String) throws(VulkanError) {
    guard offset >= 0, bytes >= 0, offset <= byteCount, bytes <= byteCount - offset else {
      throw .invalidUse(
        "\(action) \(bytes) bytes at offset \(offset) leaves the buffer \(label), which has \(byteCount) bytes."
      )
    }
  }
}
