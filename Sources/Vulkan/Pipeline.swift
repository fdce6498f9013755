import CVulkan
import SPIRV

/// A compute shader with its specialization, ready to dispatch.
///
/// Made by `Device.pipeline`. Storage buffers are bindings 0 ..< `bindings` of set 0; specialization constant i has
/// `constant_id` i; the entry point is `main`.
public final class Pipeline: Sendable {
  /// The kernel's name, for errors and debuggers.
  public let name: String
  /// How many storage buffers the kernel has.
  public let bindings: Int
  /// Bytes of its push constants, addresses included.
  public let pushConstantBytes: Int
  /// Where the push constants want the address of binding 0, eight bytes, with those of the other bindings behind it; nil
  /// where the kernel reaches its buffers by descriptor.
  package let addressOffset: Int?

  private let device: LogicalDevice
  nonisolated(unsafe) let handle: VkPipeline
  nonisolated(unsafe) let layout: VkPipelineLayout
  nonisolated(unsafe) let setLayout: VkDescriptorSetLayout

  /// What makes two requests for a pipeline the same.
  struct Key: Hashable, Sendable {
    let shader: UInt64
    let wordCount: Int
    let name: String
    let bindings: Int
    var pushConstantBytes: Int
    let specialization: [UInt32]
    let byAddress: Bool
  }

  init(_ device: LogicalDevice, _ key: Key, words: [UInt32], cache: VkPipelineCache?) throws(VulkanError) {
    try key.check(words, device.physical.limits)
    var (key, words) = (key, words)
    let offset = (key.pushConstantBytes + 7) / 8 * 8
    let bytes = offset + 8 * key.bindings
    if key.byAddress, bytes <= device.physical.limits.maxPushConstants,
      let rewritten = BufferAddresses.rewrite(words, offset: offset, bindings: key.bindings)
    {
      (key.pushConstantBytes, words, addressOffset) = (bytes, rewritten, offset)
    } else {
      addressOffset = nil
    }
    let setLayout = try device.makeSetLayout(key)
    var layout: VkPipelineLayout?
    var finished = false
    // A class that throws from its initialiser gets no deinit.
    defer {
      if !finished {
        device.functions.destroyPipelineLayout(device.handle, layout, device.allocator)
        device.functions.destroyDescriptorSetLayout(device.handle, setLayout, device.allocator)
      }
    }
    layout = try device.makePipelineLayout(key, setLayout)
    let made = try created(layout, "vkCreatePipelineLayout", during: "making the pipeline \(key.name)")
    handle = try device.makePipeline(key, words, made, cache)
    finished = true
    self.layout = made
    self.setLayout = setLayout
    self.device = device
    name = key.name
    bindings = key.bindings
    pushConstantBytes = key.pushConstantBytes
    device.setName(handle, VK_OBJECT_TYPE_PIPELINE, key.name)
    device.setName(made, VK_OBJECT_TYPE_PIPELINE_LAYOUT, key.name)
    device.setName(setLayout, VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, key.name)
  }

  deinit {
    device.functions.destroyPipeline(device.handle, handle, device.allocator)
    device.functions.destroyPipelineLayout(device.handle, layout, device.allocator)
    device.functions.destroyDescriptorSetLayout(device.handle, setLayout, device.allocator)
  }
}

extension Pipeline.Key {
  init(
    words: [UInt32], name: String, bindings: Int, pushConstantBytes: Int, specialization: [UInt32],
    byAddress: Bool
  ) {
    shader = words.withUnsafeBytes { fnv1a($0) }
    wordCount = words.count
    self.name = name
    self.bindings = bindings
    self.pushConstantBytes = pushConstantBytes
    self.specialization = specialization
    self.byAddress = byAddress
  }

  fileprivate func check(_ words: [UInt32], _ limits: Limits) throws(VulkanError) {
    guard words.count > 5, words[0] == 0x0723_0203 else {
      throw .invalidUse("The kernel \(name) is not SPIR-V: it has \(words.count) words and no magic number.")
    }
    guard (0...limits.maxStorageBuffersPerStage).contains(bindings) else {
      throw .invalidUse(
        "The kernel \(name) has \(bindings) storage buffers; the device allows \(limits.maxStorageBuffersPerStage)."
      )
    }
    guard (0...limits.maxPushConstants).contains(pushConstantBytes), pushConstantBytes % 4 == 0 else {
      throw .invalidUse(
        "The kernel \(name) has \(pushConstantBytes) bytes of push constants; the device allows multiples of 4 up to"
          + " \(limits.maxPushConstants).")
    }
  }
}

