import CVulkan

/// One device that a driver shows: what it is and what it can do, read once.
///
/// Encodes to JSON with the property names as keys; sizes are in bytes.
public struct PhysicalDevice: Sendable, Encodable {
  /// What sort of hardware a device is, best first.
  public enum Kind: String, Sendable, Encodable, CaseIterable {
    /// A card with memory of its own.
    case discrete
    /// A GPU that shares the CPU's memory.
    case integrated
    /// A GPU seen through a virtual machine.
    case virtual
    /// Software on the CPU.
    case cpu
    /// None of these.
    case other
  }

  /// Some memory of the device.
  public struct MemoryHeap: Sendable, Encodable, Equatable {
    /// Size in bytes.
    public let bytes: Int
    /// True for the device's own memory.
    public let deviceLocal: Bool

    package init(bytes: Int, deviceLocal: Bool) {
      self.bytes = bytes
      self.deviceLocal = deviceLocal
    }
  }

  /// Position in the loader's list.
  public let index: Int
  /// The device's name, as the driver gives it.
  public let name: String
  /// What sort of hardware it is.
  public let kind: Kind
  /// The driver's name, such as `llvmpipe`.
  public let driverName: String
  /// The driver's version and build, as it tells them.
  public let driverInfo: String
  /// The newest Vulkan version it offers, such as `1.3.230`.
  public let apiVersion: String
  /// The device's UUID as hexadecimal with dashes.
  public let uuid: String
  /// The memory heaps, in Vulkan's order.
  public let memoryHeaps: [MemoryHeap]
  /// True when all of the device's memory is also the host's: buffers are written in place.
  public let isUnifiedMemory: Bool
  /// Sizes and operations of subgroups.
  public internal(set) var subgroups: Subgroups
  /// The limits that matter to compute.
  public internal(set) var limits: Limits
  /// What it offers beyond the required.
  public internal(set) var features: Features
  /// The features that a shader's capabilities may need, by Vulkan's names.
  package let shaderFeatures: Set<String>
  /// The device extensions.
  package let extensions: Set<String>
  /// The features that Reprise switches on here.
  public internal(set) var featuresUsed: [String]
  /// Why the device can't be used; nil when it can.
  public let ineligibility: String?

  /// Nil only for devices made up by tests.
  nonisolated(unsafe) let handle: VkPhysicalDevice?
  package let identity: DriverIdentity
  /// The queue family that all work goes to; nil without one that computes.
  var queueFamily: UInt32?

  /// Bytes of the device's own memory.
  public var deviceLocalBytes: Int {
    memoryHeaps.reduce(0) { $1.deviceLocal ? $0 + $1.bytes : $0 }
  }

  /// Mesa's release where the driver is llvmpipe: 25 of `Mesa 25.0.7`.
  var llvmpipeRelease: Int? {
    guard driverName == "llvmpipe" else { return nil }
    let version = driverInfo.split(separator: " ").drop { $0 != "Mesa" }.dropFirst().first
    return version?.split(separator: ".").first.flatMap { Int($0) }
  }

  /// Whether the driver makes branches of each element that a shader reaches by descriptor, and none behind a pointer.
  package var branchesAtDescriptors: Bool { (llvmpipeRelease ?? 0) >= 25 && features.bufferDeviceAddress }

  /// The same device, as one whose shaders can't hand values round in a subgroup.
  var withoutSubgroupOperations: PhysicalDevice {
    var device = self
    device.subgroups.operations = []
    return device
  }

  private enum CodingKeys: CodingKey {
    case index, name, kind, driverName, driverInfo, apiVersion, uuid, memoryHeaps, isUnifiedMemory, subgroups
    case limits, features, featuresUsed, ineligibility
  }
}

/// What a pipeline cache depends on: it is worth nothing to another driver, build or device.
package struct DriverIdentity: Sendable, Equatable {
  package var vendorID: UInt32 = 0
  package var deviceID: UInt32 = 0
  package var driverID: UInt32 = 0
  package var driverVersion: UInt32 = 0
  package var driverInfo = ""
  package var deviceUUID = [UInt8](repeating: 0, count: 16)
  package var pipelineCacheUUID = [UInt8](repeating: 0, count: 16)

  package init() {}
}

extension PhysicalDevice {
  /// A device that no driver shows, for tests of what is decided from a list of devices.
  package init(
    index: Int, name: String, kind: Kind, uuid: String = "", deviceLocalBytes: Int = 0,
    ineligibility: String? = nil
  ) {
    self.index = index
    self.name = name
    self.kind = kind
    self.uuid = uuid
    self.ineligibility = ineligibility
    driverName = "none"
    driverInfo = ""
    apiVersion = "1.2.0"
    memoryHeaps = [MemoryHeap(bytes: deviceLocalBytes, deviceLocal: true)]
    isUnifiedMemory = false
    subgroups = Subgroups(VkPhysicalDeviceSubgroupProperties(), control: nil)
    limits = Limits(VkPhysicalDeviceProperties().limits, maxAllocation: 0, timestampValidBits: 0)
    features = Features(core: .init(), vulkan12: .init(), storage: .init(), extensions: [], control: nil)
    (shaderFeatures, extensions, featuresUsed) = ([], [], [])
    handle = nil
    identity = DriverIdentity()
    queueFamily = nil
  }
}
