import CVulkan

/// The functions of one instance; the last ones are there only with VK_EXT_debug_utils.
struct InstanceFunctions {
  let destroyInstance: PFN_vkDestroyInstance
  let enumeratePhysicalDevices: PFN_vkEnumeratePhysicalDevices
  let getPhysicalDeviceProperties: PFN_vkGetPhysicalDeviceProperties
  let getPhysicalDeviceProperties2: PFN_vkGetPhysicalDeviceProperties2
  let getPhysicalDeviceFeatures2: PFN_vkGetPhysicalDeviceFeatures2
  let getPhysicalDeviceMemoryProperties2: PFN_vkGetPhysicalDeviceMemoryProperties2
  let getPhysicalDeviceQueueFamilyProperties: PFN_vkGetPhysicalDeviceQueueFamilyProperties
  let enumerateDeviceExtensionProperties: PFN_vkEnumerateDeviceExtensionProperties
  let createDevice: PFN_vkCreateDevice
  let getDeviceProcAddr: PFN_vkGetDeviceProcAddr
  let createDebugUtilsMessengerEXT: PFN_vkCreateDebugUtilsMessengerEXT?
  let destroyDebugUtilsMessengerEXT: PFN_vkDestroyDebugUtilsMessengerEXT?

  init(_ instance: VkInstance, get: PFN_vkGetInstanceProcAddr) throws(VulkanError) {
    func find<Function>(_ name: String) -> Function? {
      get(instance, name).map { unsafeBitCast($0, to: Function.self) }
    }
    func require<Function>(_ name: String) throws(VulkanError) -> Function {
      guard let function: Function = find(name) else { throw .missingFunction(name) }
      return function
    }
    destroyInstance = try require("vkDestroyInstance")
    enumeratePhysicalDevices = try require("vkEnumeratePhysicalDevices")
    getPhysicalDeviceProperties = try require("vkGetPhysicalDeviceProperties")
    getPhysicalDeviceProperties2 = try require("vkGetPhysicalDeviceProperties2")
    getPhysicalDeviceFeatures2 = try require("vkGetPhysicalDeviceFeatures2")
    getPhysicalDeviceMemoryProperties2 = try require("vkGetPhysicalDeviceMemoryProperties2")
    getPhysicalDeviceQueueFamilyProperties = try require("vkGetPhysicalDeviceQueueFamilyProperties")
    enumerateDeviceExtensionProperties = try require("vkEnumerateDeviceExtensionProperties")
    createDevice = try require("vkCreateDevice")
    getDeviceProcAddr = try require("vkGetDeviceProcAddr")
    createDebugUtilsMessengerEXT = find("vkCreateDebugUtilsMessengerEXT")
    destroyDebugUtilsMessengerEXT = find("vkDestroyDebugUtilsMessengerEXT")
  }
}

/// The functions of one device, fetched without the loader's trampoline; the last ones need VK_EXT_debug_utils.
struct DeviceFunctions {
  let destroyDevice: PFN_vkDestroyDevice
  let getDeviceQueue: PFN_vkGetDeviceQueue
  let queueWaitIdle: PFN_vkQueueWaitIdle
  let queueSubmit: PFN_vkQueueSubmit
  let allocateMemory: PFN_vkAllocateMemory
  let freeMemory: PFN_vkFreeMemory
  let mapMemory: PFN_vkMapMemory
  let createBuffer: PFN_vkCreateBuffer
  let destroyBuffer: PFN_vkDestroyBuffer
  let getBufferMemoryRequirements: PFN_vkGetBufferMemoryRequirements
  let bindBufferMemory: PFN_vkBindBufferMemory
  let getBufferDeviceAddress: PFN_vkGetBufferDeviceAddress
  let createShaderModule: PFN_vkCreateShaderModule
  let destroyShaderModule: PFN_vkDestroyShaderModule
  let createPipelineLayout: PFN_vkCreatePipelineLayout
  let destroyPipelineLayout: PFN_vkDestroyPipelineLayout
  let createComputePipelines: PFN_vkCreateComputePipelines
  let destroyPipeline: PFN_vkDestroyPipeline
  let createPipelineCache: PFN_vkCreatePipelineCache
  let destroyPipelineCache: PFN_vkDestroyPipelineCache
  let getPipelineCacheData: PFN_vkGetPipelineCacheData
  let createDescriptorSetLayout: PFN_vkCreateDescriptorSetLayout
  let destroyDescriptorSetLayout: PFN_vkDestroyDescriptorSetLayout
  let createDescriptorPool: PFN_vkCreateDescriptorPool
  let destroyDescriptorPool: PFN_vkDestroyDescriptorPool
  let allocateDescriptorSets: PFN_vkAllocateDescriptorSets
  let updateDescriptorSets: PFN_vkUpdateDescriptorSets
  let createCommandPool: PFN_vkCreateCommandPool
  let destroyCommandPool: PFN_vkDestroyCommandPool
  let resetCommandPool: PFN_vkResetCommandPool
  let allocateCommandBuffers: PFN_vkAllocateCommandBuffers
  let beginCommandBuffer: PFN_vkBeginCommandBuffer
  let endCommandBuffer: PFN_vkEndCommandBuffer
  let cmdBindPipeline: PFN_vkCmdBindPipeline
  let cmdBindDescriptorSets: PFN_vkCmdBindDescriptorSets
  let cmdPushConstants: PFN_vkCmdPushConstants
  let cmdDispatch: PFN_vkCmdDispatch
  let cmdDispatchBase: PFN_vkCmdDispatchBase
  let cmdDispatchIndirect: PFN_vkCmdDispatchIndirect
  let cmdPipelineBarrier: PFN_vkCmdPipelineBarrier
  let cmdCopyBuffer: PFN_vkCmdCopyBuffer
  let cmdFillBuffer: PFN_vkCmdFillBuffer
  let cmdResetQueryPool: PFN_vkCmdResetQueryPool
  let cmdWriteTimestamp: PFN_vkCmdWriteTimestamp
  let createQueryPool: PFN_vkCreateQueryPool
  let destroyQueryPool: PFN_vkDestroyQueryPool
  let getQueryPoolResults: PFN_vkGetQueryPoolResults
  let createSemaphore: PFN_vkCreateSemaphore
  let destroySemaphore: PFN_vkDestroySemaphore
  let waitSemaphores: PFN_vkWaitSemaphores
  let getSemaphoreCounterValue: PFN_vkGetSemaphoreCounterValue
  let setDebugUtilsObjectNameEXT: PFN_vkSetDebugUtilsObjectNameEXT?
  let cmdBeginDebugUtilsLabelEXT: PFN_vkCmdBeginDebugUtilsLabelEXT?
  let cmdEndDebugUtilsLabelEXT: PFN_vkCmdEndDebugUtilsLabelEXT?

