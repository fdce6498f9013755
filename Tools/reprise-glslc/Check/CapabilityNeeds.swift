/// What a capability or an extension of SPIR-V needs of a device.
enum CapabilityNeed: Hashable {
  /// One of these features, by Vulkan's names.
  case feature([String])
  /// An operation of subgroups, by GLSL's name.
  case subgroupOperation(String)
  /// An extension, by Vulkan's name.
  case `extension`(String)

  /// What a capability needs by itself; nil where every device has it. One that isn't known here needs a feature of its own
  /// name. What it is used on may need more: `featuresInUse`.
  static func of(capability: String) -> CapabilityNeed? {
    if everywhere.contains(capability) { return nil }
    if let operation = subgroupOperations[capability] { return .subgroupOperation(operation) }
    return .feature(alternatives[capability] ?? [features[capability] ?? capability])
  }

  /// What a SPIR-V extension needs; nil for those of Vulkan 1.2 and such as say nothing to a device.
  static func of(extension name: String) -> CapabilityNeed? {
    core.contains(name) ? nil : .extension(extensions[name] ?? name)
  }

  private static let everywhere: Set = [
    "Matrix", "Shader", "Sampled1D", "Image1D", "SampledBuffer", "ImageBuffer", "ImageQuery", "DeviceGroup",
  ]

  private static let subgroupOperations = [
    "GroupNonUniform": "basic", "GroupNonUniformVote": "vote", "GroupNonUniformArithmetic": "arithmetic",
    "GroupNonUniformBallot": "ballot", "GroupNonUniformShuffle": "shuffle",
    "GroupNonUniformShuffleRelative": "shuffleRelative", "GroupNonUniformClustered": "clustered",
    "GroupNonUniformQuad": "quad", "SubgroupBallotKHR": "ballot", "SubgroupVoteKHR": "vote",
  ]

  /// "SPIR-V Capabilities" of the Vulkan specification.
  private static let features = [
    "Float16": "shaderFloat16", "Float64": "shaderFloat64", "Int8": "shaderInt8", "Int16": "shaderInt16",
    "Int64": "shaderInt64",
    "ImageGatherExtended": "shaderImageGatherExtended", "ImageCubeArray": "imageCubeArray",
    "SampledCubeArray": "imageCubeArray", "StorageImageMultisample": "shaderStorageImageMultisample",
    "StorageImageExtendedFormats": "shaderStorageImageExtendedFormats",
    "StorageImageReadWithoutFormat": "shaderStorageImageReadWithoutFormat",
    "StorageImageWriteWithoutFormat": "shaderStorageImageWriteWithoutFormat",
    "UniformBufferArrayDynamicIndexing": "shaderUniformBufferArrayDynamicIndexing",
    "SampledImageArrayDynamicIndexing": "shaderSampledImageArrayDynamicIndexing",
    "StorageBufferArrayDynamicIndexing": "shaderStorageBufferArrayDynamicIndexing",
    "StorageImageArrayDynamicIndexing": "shaderStorageImageArrayDynamicIndexing",
    "UniformBufferArrayNonUniformIndexing": "shaderUniformBufferArrayNonUniformIndexing",
    "SampledImageArrayNonUniformIndexing": "shaderSampledImageArrayNonUniformIndexing",
    "StorageBufferArrayNonUniformIndexing": "shaderStorageBufferArrayNonUniformIndexing",
    "StorageImageArrayNonUniformIndexing": "shaderStorageImageArrayNonUniformIndexing",
    "ShaderNonUniform": "descriptorIndexing", "RuntimeDescriptorArray": "runtimeDescriptorArray",
    "StorageBuffer16BitAccess": "storageBuffer16BitAccess",
    "UniformAndStorageBuffer16BitAccess": "uniformAndStorageBuffer16BitAccess",
    "StoragePushConstant16": "storagePushConstant16", "StorageBuffer8BitAccess": "storageBuffer8BitAccess",
    "UniformAndStorageBuffer8BitAccess": "uniformAndStorageBuffer8BitAccess",
    "StoragePushConstant8": "storagePushConstant8",
    "VariablePointersStorageBuffer": "variablePointersStorageBuffer", "VariablePointers": "variablePointers",
    "VulkanMemoryModel": "vulkanMemoryModel", "VulkanMemoryModelDeviceScope": "vulkanMemoryModelDeviceScope",
    "PhysicalStorageBufferAddresses": "bufferDeviceAddress", "DotProduct": "shaderIntegerDotProduct",
    "DotProductInputAll": "shaderIntegerDotProduct", "DotProductInput4x8Bit": "shaderIntegerDotProduct",
    "DotProductInput4x8BitPacked": "shaderIntegerDotProduct",
    "CooperativeMatrixKHR": "cooperativeMatrix", "CooperativeMatrixNV": "cooperativeMatrix",
    "WorkgroupMemoryExplicitLayoutKHR": "workgroupMemoryExplicitLayout", "RayQueryKHR": "rayQuery",
    "ComputeDerivativeGroupQuadsNV": "computeDerivativeGroupQuads",
    "ComputeDerivativeGroupLinearNV": "computeDerivativeGroupLinear",
  ]

