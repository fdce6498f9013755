import TestSupport
import Testing
import Vulkan

@Suite("Memory")
struct MemoryTests {
  @Test("a free list hands out ranges that never overlap, and joins them again")
  func freeList() throws {
    var generator = SystemRandomNumberGenerator()
    var list = FreeList(size: 1 << 20)
    var taken: [(offset: Int, size: Int)] = []
    for _ in 0..<4000 {
      if taken.isEmpty || Bool.random(using: &generator) {
        let size = 256 * Int.random(in: 1...64, using: &generator)
        let largest = list.largest
        guard let offset = list.allocate(size) else {
          #expect(largest < size)
          continue
        }
        #expect(offset >= 0 && offset + size <= list.size)
        #expect(taken.allSatisfy { offset + size <= $0.offset || $0.offset + $0.size <= offset })
        taken.append((offset, size))
      } else {
        let range = taken.remove(at: Int.random(in: taken.indices, using: &generator))
        list.free(offset: range.offset, size: range.size)
      }
      #expect(list.freeBytes == list.size - taken.reduce(0) { $0 + $1.size })
    }
    for range in taken { list.free(offset: range.offset, size: range.size) }
    #expect(list.isEmpty && list.largest == list.size)
  }

  @Test("the smallest range that fits is taken")
  func bestFit() {
    var list = FreeList(size: 4096)
    let offsets = [1024, 256, 512, 256, 2048].map { list.allocate($0) }
    #expect(offsets == [0, 1024, 1280, 1792, 2048])
    list.free(offset: 0, size: 1024)
    list.free(offset: 1280, size: 512)
    #expect(list.allocate(512) == 1280)
    #expect(list.allocate(2048) == nil)
  }

  @Test("many buffers of random sizes never overlap and give everything back")
  func manyBuffers() throws {
    let device = try TestDevice.make()
    var generator = SystemRandomNumberGenerator()
    var buffers: [(buffer: Buffer, value: UInt32)] = []
    for value in UInt32(1)...600 {
      if buffers.count > 20, Int.random(in: 0..<3, using: &generator) > 0 {
        let (buffer, expected) = buffers.remove(at: Int.random(in: buffers.indices, using: &generator))
        #expect(try read(device, buffer).allSatisfy { $0 == expected }, "\(buffer.label) was overwritten")
      }
      let bytes = 4 * Int.random(in: 1...(value % 50 == 0 ? 5 << 20 : 4096), using: &generator)
      let domain = try #require(MemoryDomain.allCases.randomElement(using: &generator))
      let buffer = try device.makeBuffer(bytes: bytes, domain: domain, label: "buffer \(value)")
      try device.fill(buffer, with: value)
      buffers.append((buffer, value))
    }
    #expect(device.allocatedBytes >= buffers.reduce(0) { $0 + $1.buffer.byteCount })
    for (buffer, value) in buffers { #expect(try read(device, buffer).allSatisfy { $0 == value }) }
    buffers = []
    #expect(device.allocatedBytes == 0)
    // At most one empty block a domain is kept.
    #expect(device.blockBytes <= 3 * (16 << 20))
  }

  @Test("more than the heap holds is refused before anything is allocated")
  func outOfMemory() throws {
    let device = try TestDevice.make()
    let available = device.availableBytes()
    #expect(available > 0)
    let error = #expect(throws: VulkanError.self) {
      try device.makeBuffer(bytes: available + 1, label: "too much")
    }
    guard case .outOfMemory(let requested, let found, let label) = error else {
      Issue.record("unexpected: \(error as Any)")
      return
    }
    #expect(requested == available + 1 && found < requested && label == "too much")
    #expect(throws: VulkanError.self) { try device.makeBuffer(bytes: Int.max, label: "everything") }
    #expect(throws: VulkanError.self) { try device.makeBuffer(bytes: 0, label: "nothing") }
    #expect(throws: VulkanError.self) { try device.makeBuffer(bytes: -1, label: "less than nothing") }
    #expect(device.allocatedBytes == 0 && device.blockBytes == 0)
  }

  @Test("a large buffer gets its own block and gives it back")
  func dedicated() throws {
    let device = try TestDevice.make()
    do {
      let buffer = try device.makeBuffer(bytes: 40 << 20, label: "large")
      #expect(device.blockBytes == 40 << 20)
      #expect(buffer.byteCount == 40 << 20)
    }
    #expect(device.blockBytes == 0)
  }

  @Test("bytes survive the way to the device and back", arguments: [true, false], MemoryDomain.allCases)
  func roundTrip(mapsDeviceMemory: Bool, domain: MemoryDomain) throws {
    let device = try Device(
      .environment, instance: TestDevice.makeInstance(), cacheDirectory: "/dev/null",
      mapsDeviceMemory: mapsDeviceMemory)
    let buffer = try device.makeBuffer(bytes: 100_003, domain: domain, label: "odd")
    if domain == .device {
      #expect((buffer.pointer != nil) == (mapsDeviceMemory && device.physical.isUnifiedMemory))
    }
    try device.fill(buffer, with: 0x0403_0201)
    var found = [UInt8](repeating: 0, count: buffer.byteCount)
    try found.withUnsafeMutableBytes { try device.download(from: buffer, into: $0) }
    #expect(found.indices.allSatisfy { found[$0] == UInt8($0 % 4 + 1) })

    let bytes = (0..<buffer.byteCount - 5).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try bytes.withUnsafeBytes { try device.upload($0, to: buffer, at: 3) }
    try found.withUnsafeMutableBytes { try device.download(from: buffer, into: $0) }
    #expect(Array(found[3..<(3 + bytes.count)]) == bytes)
    // The neighbours are as they were.
    #expect(found[0..<3] == [1, 2, 3] && found.suffix(2) == [2, 3])
    var middle = [UInt8](repeating: 0, count: 1000)
    try middle.withUnsafeMutableBytes { try device.download(from: buffer, at: 5003, into: $0) }
    #expect(middle == Array(bytes[5000..<6000]))
  }

  @Test("staged transfers larger than the staging buffer go in pieces")
  func pieces() throws {
    let device = try Device(
      .environment, instance: TestDevice.makeInstance(), cacheDirectory: "/dev/null", mapsDeviceMemory: false)
    let words = (0..<UInt32(9 << 20)).map { $0 &* 2_654_435_761 }
    let buffer = try device.makeBuffer(bytes: words.count * 4, label: "36 MiB")
    try words.withUnsafeBytes { try device.upload($0, to: buffer) }
    #expect(try read(device, buffer) == words)
  }

  @Test("a range outside of the buffer is refused")
  func outside() throws {
    let device = TestDevice.shared
    let buffer = try device.makeBuffer(bytes: 16, label: "small")
    let bytes = [UInt8](repeating: 0, count: 8)
    for offset in [-1, 9, 17, Int.max] {
      #expect(throws: VulkanError.self, "offset \(offset)") {
        try bytes.withUnsafeBytes { try device.upload($0, to: buffer, at: offset) }
      }
    }
  }
}
