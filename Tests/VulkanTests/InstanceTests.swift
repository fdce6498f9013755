import Foundation
import TestSupport
import Testing
import Vulkan

@Suite("Instance and devices")
struct InstanceTests {
  @Test("a machine without a loader gets a sentence")
  func noLoader() {
    let error = #expect(throws: VulkanError.self) {
      try Instance(Instance.Options(), library: "libvulkan-that-is-not-there.so.1")
    }
    guard case .noLoader(let detail) = error else {
      Issue.record("unexpected: \(error as Any)")
      return
    }
    #expect(detail.contains("libvulkan-that-is-not-there"))
    #expect(error?.description.contains("libvulkan1") == true)
  }

  @Test("a library that is no loader is refused")
  func notALoader() {
    #expect(throws: VulkanError.noLoader(detail: "libc.so.6 has no vkGetInstanceProcAddr")) {
      try Instance(Instance.Options(), library: "libc.so.6")
    }
  }

  @Test("a device says what it is and can do, as JSON too")
  func description() throws {
    let physical = TestDevice.shared.physical
    #expect(!physical.name.isEmpty && !physical.driverName.isEmpty)
    #expect(physical.ineligibility == nil)
    #expect(physical.uuid.count == 36)
    #expect(physical.deviceLocalBytes > 0)
    #expect(physical.subgroups.size >= physical.subgroups.minSize)
    #expect(physical.subgroups.operations.contains("basic"))
    // What Vulkan 1.2 promises at least.
    #expect(physical.limits.maxWorkgroupInvocations >= 128)
    #expect(physical.limits.maxPushConstants >= 128)
    #expect(physical.limits.maxSharedMemory >= 16384)
    #expect(physical.limits.maxStorageBufferRange >= 1 << 27)
    #expect(physical.featuresUsed.contains("timelineSemaphore"))

    let json = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(physical)) as? [String: Any])
    #expect(json["name"] as? String == physical.name)
    #expect(json["kind"] as? String == physical.kind.rawValue)
    let limits = try #require(json["limits"] as? [String: Any])
    #expect((limits["maxWorkgroupSize"] as? [Int])?.count == 3)
    #expect((json["features"] as? [String: Bool])?["timelineSemaphore"] == true)
  }

  @Test("a device opens by place, UUID and part of its name, and an unknown name lists what is there")
  func selecting() throws {
    let physical = TestDevice.shared.physical
    #expect(try TestDevice.make(.index(physical.index)).physical.uuid == physical.uuid)
    #expect(try TestDevice.make(.uuid(physical.uuid)).physical.name == physical.name)
    #expect(
      try TestDevice.make(.named(String(physical.name.prefix(6)).uppercased())).reason.contains("asked for"))
    let error = #expect(throws: VulkanError.self) { try TestDevice.make(.named("voodoo 2")) }
    #expect(error?.description.contains(physical.name) == true)
  }

  @Test("several devices and instances live at once, and leave without a message")
  func several() throws {
    let before = TestDevice.messageCount
    do {
      let devices = try (0..<3).map { _ in try TestDevice.make() }
      for device in devices {
        let pipeline = try device.pipeline(
          words: ScaleKernel.words, name: "scale", bindings: 2, pushConstantBytes: 8, specialization: [32, 3])
        #expect(try scale(device, pipeline, [1, 2, 3], bias: 4) == [7, 10, 13])
      }
    }
    #expect(TestDevice.messageCount == before)
  }

  @Test("objects may outlive the device that made them")
  func outliving() throws {
    let before = TestDevice.messageCount
    var device: Device? = try TestDevice.make()
    let opened = try #require(device)
    let timeline = try Timeline(opened)
    let buffer = try opened.makeBuffer(bytes: 4096, label: "survivor")
    let commands = try CommandBuffer(opened)
    try commands.begin()
    commands.fill(buffer, bytes: 4096, with: 7)
    try commands.end()
    try opened.submit([commands], signal: 1, on: timeline)
    device = nil
    try timeline.wait(until: 1)
    #expect(device == nil && TestDevice.messageCount == before)
  }
}