  /// Those of which a capability needs one.
  private static let alternatives = [
    "Int64Atomics": ["shaderBufferInt64Atomics", "shaderSharedInt64Atomics"],
    "AtomicFloat16AddEXT": ["shaderBufferFloat16AtomicAdd", "shaderSharedFloat16AtomicAdd"],
    "AtomicFloat32AddEXT": [
      "shaderBufferFloat32AtomicAdd", "shaderSharedFloat32AtomicAdd", "shaderImageFloat32AtomicAdd",
    ],
    "AtomicFloat64AddEXT": ["shaderBufferFloat64AtomicAdd", "shaderSharedFloat64AtomicAdd"],
    "AtomicFloat16MinMaxEXT": ["shaderBufferFloat16AtomicMinMax", "shaderSharedFloat16AtomicMinMax"],
    "AtomicFloat32MinMaxEXT": [
      "shaderBufferFloat32AtomicMinMax", "shaderSharedFloat32AtomicMinMax", "shaderImageFloat32AtomicMinMax",
    ],
    "AtomicFloat64MinMaxEXT": ["shaderBufferFloat64AtomicMinMax", "shaderSharedFloat64AtomicMinMax"],
    "ShaderClockKHR": ["shaderSubgroupClock", "shaderDeviceClock"],
    "DenormPreserve": floatControl("DenormPreserve"), "DenormFlushToZero": floatControl("DenormFlushToZero"),
    "SignedZeroInfNanPreserve": floatControl("SignedZeroInfNanPreserve"),
    "RoundingModeRTE": floatControl("RoundingModeRTE"), "RoundingModeRTZ": floatControl("RoundingModeRTZ"),
  ]

  /// A property of floats, which is of one width each.
  private static func floatControl(_ mode: String) -> [String] {
    [16, 32, 64].map { "shader\(mode)Float\($0)" }
  }

  /// In SPIR-V 1.5, or of tools alone.
  private static let core: Set = [
    "SPV_KHR_16bit_storage", "SPV_KHR_8bit_storage", "SPV_KHR_storage_buffer_storage_class",
    "SPV_KHR_variable_pointers", "SPV_KHR_vulkan_memory_model", "SPV_KHR_physical_storage_buffer",
    "SPV_KHR_float_controls", "SPV_EXT_descriptor_indexing", "SPV_KHR_device_group", "SPV_KHR_multiview",
    "SPV_KHR_subgroup_vote", "SPV_KHR_shader_ballot", "SPV_KHR_shader_draw_parameters",
    "SPV_GOOGLE_decorate_string", "SPV_GOOGLE_hlsl_functionality1", "SPV_GOOGLE_user_type",
    "SPV_KHR_non_semantic_info",
  ]

  /// "SPIR-V Extensions" of the Vulkan specification.
  private static let extensions = [
    "SPV_EXT_shader_atomic_float_add": "VK_EXT_shader_atomic_float",
    "SPV_EXT_shader_atomic_float16_add": "VK_EXT_shader_atomic_float2",
    "SPV_EXT_shader_atomic_float_min_max": "VK_EXT_shader_atomic_float2",
    "SPV_KHR_cooperative_matrix": "VK_KHR_cooperative_matrix",
    "SPV_NV_cooperative_matrix": "VK_NV_cooperative_matrix",
    "SPV_KHR_integer_dot_product": "VK_KHR_shader_integer_dot_product",
    "SPV_KHR_shader_clock": "VK_KHR_shader_clock", "SPV_KHR_ray_query": "VK_KHR_ray_query",
    "SPV_KHR_workgroup_memory_explicit_layout": "VK_KHR_workgroup_memory_explicit_layout",
    "SPV_NV_compute_shader_derivatives": "VK_NV_compute_shader_derivatives",
  ]
}