extension LogicalDevice {
  fileprivate func makeSetLayout(_ key: Pipeline.Key) throws(VulkanError) -> VkDescriptorSetLayout {
    let entries = (0..<key.bindings).map { binding in
      var entry = VkDescriptorSetLayoutBinding()
      entry.binding = UInt32(binding)
      entry.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
      entry.descriptorCount = 1
      entry.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
      return entry
    }
    var made: VkDescriptorSetLayout?
    let result = entries.withUnsafeBufferPointer { entries in
      var info = VkDescriptorSetLayoutCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO
      info.bindingCount = UInt32(entries.count)
      info.pBindings = entries.baseAddress
      return functions.createDescriptorSetLayout(handle, &info, allocator, &made)
    }
    let action = "making the pipeline \(key.name)"
    try check(result, "vkCreateDescriptorSetLayout", during: action)
    return try created(made, "vkCreateDescriptorSetLayout", during: action)
  }

  fileprivate func makePipelineLayout(_ key: Pipeline.Key, _ setLayout: VkDescriptorSetLayout)
    throws(VulkanError) -> VkPipelineLayout?
  {
    var range = VkPushConstantRange()
    range.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
    range.size = UInt32(key.pushConstantBytes)
    var made: VkPipelineLayout?
    let result = withUnsafePointer(to: range) { range in
      withUnsafePointer(to: setLayout as VkDescriptorSetLayout?) { setLayout in
        var info = VkPipelineLayoutCreateInfo()
        info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO
        info.setLayoutCount = 1
        info.pSetLayouts = setLayout
        info.pushConstantRangeCount = key.pushConstantBytes > 0 ? 1 : 0
        info.pPushConstantRanges = range
        return functions.createPipelineLayout(handle, &info, allocator, &made)
      }
    }
    try check(result, "vkCreatePipelineLayout", during: "making the pipeline \(key.name)")
    return made
  }

  fileprivate func makePipeline(
    _ key: Pipeline.Key, _ words: [UInt32], _ layout: VkPipelineLayout, _ cache: VkPipelineCache?
  ) throws(VulkanError) -> VkPipeline {
    let action = "making the pipeline \(key.name)"
    let module = try makeModule(words, action)
    defer { functions.destroyShaderModule(handle, module, allocator) }
    setName(module, VK_OBJECT_TYPE_SHADER_MODULE, key.name)
    let entries = key.specialization.indices.map { constant in
      VkSpecializationMapEntry(
        constantID: UInt32(constant), offset: UInt32(constant * 4), size: MemoryLayout<UInt32>.size)
    }
    var made: VkPipeline?
    let result = entries.withUnsafeBufferPointer { entries in
      key.specialization.withUnsafeBytes { values in
        let specialization = VkSpecializationInfo(
          mapEntryCount: UInt32(entries.count), pMapEntries: entries.baseAddress, dataSize: values.count,
          pData: values.baseAddress)
        return withUnsafePointer(to: specialization) { specialization in
          "main".withCString { main in
            var info = VkComputePipelineCreateInfo()
            info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO
            info.layout = layout
            info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO
            info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT
            info.stage.module = module
            info.stage.pName = main
            info.stage.pSpecializationInfo = entries.isEmpty ? nil : specialization
            info.basePipelineIndex = -1
            if isMember { info.flags = VK_PIPELINE_CREATE_DISPATCH_BASE_BIT.rawValue }
            return functions.createComputePipelines(handle, cache, 1, &info, allocator, &made)
          }
        }
      }
    }
    try check(result, "vkCreateComputePipelines", during: action)
    return try created(made, "vkCreateComputePipelines", during: action)
  }

  private func makeModule(_ words: [UInt32], _ action: String) throws(VulkanError) -> VkShaderModule {
    var module: VkShaderModule?
    let result = words.withUnsafeBufferPointer { words in
      var info = VkShaderModuleCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO
      info.codeSize = words.count * 4
      info.pCode = words.baseAddress
      return functions.createShaderModule(handle, &info, allocator, &module)
    }
    try check(result, "vkCreateShaderModule", during: action)
    return try created(module, "vkCreateShaderModule", during: action)
  }
}
