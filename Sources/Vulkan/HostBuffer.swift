import CVulkan

/// A place in a VkBuffer that a host program made on a device that it shares (`HostDevice`).
public struct HostBuffer: @unchecked Sendable {
  /// VkBuffer.
  public let handle: UnsafeMutableRawPointer
  /// Bytes from its start.
  public let offset: Int

  /// A place in a buffer.
  public init(_ handle: UnsafeMutableRawPointer, offset: Int = 0) {
    (self.handle, self.offset) = (handle, offset)
  }
}

extension Device {
  /// Copies from a buffer of the host program, made with `VK_BUFFER_USAGE_TRANSFER_SRC_BIT`; waits.
  ///
  /// - Throws: `.invalidUse` where the device is not one that is shared, or for bytes outside of `buffer`; `.call`.
  public func copy(from source: HostBuffer, to buffer: Buffer, at offset: Int, bytes: Int) throws(VulkanError)
  {
    try buffer.checkRange(offset, bytes, "Copying")
    try copy(bytes, with: source, "copying to \(buffer.label)") { (commands, host, region) in
      region.srcOffset = VkDeviceSize(source.offset)
      region.dstOffset = VkDeviceSize(buffer.offset + offset)
      commands.copy(host, buffer.handle(on: logical), region, keeping: buffer)
    }
  }

  /// Copies to a buffer of the host program, made with `VK_BUFFER_USAGE_TRANSFER_DST_BIT`; waits.
  ///
  /// - Throws: as the copy from one.
  public func copy(from buffer: Buffer, at offset: Int, to destination: HostBuffer, bytes: Int)
    throws(VulkanError)
  {
    try buffer.checkRange(offset, bytes, "Copying")
    try copy(bytes, with: destination, "copying from \(buffer.label)") { (commands, host, region) in
      region.srcOffset = VkDeviceSize(buffer.offset + offset)
      region.dstOffset = VkDeviceSize(destination.offset)
      commands.copy(buffer.handle(on: logical), host, region, keeping: buffer)
    }
  }

  private func copy(
    _ bytes: Int, with place: HostBuffer, _ label: String,
    _ record: (CommandBuffer, VkBuffer, inout VkBufferCopy) -> Void
  ) throws(VulkanError) {
    guard logical.isShared else {
      throw .invalidUse("A buffer of the program was given to a device that the program does not share.")
    }
    guard place.offset >= 0 else {
      throw .invalidUse("A buffer of the program was given from byte \(place.offset) on.")
    }
    guard bytes > 0 else { return }
    var region = VkBufferCopy()
    region.size = VkDeviceSize(bytes)
    try run(label) { commands in
      record(commands, place.handle.assumingMemoryBound(to: VkBuffer_T.self), &region)
    }
  }
}
