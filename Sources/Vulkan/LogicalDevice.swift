import CVulkan
import Synchronization

/// Owns the VkDevice and its one queue. Every object made from the device keeps this alive, and it dies last.
final class LogicalDevice: Sendable {
  nonisolated(unsafe) let handle: VkDevice
  let functions: DeviceFunctions
  let physical: PhysicalDevice
  let instance: Instance
  let queueFamily: UInt32
  /// Whether it shares its memory and its dispatches with others: a member of a `Gang`.
  let isMember: Bool
  /// Vulkan wants one thread at a time at a queue.
  private let queue: Mutex<QueueHandle>
  /// Whose device it is, where it is a host program's.
  private let host: HostDevice?
  /// Whether it is a host program's.
  var isShared: Bool { host != nil }
  /// What the host program allocates with; nil for the driver's own.
  nonisolated(unsafe) let allocator: UnsafePointer<VkAllocationCallbacks>?

  private struct QueueHandle: @unchecked Sendable {
    let handle: VkQueue
  }

  init(_ physical: PhysicalDevice, instance: Instance, isMember: Bool = false) throws(VulkanError) {
    guard let family = physical.queueFamily, let physicalHandle = physical.handle,
      physical.ineligibility == nil
    else {
      throw .ineligibleDevice(name: physical.name, reason: physical.ineligibility ?? "no driver shows it")
    }
    let opening = "opening the device \"\(physical.name)\""
    var made: VkDevice?
    let result = physical.features.withCreateInfo(family: family, sharesMemory: isMember) { info in
      instance.functions.createDevice(physicalHandle, info, nil, &made)
    }
    try check(result, "vkCreateDevice", during: opening)
    let handle = try created(made, "vkCreateDevice", during: opening)
    let functions = try DeviceFunctions(handle, get: instance.functions.getDeviceProcAddr)
    var queue: VkQueue?
    functions.getDeviceQueue(handle, family, 0, &queue)
    guard let queue else {
      functions.destroyDevice(handle, nil)
      throw .ineligibleDevice(name: physical.name, reason: "it gave no compute queue")
    }
    self.handle = handle
    self.functions = functions
    self.physical = physical
    self.instance = instance
    self.queueFamily = family
    self.isMember = isMember
    self.queue = Mutex(QueueHandle(handle: queue))
    host = nil
    allocator = nil
    setName(handle, VK_OBJECT_TYPE_DEVICE, physical.name)
    setName(queue, VK_OBJECT_TYPE_QUEUE, "compute queue")
  }

  /// The device of a host program, which stays its own.
  init(sharing host: HostDevice, _ physical: PhysicalDevice, instance: Instance) throws(VulkanError) {
    handle = host.device.assumingMemoryBound(to: VkDevice_T.self)
    functions = try DeviceFunctions(handle, get: instance.functions.getDeviceProcAddr)
    self.physical = physical
    self.instance = instance
    queueFamily = host.queueFamily
    isMember = false
    queue = Mutex(QueueHandle(handle: host.queue.assumingMemoryBound(to: VkQueue_T.self)))
    self.host = host
    allocator = host.allocationCallbacks?.assumingMemoryBound(to: VkAllocationCallbacks.self)
  }

  deinit { if host == nil { functions.destroyDevice(handle, nil) } }

  /// Calls `body` with the queue, one thread at a time.
  func withQueue<Result>(_ body: (VkQueue) throws(VulkanError) -> Result) throws(VulkanError) -> Result {
    try queue.withLock { (queue: inout QueueHandle) throws(VulkanError) -> sending Result in
      host?.lockQueue?()
      defer { host?.unlockQueue?() }
      return try body(queue.handle)
    }
  }

  /// Waits until the queue has nothing left to do.
  func waitIdle() throws(VulkanError) {
    try withQueue { (queue) throws(VulkanError) in
      try check(functions.queueWaitIdle(queue), "vkQueueWaitIdle", during: "waiting for the device")
    }
  }

  /// Names an object for debuggers and validation messages.
  func setName<Handle>(_ object: UnsafeMutablePointer<Handle>, _ type: VkObjectType, _ name: String) {
    guard instance.debugLabels, let setName = functions.setDebugUtilsObjectNameEXT else { return }
    name.withCString { name in
      var info = VkDebugUtilsObjectNameInfoEXT()
      info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT
      info.objectType = type
      info.objectHandle = UInt64(UInt(bitPattern: object))
      info.pObjectName = name
      _ = setName(handle, &info)
    }
  }
}

extension Features {
  /// Calls `body` with what makes a device with one queue and the features that Reprise uses.
  fileprivate func withCreateInfo(
    family: UInt32, sharesMemory: Bool, _ body: (UnsafePointer<VkDeviceCreateInfo>) -> VkResult
  ) -> VkResult {
    var extensions: [String] = []
    if subgroupSizeControl { extensions.append(VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME) }
    if sharesMemory { extensions.append(VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME) }
    if memoryBudget { extensions.append(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME) }
    var control = VkPhysicalDeviceSubgroupSizeControlFeatures()
    control.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES
    control.subgroupSizeControl = subgroupSizeControl ? 1 : 0
    control.computeFullSubgroups = computeFullSubgroups ? 1 : 0
    var vulkan12 = VkPhysicalDeviceVulkan12Features()
    vulkan12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES
    vulkan12.timelineSemaphore = 1
    vulkan12.bufferDeviceAddress = bufferDeviceAddress ? 1 : 0
    var priority: Float = 1
    return withUnsafeMutablePointer(to: &control) { control in
      vulkan12.pNext = subgroupSizeControl ? UnsafeMutableRawPointer(control) : nil
      return withUnsafePointer(to: &priority) { priority in
        var queue = VkDeviceQueueCreateInfo()
        queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO
        queue.queueFamilyIndex = family
        queue.queueCount = 1
        queue.pQueuePriorities = priority
        return withUnsafePointer(to: &queue) { queue in
          withUnsafePointer(to: &vulkan12) { vulkan12 in
            withCStrings(extensions) { names in
              var info = VkDeviceCreateInfo()
              info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO
              info.pNext = UnsafeRawPointer(vulkan12)
              info.queueCreateInfoCount = 1
              info.pQueueCreateInfos = queue
              info.enabledExtensionCount = UInt32(names.count)
              info.ppEnabledExtensionNames = names.baseAddress
              return body(&info)
            }
          }
        }
      }
    }
  }
}
