import CVulkan

extension PhysicalDevice {
  /// Reads everything about a device. A device older than Vulkan 1.2 is read as far as it goes and marked ineligible.
  init(_ handle: VkPhysicalDevice, index: Int, functions: InstanceFunctions) throws(VulkanError) {
    let extensions = try functions.extensions(of: handle)
    // Devices before 1.2 don't know the structures of 1.2; asking them is not allowed.
    var first = VkPhysicalDeviceProperties()
    functions.getPhysicalDeviceProperties(handle, &first)
    let isRecent = first.apiVersion >= apiVersion1_2
    let controlled = extensions.contains(VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME)
    let properties =
      isRecent ? functions.properties(of: handle, subgroupSizeControl: controlled) : Properties(first)
    let (features, shaderFeatures) =
      isRecent
      ? functions.features(
        of: handle, extensions: extensions, floats: properties.vulkan12, subgroupSizeControl: controlled)
      : (
        Features(core: .init(), vulkan12: .init(), storage: .init(), extensions: extensions, control: nil), []
      )
    let memory = MemoryTypes(handle, functions)
    let queue = functions.computeQueueFamily(of: handle)

    self.handle = handle
    self.index = index
    name = text(first.deviceName)
    kind = Kind(first.deviceType)
    driverName = text(properties.vulkan12.driverName)
    driverInfo = text(properties.vulkan12.driverInfo)
    apiVersion = versionText(first.apiVersion)
    let deviceUUID = byteArray(properties.vulkan11.deviceUUID)
    uuid = dashed(deviceUUID)
    memoryHeaps = memory.heaps
    isUnifiedMemory = memory.isUnified(kind)
    subgroups = Subgroups(properties.subgroup, control: properties.control)
    limits = Limits(
      first.limits, maxAllocation: properties.vulkan11.maxMemoryAllocationSize,
      timestampValidBits: queue?.timestampValidBits ?? 0)
    self.features = features
    (self.shaderFeatures, self.extensions) = (shaderFeatures, extensions)
    featuresUsed = features.used
    var identity = DriverIdentity()
    identity.vendorID = first.vendorID
    identity.deviceID = first.deviceID
    identity.driverID = properties.vulkan12.driverID.rawValue
    identity.driverVersion = first.driverVersion
    identity.driverInfo = text(properties.vulkan12.driverInfo)
    identity.deviceUUID = deviceUUID
    identity.pipelineCacheUUID = byteArray(first.pipelineCacheUUID)
    self.identity = identity
    queueFamily = queue?.index
    ineligibility =
      if !isRecent {
        "it offers Vulkan \(versionText(first.apiVersion)), and 1.2 is required"
      } else if queue == nil {
        "it has no compute queue"
      } else if !features.timelineSemaphore {
        "it has no timeline semaphores"
      } else {
        nil
      }
  }
}

extension PhysicalDevice.Kind {
  fileprivate init(_ type: VkPhysicalDeviceType) {
    self =
      switch type {
      case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU: .discrete
      case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU: .integrated
      case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU: .virtual
      case VK_PHYSICAL_DEVICE_TYPE_CPU: .cpu
      default: .other
      }
  }
}

