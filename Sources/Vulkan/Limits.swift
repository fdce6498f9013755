import CVulkan

/// The limits of a device that matter to compute; sizes in bytes.
public struct Limits: Sendable, Encodable, Equatable {
  /// Invocations in one workgroup.
  public let maxWorkgroupInvocations: Int
  /// Size of a workgroup along x, y, z.
  public let maxWorkgroupSize: [Int]
  /// Workgroups in a dispatch along x, y, z.
  public let maxWorkgroupCount: [Int]
  /// Shared memory of one workgroup.
  public let maxSharedMemory: Int
  /// Push constants of one pipeline.
  public let maxPushConstants: Int
  /// What one storage buffer binding may cover.
  public let maxStorageBufferRange: Int
  /// What the offset of a binding must be a multiple of.
  public let minStorageBufferOffsetAlignment: Int
  /// Storage buffers that one shader may have.
  public let maxStorageBuffersPerStage: Int
  /// Uniform buffers that one shader may have.
  public let maxUniformBuffersPerStage: Int
  /// Storage images that one shader may have.
  public let maxStorageImagesPerStage: Int
  /// Sampled images that one shader may have.
  public let maxSampledImagesPerStage: Int
  /// Samplers that one shader may have.
  public let maxSamplersPerStage: Int
  /// Resources of all kinds that one shader may have.
  public let maxResourcesPerStage: Int
  /// Descriptor sets of one pipeline.
  public let maxDescriptorSets: Int
  /// What one memory allocation, and so one buffer, may have.
  public let maxMemoryAllocation: Int
  /// Nanoseconds in one tick of a timestamp.
  public let timestampPeriod: Double
  /// Bits of a timestamp that count; 0 when the queue has no timestamps.
  public internal(set) var timestampValidBits: Int

  init(_ limits: VkPhysicalDeviceLimits, maxAllocation: VkDeviceSize, timestampValidBits: UInt32) {
    func list(_ values: (UInt32, UInt32, UInt32)) -> [Int] { [Int(values.0), Int(values.1), Int(values.2)] }
    maxWorkgroupInvocations = Int(limits.maxComputeWorkGroupInvocations)
    maxWorkgroupSize = list(limits.maxComputeWorkGroupSize)
    maxWorkgroupCount = list(limits.maxComputeWorkGroupCount)
    maxSharedMemory = Int(limits.maxComputeSharedMemorySize)
    maxPushConstants = Int(limits.maxPushConstantsSize)
    maxStorageBufferRange = Int(limits.maxStorageBufferRange)
    minStorageBufferOffsetAlignment = Int(clamping: limits.minStorageBufferOffsetAlignment)
    maxStorageBuffersPerStage = Int(
      min(limits.maxPerStageDescriptorStorageBuffers, limits.maxPerStageResources))
    maxUniformBuffersPerStage = Int(limits.maxPerStageDescriptorUniformBuffers)
    maxStorageImagesPerStage = Int(limits.maxPerStageDescriptorStorageImages)
    maxSampledImagesPerStage = Int(limits.maxPerStageDescriptorSampledImages)
    maxSamplersPerStage = Int(limits.maxPerStageDescriptorSamplers)
    maxResourcesPerStage = Int(limits.maxPerStageResources)
    maxDescriptorSets = Int(limits.maxBoundDescriptorSets)
    maxMemoryAllocation = Int(clamping: maxAllocation)
    timestampPeriod = Double(limits.timestampPeriod)
    self.timestampValidBits = Int(timestampValidBits)
  }
}

/// The subgroups of a device: never assume a size.
public struct Subgroups: Sendable, Encodable, Equatable {
  /// The size that a shader gets when it asks for nothing.
  public let size: Int
  /// The smallest size a shader may ask for; `size` without VK_EXT_subgroup_size_control.
  public let minSize: Int
  /// The largest size a shader may ask for; `size` without VK_EXT_subgroup_size_control.
  public let maxSize: Int
  /// The operations that compute shaders have, by GLSL's names: `basic`, `vote`, `arithmetic`, …
  public internal(set) var operations: [String]

  /// Lanes that kernels hand values round in: as many as every subgroup has, 8 at most.
  package var handed: Int { min(8, minSize) }

