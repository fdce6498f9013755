import CVulkan

/// The features that a shader's capabilities may need and a device has, by Vulkan's names; those of extensions stand in
/// the list of extensions alone.
func shaderFeatures(
  _ core: VkPhysicalDeviceFeatures, _ vulkan11: VkPhysicalDeviceVulkan11Features,
  _ vulkan12: VkPhysicalDeviceVulkan12Features
) -> Set<String> {
  let all: [(String, VkBool32)] = [
    ("shaderFloat64", core.shaderFloat64),
    ("shaderInt64", core.shaderInt64),
    ("shaderInt16", core.shaderInt16),
    ("shaderImageGatherExtended", core.shaderImageGatherExtended),
    ("imageCubeArray", core.imageCubeArray),
    ("shaderStorageImageMultisample", core.shaderStorageImageMultisample),
    ("shaderStorageImageExtendedFormats", core.shaderStorageImageExtendedFormats),
    ("shaderStorageImageReadWithoutFormat", core.shaderStorageImageReadWithoutFormat),
    ("shaderStorageImageWriteWithoutFormat", core.shaderStorageImageWriteWithoutFormat),
    ("shaderUniformBufferArrayDynamicIndexing", core.shaderUniformBufferArrayDynamicIndexing),
    ("shaderSampledImageArrayDynamicIndexing", core.shaderSampledImageArrayDynamicIndexing),
    ("shaderStorageBufferArrayDynamicIndexing", core.shaderStorageBufferArrayDynamicIndexing),
    ("shaderStorageImageArrayDynamicIndexing", core.shaderStorageImageArrayDynamicIndexing),
    ("storageBuffer16BitAccess", vulkan11.storageBuffer16BitAccess),
    ("uniformAndStorageBuffer16BitAccess", vulkan11.uniformAndStorageBuffer16BitAccess),
    ("storagePushConstant16", vulkan11.storagePushConstant16),
    ("variablePointersStorageBuffer", vulkan11.variablePointersStorageBuffer),
    ("variablePointers", vulkan11.variablePointers),
    ("shaderFloat16", vulkan12.shaderFloat16),
    ("shaderInt8", vulkan12.shaderInt8),
    ("shaderBufferInt64Atomics", vulkan12.shaderBufferInt64Atomics),
    ("storageBuffer8BitAccess", vulkan12.storageBuffer8BitAccess),
    ("uniformAndStorageBuffer8BitAccess", vulkan12.uniformAndStorageBuffer8BitAccess),
    ("storagePushConstant8", vulkan12.storagePushConstant8),
    ("descriptorIndexing", vulkan12.descriptorIndexing),
    ("runtimeDescriptorArray", vulkan12.runtimeDescriptorArray),
    ("shaderUniformBufferArrayNonUniformIndexing", vulkan12.shaderUniformBufferArrayNonUniformIndexing),
    ("shaderSampledImageArrayNonUniformIndexing", vulkan12.shaderSampledImageArrayNonUniformIndexing),
    ("shaderStorageBufferArrayNonUniformIndexing", vulkan12.shaderStorageBufferArrayNonUniformIndexing),
    ("shaderStorageImageArrayNonUniformIndexing", vulkan12.shaderStorageImageArrayNonUniformIndexing),
    ("vulkanMemoryModel", vulkan12.vulkanMemoryModel),
    ("vulkanMemoryModelDeviceScope", vulkan12.vulkanMemoryModelDeviceScope),
    ("bufferDeviceAddress", vulkan12.bufferDeviceAddress),
  ]
  return Set(all.filter { $0.1 != 0 }.map(\.0))
}