/// 16 bytes as `8-4-4-4-12` hexadecimal digits.
private func dashed(_ uuid: [UInt8]) -> String {
  var text = ""
  for (place, byte) in uuid.enumerated() {
    if [4, 6, 8, 10].contains(place) { text += "-" }
    text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
  return text
}

private struct Properties {
  var vulkan11 = VkPhysicalDeviceVulkan11Properties()
  var vulkan12 = VkPhysicalDeviceVulkan12Properties()
  var subgroup = VkPhysicalDeviceSubgroupProperties()
  var control: VkPhysicalDeviceSubgroupSizeControlProperties?

  /// What little a device older than 1.2 tells.
  init(_ properties: VkPhysicalDeviceProperties) {}

  init() {
    vulkan11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES
    vulkan12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES
    subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES
  }
}

extension InstanceFunctions {
  fileprivate func extensions(of device: VkPhysicalDevice) throws(VulkanError) -> Set<String> {
    let properties: [VkExtensionProperties] = try enumerate(
      "vkEnumerateDeviceExtensionProperties", empty: VkExtensionProperties()
    ) { count, items in enumerateDeviceExtensionProperties(device, nil, count, items) }
    return Set(properties.map { text($0.extensionName) })
  }

  fileprivate func properties(of device: VkPhysicalDevice, subgroupSizeControl: Bool) -> Properties {
    var found = Properties()
    var control = VkPhysicalDeviceSubgroupSizeControlProperties()
    control.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES
    withUnsafeMutablePointer(to: &control) { control in
      withUnsafeMutablePointer(to: &found.subgroup) { subgroup in
        withUnsafeMutablePointer(to: &found.vulkan12) { vulkan12 in
          withUnsafeMutablePointer(to: &found.vulkan11) { vulkan11 in
            var all = VkPhysicalDeviceProperties2()
            all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2
            all.pNext = UnsafeMutableRawPointer(vulkan11)
            vulkan11.pointee.pNext = UnsafeMutableRawPointer(vulkan12)
            vulkan12.pointee.pNext = UnsafeMutableRawPointer(subgroup)
            subgroup.pointee.pNext = subgroupSizeControl ? UnsafeMutableRawPointer(control) : nil
            getPhysicalDeviceProperties2(device, &all)
          }
        }
      }
    }
    if subgroupSizeControl { found.control = control }
    return found
  }

  fileprivate func features(
    of device: VkPhysicalDevice, extensions: Set<String>, floats: VkPhysicalDeviceVulkan12Properties,
    subgroupSizeControl: Bool
  ) -> (Features, shader: Set<String>) {
    var vulkan11 = VkPhysicalDeviceVulkan11Features()
    vulkan11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES
    var vulkan12 = VkPhysicalDeviceVulkan12Features()
    vulkan12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES
    var control = VkPhysicalDeviceSubgroupSizeControlFeatures()
    control.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES
    let core = withUnsafeMutablePointer(to: &control) { control in
      withUnsafeMutablePointer(to: &vulkan11) { vulkan11 in
        withUnsafeMutablePointer(to: &vulkan12) { vulkan12 in
          var all = VkPhysicalDeviceFeatures2()
          all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2
          all.pNext = UnsafeMutableRawPointer(vulkan12)
          vulkan12.pointee.pNext = UnsafeMutableRawPointer(vulkan11)
          vulkan11.pointee.pNext = subgroupSizeControl ? UnsafeMutableRawPointer(control) : nil
          getPhysicalDeviceFeatures2(device, &all)
          return all.features
        }
      }
    }
    let features = Features(
      core: core, vulkan12: vulkan12, storage: vulkan11, extensions: extensions,
      control: subgroupSizeControl ? control : nil)
    let ofExtensions = extensionFeatures(of: device, extensions: extensions)
    return (features, shaderFeatures(core, vulkan11, vulkan12, floats: floats).union(ofExtensions))
  }

  /// The first family that computes and has timestamps, else the first that computes.
  fileprivate func computeQueueFamily(of device: VkPhysicalDevice) -> (
    index: UInt32, timestampValidBits: UInt32
  )? {
    let computing = computingFamilies(of: device)
    return computing.first { $0.timestampValidBits > 0 } ?? computing.first
  }

  /// Bits of the timestamps of a queue family; nil where it doesn't compute.
  func timestampValidBits(of device: VkPhysicalDevice, family: UInt32) -> UInt32? {
    computingFamilies(of: device).first { $0.index == family }?.timestampValidBits
  }

  private func computingFamilies(of device: VkPhysicalDevice) -> [(index: UInt32, timestampValidBits: UInt32)]
  {
    var count: UInt32 = 0
    getPhysicalDeviceQueueFamilyProperties(device, &count, nil)
    var families = [VkQueueFamilyProperties](repeating: VkQueueFamilyProperties(), count: Int(count))
    getPhysicalDeviceQueueFamilyProperties(device, &count, &families)
    return families.enumerated().filter {
      $1.queueFlags & VK_QUEUE_COMPUTE_BIT.rawValue != 0 && $1.queueCount > 0
    }
    .map { (UInt32($0), $1.timestampValidBits) }
  }
}
