import CVulkan

/// The features of an extension that a shader's capabilities may need.
private struct ExtensionFeatures {
  let name: String
  /// Of the structure that tells them: a VkBool32 each behind the head that all structures share.
  let type: VkStructureType
  /// By Vulkan's names, in the structure's order.
  let features: [String]

  /// The structure's bytes, so many that the next begins at a multiple of 8.
  var bytes: Int { MemoryLayout<VkBaseOutStructure>.size + (4 * features.count + 7) / 8 * 8 }

  static let all = [
    ExtensionFeatures(
      name: VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME,
      type: VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_FEATURES_EXT,
      features: [
        "shaderBufferFloat32Atomics", "shaderBufferFloat32AtomicAdd", "shaderBufferFloat64Atomics",
        "shaderBufferFloat64AtomicAdd", "shaderSharedFloat32Atomics", "shaderSharedFloat32AtomicAdd",
        "shaderSharedFloat64Atomics", "shaderSharedFloat64AtomicAdd", "shaderImageFloat32Atomics",
        "shaderImageFloat32AtomicAdd", "sparseImageFloat32Atomics", "sparseImageFloat32AtomicAdd",
      ]),
    ExtensionFeatures(
      name: VK_EXT_SHADER_ATOMIC_FLOAT_2_EXTENSION_NAME,
      type: VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_2_FEATURES_EXT,
      features: [
        "shaderBufferFloat16Atomics", "shaderBufferFloat16AtomicAdd", "shaderBufferFloat16AtomicMinMax",
        "shaderBufferFloat32AtomicMinMax", "shaderBufferFloat64AtomicMinMax", "shaderSharedFloat16Atomics",
        "shaderSharedFloat16AtomicAdd", "shaderSharedFloat16AtomicMinMax", "shaderSharedFloat32AtomicMinMax",
        "shaderSharedFloat64AtomicMinMax", "shaderImageFloat32AtomicMinMax", "sparseImageFloat32AtomicMinMax",
      ]),
    ExtensionFeatures(
      name: VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME,
      type: VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES,
      features: ["shaderIntegerDotProduct"]),
    // Debian 12's headers are older than this extension.
    ExtensionFeatures(
      name: "VK_KHR_cooperative_matrix", type: VkStructureType(rawValue: 1_000_506_000),
      features: ["cooperativeMatrix", "cooperativeMatrixRobustBufferAccess"]),
    ExtensionFeatures(
      name: VK_NV_COOPERATIVE_MATRIX_EXTENSION_NAME,
      type: VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_NV,
      features: ["cooperativeMatrix", "cooperativeMatrixRobustBufferAccess"]),
    ExtensionFeatures(
      name: VK_KHR_WORKGROUP_MEMORY_EXPLICIT_LAYOUT_EXTENSION_NAME,
      type: VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_WORKGROUP_MEMORY_EXPLICIT_LAYOUT_FEATURES_KHR,
      features: [
        "workgroupMemoryExplicitLayout", "workgroupMemoryExplicitLayoutScalarBlockLayout",
        "workgroupMemoryExplicitLayout8BitAccess", "workgroupMemoryExplicitLayout16BitAccess",
      ]),
    ExtensionFeatures(
      name: VK_KHR_SHADER_CLOCK_EXTENSION_NAME,
      type: VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_CLOCK_FEATURES_KHR,
      features: ["shaderSubgroupClock", "shaderDeviceClock"]),
    ExtensionFeatures(
      name: VK_KHR_RAY_QUERY_EXTENSION_NAME,
      type: VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_RAY_QUERY_FEATURES_KHR, features: ["rayQuery"]),
    ExtensionFeatures(
      name: VK_NV_COMPUTE_SHADER_DERIVATIVES_EXTENSION_NAME,
      type: VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COMPUTE_SHADER_DERIVATIVES_FEATURES_NV,
      features: ["computeDerivativeGroupQuads", "computeDerivativeGroupLinear"]),
  ]
}

extension InstanceFunctions {
  /// The features for shaders that a device has through those extensions of it that are known here, by Vulkan's names.
  func extensionFeatures(of device: VkPhysicalDevice, extensions: Set<String>) -> Set<String> {
    // Only structures of extensions that the device lists may be asked for.
    let listed = ExtensionFeatures.all.filter { extensions.contains($0.name) }
    let head = MemoryLayout<VkBaseOutStructure>.size
    return withUnsafeTemporaryAllocation(byteCount: listed.reduce(0) { $0 + $1.bytes }, alignment: 8) {
      memory in
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      var all = VkPhysicalDeviceFeatures2()
      all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2
      var place = 0
      for structure in listed {
        memory.storeBytes(of: structure.type.rawValue, toByteOffset: place, as: UInt32.self)
        memory.storeBytes(of: all.pNext, toByteOffset: place + 8, as: UnsafeMutableRawPointer?.self)
        all.pNext = memory.baseAddress! + place
        place += structure.bytes
      }
      getPhysicalDeviceFeatures2(device, &all)
      var found: Set<String> = []
      place = head
      for structure in listed {
        for (index, feature) in structure.features.enumerated()
        where memory.load(fromByteOffset: place + 4 * index, as: VkBool32.self) != 0 { found.insert(feature) }
        place += structure.bytes
      }
      return found
    }
  }
}