  init(_ device: VkDevice, get: PFN_vkGetDeviceProcAddr) throws(VulkanError) {
    func find<Function>(_ name: String) -> Function? {
      get(device, name).map { unsafeBitCast($0, to: Function.self) }
    }
    func require<Function>(_ name: String) throws(VulkanError) -> Function {
      guard let function: Function = find(name) else { throw .missingFunction(name) }
      return function
    }
    destroyDevice = try require("vkDestroyDevice")
    getDeviceQueue = try require("vkGetDeviceQueue")
    queueWaitIdle = try require("vkQueueWaitIdle")
    queueSubmit = try require("vkQueueSubmit")
    allocateMemory = try require("vkAllocateMemory")
    freeMemory = try require("vkFreeMemory")
    mapMemory = try require("vkMapMemory")
    createBuffer = try require("vkCreateBuffer")
    destroyBuffer = try require("vkDestroyBuffer")
    getBufferMemoryRequirements = try require("vkGetBufferMemoryRequirements")
    bindBufferMemory = try require("vkBindBufferMemory")
    getBufferDeviceAddress = try require("vkGetBufferDeviceAddress")
    createShaderModule = try require("vkCreateShaderModule")
    destroyShaderModule = try require("vkDestroyShaderModule")
    createPipelineLayout = try require("vkCreatePipelineLayout")
    destroyPipelineLayout = try require("vkDestroyPipelineLayout")
    createComputePipelines = try require("vkCreateComputePipelines")
    destroyPipeline = try require("vkDestroyPipeline")
    createPipelineCache = try require("vkCreatePipelineCache")
    destroyPipelineCache = try require("vkDestroyPipelineCache")
    getPipelineCacheData = try require("vkGetPipelineCacheData")
    createDescriptorSetLayout = try require("vkCreateDescriptorSetLayout")
    destroyDescriptorSetLayout = try require("vkDestroyDescriptorSetLayout")
    createDescriptorPool = try require("vkCreateDescriptorPool")
    destroyDescriptorPool = try require("vkDestroyDescriptorPool")
    allocateDescriptorSets = try require("vkAllocateDescriptorSets")
    updateDescriptorSets = try require("vkUpdateDescriptorSets")
    createCommandPool = try require("vkCreateCommandPool")
    destroyCommandPool = try require("vkDestroyCommandPool")
    resetCommandPool = try require("vkResetCommandPool")
    allocateCommandBuffers = try require("vkAllocateCommandBuffers")
    beginCommandBuffer = try require("vkBeginCommandBuffer")
    endCommandBuffer = try require("vkEndCommandBuffer")
    cmdBindPipeline = try require("vkCmdBindPipeline")
    cmdBindDescriptorSets = try require("vkCmdBindDescriptorSets")
    cmdPushConstants = try require("vkCmdPushConstants")
    cmdDispatch = try require("vkCmdDispatch")
    cmdDispatchBase = try require("vkCmdDispatchBase")
    cmdDispatchIndirect = try require("vkCmdDispatchIndirect")
    cmdPipelineBarrier = try require("vkCmdPipelineBarrier")
    cmdCopyBuffer = try require("vkCmdCopyBuffer")
    cmdFillBuffer = try require("vkCmdFillBuffer")
    cmdResetQueryPool = try require("vkCmdResetQueryPool")
    cmdWriteTimestamp = try require("vkCmdWriteTimestamp")
    createQueryPool = try require("vkCreateQueryPool")
    destroyQueryPool = try require("vkDestroyQueryPool")
    getQueryPoolResults = try require("vkGetQueryPoolResults")
    createSemaphore = try require("vkCreateSemaphore")
    destroySemaphore = try require("vkDestroySemaphore")
    waitSemaphores = try require("vkWaitSemaphores")
    getSemaphoreCounterValue = try require("vkGetSemaphoreCounterValue")
    setDebugUtilsObjectNameEXT = find("vkSetDebugUtilsObjectNameEXT")
    cmdBeginDebugUtilsLabelEXT = find("vkCmdBeginDebugUtilsLabelEXT")
    cmdEndDebugUtilsLabelEXT = find("vkCmdEndDebugUtilsLabelEXT")
  }
}
