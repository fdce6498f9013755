import Testing
import Vulkan

@Suite("Device selection")
struct SelectionTests {
  private let devices = [
    PhysicalDevice(
      index: 0, name: "llvmpipe (LLVM 15)", kind: .cpu, uuid: "6d657361-3232-2e33-2e36-000000000000"),
    PhysicalDevice(index: 1, name: "Arc A380", kind: .discrete, deviceLocalBytes: 6 << 30),
    PhysicalDevice(index: 2, name: "Radeon 780M", kind: .integrated, deviceLocalBytes: 16 << 30),
    PhysicalDevice(index: 3, name: "Radeon RX 7900", kind: .discrete, deviceLocalBytes: 24 << 30),
    PhysicalDevice(
      index: 4, name: "Old GTX", kind: .discrete, deviceLocalBytes: 48 << 30,
      ineligibility: "it offers Vulkan 1.1.0, and 1.2 is required"),
  ]

  @Test("text is read as best, cpu, a place, a UUID or a name")
  func reading() {
    #expect(DeviceSelection("best") == .best)
    #expect(DeviceSelection("") == .best)
    #expect(DeviceSelection("CPU") == .cpu)
    #expect(DeviceSelection("1") == .index(1))
    #expect(
      DeviceSelection("6D657361-3232-2e33-2e36-000000000000") == .uuid("6d657361-3232-2e33-2e36-000000000000")
    )
    #expect(DeviceSelection("6d657361-3232-2e33-2e36") == .named("6d657361-3232-2e33-2e36"))
    #expect(DeviceSelection("llvmpipe") == .named("llvmpipe"))
  }

  @Test("the best is discrete, then has the most memory, and can be used")
  func best() throws {
    let choice = try DeviceSelection.best.choose(from: devices)
    #expect(choice.device.index == 3)
    #expect(choice.reason.hasPrefix("the best of 4 devices"))
    #expect(try DeviceSelection.best.choose(from: [devices[0], devices[2]]).device.index == 2)
    #expect(try DeviceSelection.best.choose(from: [devices[0]]).reason == "the only device")
    #expect(try DeviceSelection.best.choose(from: [devices[0], devices[4]]).device.index == 0)
  }

  @Test(
    "each selection finds its device",
    arguments: [
      (DeviceSelection.cpu, 0), (.index(2), 2), (.named("radeon"), 3), (.named("780m"), 2),
      (.uuid("6D657361-3232-2E33-2E36-000000000000"), 0),
    ])
  func found(selection: DeviceSelection, index: Int) throws {
    #expect(try selection.choose(from: devices).device.index == index)
  }

  @Test("what nothing answers to is refused with the known devices")
  func unknown() {
    for selection in [DeviceSelection.index(9), .named("voodoo"), .uuid("0-0")] {
      let error = #expect(throws: VulkanError.self) { try selection.choose(from: devices) }
      guard case .unknownDevice(selection.description, let known) = error else {
        Issue.record("unexpected: \(error as Any)")
        continue
      }
      #expect(known.count == devices.count)
      #expect(error?.description.contains("1: \"Arc A380\" (discrete)") == true)
    }
  }

  @Test("a device that lacks something is refused with what it lacks")
  func ineligible() {
    #expect(
      throws: VulkanError.ineligibleDevice(
        name: "Old GTX", reason: "it offers Vulkan 1.1.0, and 1.2 is required")
    ) { try DeviceSelection.index(4).choose(from: devices) }
    #expect(throws: VulkanError.noDevice(found: [])) { try DeviceSelection.best.choose(from: []) }
    #expect(
      throws: VulkanError.noDevice(found: ["\"Old GTX\": it offers Vulkan 1.1.0, and 1.2 is required"])
    ) { try DeviceSelection.best.choose(from: [devices[4]]) }
  }
}
