/// A capability's name in SPIR-V's specification (3.31), or its number where the table lacks it.
func capabilityName(_ number: UInt32) -> String { capabilityNames[number] ?? "capability \(number)" }

/// Those that compute shaders can have.
private let capabilityNames: [UInt32: String] = [
  0: "Matrix", 1: "Shader", 4: "Addresses", 5: "Linkage", 6: "Kernel", 9: "Float16", 10: "Float64",
  11: "Int64", 12: "Int64Atomics", 22: "Int16", 25: "ImageGatherExtended", 27: "StorageImageMultisample",
  28: "UniformBufferArrayDynamicIndexing", 29: "SampledImageArrayDynamicIndexing",
  30: "StorageBufferArrayDynamicIndexing", 31: "StorageImageArrayDynamicIndexing", 34: "ImageCubeArray",
  39: "Int8", 43: "Sampled1D", 44: "Image1D", 45: "SampledCubeArray", 46: "SampledBuffer",
  47: "ImageBuffer", 48: "ImageMSArray", 49: "StorageImageExtendedFormats", 50: "ImageQuery",
  55: "StorageImageReadWithoutFormat", 56: "StorageImageWriteWithoutFormat", 61: "GroupNonUniform",
  62: "GroupNonUniformVote", 63: "GroupNonUniformArithmetic", 64: "GroupNonUniformBallot",
  65: "GroupNonUniformShuffle", 66: "GroupNonUniformShuffleRelative", 67: "GroupNonUniformClustered",
  68: "GroupNonUniformQuad", 4423: "SubgroupBallotKHR", 4427: "DrawParameters",
  4428: "WorkgroupMemoryExplicitLayoutKHR", 4431: "SubgroupVoteKHR", 4433: "StorageBuffer16BitAccess",
  4434: "UniformAndStorageBuffer16BitAccess", 4435: "StoragePushConstant16", 4437: "DeviceGroup",
  4441: "VariablePointersStorageBuffer", 4442: "VariablePointers", 4448: "StorageBuffer8BitAccess",
  4449: "UniformAndStorageBuffer8BitAccess", 4450: "StoragePushConstant8", 4464: "DenormPreserve",
  4465: "DenormFlushToZero", 4466: "SignedZeroInfNanPreserve", 4467: "RoundingModeRTE",
  4468: "RoundingModeRTZ", 4472: "RayQueryKHR", 5055: "ShaderClockKHR", 5301: "ShaderNonUniform",
  5302: "RuntimeDescriptorArray", 5306: "UniformBufferArrayNonUniformIndexing",
  5307: "SampledImageArrayNonUniformIndexing", 5308: "StorageBufferArrayNonUniformIndexing",
  5309: "StorageImageArrayNonUniformIndexing", 5345: "VulkanMemoryModel",
  5346: "VulkanMemoryModelDeviceScope", 5347: "PhysicalStorageBufferAddresses",
  5350: "ComputeDerivativeGroupLinearNV", 5288: "ComputeDerivativeGroupQuadsNV", 5357: "CooperativeMatrixNV",
  6016: "DotProductInputAll", 6017: "DotProductInput4x8Bit", 6018: "DotProductInput4x8BitPacked",
  6019: "DotProduct", 6022: "CooperativeMatrixKHR", 6033: "AtomicFloat32AddEXT",
  6034: "AtomicFloat64AddEXT", 6095: "AtomicFloat16AddEXT", 5612: "AtomicFloat32MinMaxEXT",
  5613: "AtomicFloat64MinMaxEXT", 5616: "AtomicFloat16MinMaxEXT",
]
