import Testing
import Vulkan

@Suite("Memory types")
struct MemoryTypesTests {
  /// A card with a small window through which the host sees some of its memory.
  private let card = MemoryTypes(
    kinds: [
      .init(index: 0, heap: 1), .init(index: 1, heap: 0, isDeviceLocal: true),
      .init(index: 2, heap: 1, isHostVisible: true),
      .init(index: 3, heap: 1, isHostVisible: true, isHostCached: true),
      .init(index: 4, heap: 2, isDeviceLocal: true, isHostVisible: true),
    ],
    heaps: [
      .init(bytes: 24 << 30, deviceLocal: true), .init(bytes: 64 << 30, deviceLocal: false),
      .init(bytes: 256 << 20, deviceLocal: true),
    ])

  /// A GPU in the CPU's package: all of its memory is the host's.
  private let shared = MemoryTypes(
    kinds: [
      .init(index: 0, heap: 0, isDeviceLocal: true),
      .init(index: 1, heap: 0, isDeviceLocal: true, isHostVisible: true),
      .init(
        index: 2, heap: 0, isDeviceLocal: true, isHostVisible: true, isHostCached: true, isCoherent: false),
      .init(index: 3, heap: 0, isDeviceLocal: true, isHostVisible: true, isHostCached: true),
    ],
    heaps: [.init(bytes: 16 << 30, deviceLocal: true)])

  @Test("only a device that shares the host's memory is written in place")
  func unified() {
    #expect(!card.isUnified(.discrete))
    #expect(shared.isUnified(.integrated) && shared.isUnified(.cpu))
    // A card whose whole memory is mapped is still behind a bus.
    #expect(!shared.isUnified(.discrete))
    // The window is not the device's memory.
    #expect(!card.isUnified(.integrated))
  }

  @Test(
    "a card keeps its buffers to itself, is fed through plain memory and read through cached memory",
    arguments: [(MemoryDomain.device, 1), (.upload, 2), (.readback, 3)])
  func onCard(domain: MemoryDomain, index: Int) {
    #expect(card.kind(for: domain, allowed: .max, mapsDeviceMemory: false)?.index == index)
  }

  @Test(
    "shared memory is mapped, unless staging is asked for",
    arguments: [
      (MemoryDomain.device, true, 1), (.device, false, 0), (.upload, true, 1), (.readback, true, 3),
    ])
  func onShared(domain: MemoryDomain, maps: Bool, index: Int) {
    #expect(shared.kind(for: domain, allowed: .max, mapsDeviceMemory: maps)?.index == index)
  }

  @Test("types that the buffer may not use, and types that need flushes, are left out")
  func allowed() {
    #expect(shared.kind(for: .device, allowed: 0b1000, mapsDeviceMemory: true)?.index == 3)
    #expect(shared.kind(for: .readback, allowed: 0b0110, mapsDeviceMemory: true)?.index == 1)
    #expect(shared.kind(for: .upload, allowed: 0b0101, mapsDeviceMemory: true) == nil)
  }
}