  init(
    _ subgroup: VkPhysicalDeviceSubgroupProperties,
    control: VkPhysicalDeviceSubgroupSizeControlProperties?
  ) {
    size = Int(subgroup.subgroupSize)
    minSize = Int(control?.minSubgroupSize ?? subgroup.subgroupSize)
    maxSize = Int(control?.maxSubgroupSize ?? subgroup.subgroupSize)
    let names: [(VkSubgroupFeatureFlagBits, String)] = [
      (VK_SUBGROUP_FEATURE_BASIC_BIT, "basic"), (VK_SUBGROUP_FEATURE_VOTE_BIT, "vote"),
      (VK_SUBGROUP_FEATURE_ARITHMETIC_BIT, "arithmetic"), (VK_SUBGROUP_FEATURE_BALLOT_BIT, "ballot"),
      (VK_SUBGROUP_FEATURE_SHUFFLE_BIT, "shuffle"),
      (VK_SUBGROUP_FEATURE_SHUFFLE_RELATIVE_BIT, "shuffleRelative"),
      (VK_SUBGROUP_FEATURE_CLUSTERED_BIT, "clustered"), (VK_SUBGROUP_FEATURE_QUAD_BIT, "quad"),
    ]
    let inCompute = subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT.rawValue != 0
    operations = names.filter { inCompute && subgroup.supportedOperations & $0.0.rawValue != 0 }.map(\.1)
  }
}

/// What a device offers beyond what Reprise requires, true where it is there.
public struct Features: Sendable, Encodable, Equatable {
  /// Required: submissions are waited for through it.
  public private(set) var timelineSemaphore: Bool
  /// Shaders may ask for a subgroup size.
  public private(set) var subgroupSizeControl: Bool
  /// Shaders may ask for subgroups without holes.
  public private(set) var computeFullSubgroups: Bool
  /// VK_KHR_maintenance4.
  public let maintenance4: Bool
  /// 16-bit floats in arithmetic.
  public let shaderFloat16: Bool
  /// 16-bit values in storage buffers.
  public let storage16: Bool
  /// 8-bit values in storage buffers.
  public let storage8: Bool
  /// 64-bit integers in arithmetic.
  public let shaderInt64: Bool
  /// Pointers to buffers.
  public private(set) var bufferDeviceAddress: Bool
  /// VK_EXT_external_memory_host: memory of the host as memory of the device.
  public let externalMemoryHost: Bool
  /// VK_EXT_memory_budget: how much memory other programs leave.
  public private(set) var memoryBudget: Bool
  /// VK_KHR_push_descriptor.
  public let pushDescriptor: Bool
  /// VK_KHR_cooperative_matrix.
  public let cooperativeMatrix: Bool

  init(
    core: VkPhysicalDeviceFeatures, vulkan12: VkPhysicalDeviceVulkan12Features,
    storage: VkPhysicalDeviceVulkan11Features, extensions: Set<String>,
    control: VkPhysicalDeviceSubgroupSizeControlFeatures?
  ) {
    timelineSemaphore = vulkan12.timelineSemaphore != 0
    subgroupSizeControl = control.map { $0.subgroupSizeControl != 0 } ?? false
    computeFullSubgroups = control.map { $0.computeFullSubgroups != 0 } ?? false
    maintenance4 = extensions.contains(VK_KHR_MAINTENANCE_4_EXTENSION_NAME)
    shaderFloat16 = vulkan12.shaderFloat16 != 0
    storage16 = storage.storageBuffer16BitAccess != 0
    storage8 = vulkan12.storageBuffer8BitAccess != 0
    shaderInt64 = core.shaderInt64 != 0
    bufferDeviceAddress = vulkan12.bufferDeviceAddress != 0
    externalMemoryHost = extensions.contains(VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME)
    memoryBudget = extensions.contains(VK_EXT_MEMORY_BUDGET_EXTENSION_NAME)
    pushDescriptor = extensions.contains(VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME)
    cooperativeMatrix = extensions.contains("VK_KHR_cooperative_matrix")
  }

  /// These, but for those of the ones that a device is made with that a host program has not switched on.
  func restricted(to enabled: HostDevice.Features) -> Features {
    var restricted = self
    restricted.timelineSemaphore = timelineSemaphore && enabled.timelineSemaphore
    restricted.subgroupSizeControl = subgroupSizeControl && enabled.subgroupSizeControl
    restricted.computeFullSubgroups = computeFullSubgroups && enabled.computeFullSubgroups
    restricted.bufferDeviceAddress = bufferDeviceAddress && enabled.bufferDeviceAddress
    restricted.memoryBudget = memoryBudget && enabled.memoryBudget
    return restricted
  }

  /// The features that a device is made with, by the names above.
  var used: [String] {
    [
      ("timelineSemaphore", timelineSemaphore), ("subgroupSizeControl", subgroupSizeControl),
      ("computeFullSubgroups", computeFullSubgroups), ("bufferDeviceAddress", bufferDeviceAddress),
      ("memoryBudget", memoryBudget),
    ].filter(\.1).map(\.0)
  }
}
