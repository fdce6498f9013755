import CVulkan

/// A Vulkan device that a host program made and goes on using, with what Reprise has to know of it.
///
/// Handles are those of `vulkan.h`. All of them have to outlive whatever is made from the `Device` that shares them. The instance has
/// to be of Vulkan 1.2 or newer, and so has the device, with the feature `timelineSemaphore`.
public struct HostDevice: @unchecked Sendable {
  /// The features and extensions that the device was made with, of those that Reprise uses where they are there.
  public struct Features: Sendable {
    /// `VkPhysicalDeviceVulkan12Features.timelineSemaphore`, which is required.
    public var timelineSemaphore = true
    /// `VkPhysicalDeviceVulkan12Features.bufferDeviceAddress`: products are faster by it on the CPU.
    public var bufferDeviceAddress = false
    /// `VkPhysicalDeviceSubgroupSizeControlFeatures`.
    public var subgroupSizeControl = false
    /// `VkPhysicalDeviceSubgroupSizeControlFeatures`.
    public var computeFullSubgroups = false
    /// The extension VK_EXT_memory_budget.
    public var memoryBudget = false

    /// The required one alone.
    public init() {}
  }

  /// VkInstance, VkPhysicalDevice, VkDevice and VkQueue.
  public let instance, physicalDevice, device, queue: UnsafeMutableRawPointer
  /// The queue's family, which has to be one that computes.
  public let queueFamily: UInt32
  /// What the device was made with.
  public var features = Features()
  /// `PFN_vkGetInstanceProcAddr`; nil takes that of `libvulkan.so.1`.
  public var getInstanceProcAddr: UnsafeRawPointer?
  /// `const VkAllocationCallbacks *`, which Vulkan's objects are made and destroyed with; nil for the driver's own.
  public var allocationCallbacks: UnsafeRawPointer?
  /// Called around each use of the queue, so that the program can use it from other threads.
  public var lockQueue, unlockQueue: (@Sendable () -> Void)?

  /// A device by its handles.
  public init(
    instance: UnsafeMutableRawPointer, physicalDevice: UnsafeMutableRawPointer,
    device: UnsafeMutableRawPointer,
    queue: UnsafeMutableRawPointer, queueFamily: UInt32
  ) {
    (self.instance, self.physicalDevice, self.device) = (instance, physicalDevice, device)
    (self.queue, self.queueFamily) = (queue, queueFamily)
  }

  /// What finds the instance's functions.
  func instanceFunctions() throws(VulkanError) -> PFN_vkGetInstanceProcAddr {
    if let getInstanceProcAddr {
      return unsafeBitCast(getInstanceProcAddr, to: PFN_vkGetInstanceProcAddr.self)
    }
    return try Loader(library: "libvulkan.so.1").getInstanceProcAddr
  }

  /// The physical device, with the features alone that are switched on.
  func physicalDevice(of instance: Instance) throws(VulkanError) -> PhysicalDevice {
    let handle = physicalDevice.assumingMemoryBound(to: VkPhysicalDevice_T.self)
    var physical = try PhysicalDevice(handle, index: 0, functions: instance.functions)
    if let reason = physical.ineligibility { throw .ineligibleDevice(name: physical.name, reason: reason) }
    guard features.timelineSemaphore else {
      throw .ineligibleDevice(
        name: physical.name, reason: "it was made without the feature timelineSemaphore")
    }
    guard let bits = instance.functions.timestampValidBits(of: handle, family: queueFamily) else {
      throw .ineligibleDevice(name: physical.name, reason: "its queue family \(queueFamily) does not compute")
    }
    physical.features = physical.features.restricted(to: features)
    physical.featuresUsed = physical.features.used
    physical.queueFamily = queueFamily
    physical.limits.timestampValidBits = Int(bits)
    return physical
  }
}
