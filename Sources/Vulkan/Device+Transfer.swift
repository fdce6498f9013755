import Glibc

/// Copies between the host and buffers. All of these wait, and the device must not be using the buffer meanwhile.
extension Device {
  /// Staging happens in pieces of this many bytes.
  private static var stagingBytes: Int { 32 << 20 }

  /// Copies `bytes` into `buffer`, from `offset` bytes on.
  public func upload(_ bytes: UnsafeRawBufferPointer, to buffer: Buffer, at offset: Int = 0)
    throws(VulkanError)
  {
    try buffer.checkRange(offset, bytes.count, "Uploading")
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    if let pointer = buffer.pointer {
      memcpy(pointer + offset, source, bytes.count)
      return
    }
    let staging = try makeStaging(.upload, bytes.count, for: buffer)
    guard let staged = staging.pointer else {
      throw .invalidUse("Upload memory of this device can't be mapped.")
    }
    for start in stride(from: 0, to: bytes.count, by: staging.byteCount) {
      let count = min(staging.byteCount, bytes.count - start)
      memcpy(staged, source + start, count)
      try run("uploading to \(buffer.label)") { commands in
        commands.copy(from: staging, at: 0, to: buffer, at: offset + start, bytes: count)
      }
    }
  }

  /// Copies from `buffer`, from `offset` bytes on, until `bytes` is full.
  public func download(from buffer: Buffer, at offset: Int = 0, into bytes: UnsafeMutableRawBufferPointer)
    throws(VulkanError)
  {
    try buffer.checkRange(offset, bytes.count, "Downloading")
    guard let destination = bytes.baseAddress, !bytes.isEmpty else { return }
    if let pointer = buffer.pointer {
      memcpy(destination, pointer + offset, bytes.count)
      return
    }
    let staging = try makeStaging(.readback, bytes.count, for: buffer)
    guard let staged = staging.pointer else {
      throw .invalidUse("Readback memory of this device can't be mapped.")
    }
    for start in stride(from: 0, to: bytes.count, by: staging.byteCount) {
      let count = min(staging.byteCount, bytes.count - start)
      try run("downloading from \(buffer.label)") { commands in
        commands.copy(from: buffer, at: offset + start, to: staging, at: 0, bytes: count)
      }
      memcpy(destination + start, staged, count)
    }
  }

  /// Writes `value` over the whole buffer; a last piece of less than 4 bytes gets the value's first bytes.
  public func fill(_ buffer: Buffer, with value: UInt32) throws(VulkanError) {
    let words = buffer.byteCount / 4
    if let pointer = buffer.pointer {
      pointer.withMemoryRebound(to: UInt32.self, capacity: words) {
        $0.update(repeating: value, count: words)
      }
    } else {
      try run("filling \(buffer.label)") { commands in
        commands.fill(buffer, bytes: words * 4, with: value)
      }
    }
    try withUnsafeBytes(of: value) { (value) throws(VulkanError) in
      let tail = UnsafeRawBufferPointer(rebasing: value.prefix(buffer.byteCount - words * 4))
      try upload(tail, to: buffer, at: words * 4)
    }
  }

  /// Records commands between two barriers, runs them, and waits.
  func run(_ label: String, _ record: (CommandBuffer) -> Void) throws(VulkanError) {
    let commands = try CommandBuffer(self, label: label)
    let timeline = try Timeline(self, label: label)
    try commands.begin()
    commands.barrier()
    record(commands)
    commands.barrier()
    try commands.end()
    try submit([commands], signal: 1, on: timeline)
    try timeline.wait(until: 1)
  }

  private func makeStaging(_ domain: MemoryDomain, _ bytes: Int, for buffer: Buffer) throws(VulkanError)
    -> Buffer
  {
    try makeBuffer(
      bytes: min(bytes, Self.stagingBytes), domain: domain, label: "staging for \(buffer.label)")
  }
}
