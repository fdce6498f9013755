import CVulkan

/// The name of a `VkResult`, as the Vulkan specification spells it.
public struct VkResultName: Sendable, Equatable, CustomStringConvertible {
  /// The numeric `VkResult`.
  public let rawValue: Int32

  /// Names the `VkResult` with this number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  init(_ result: VkResult) { rawValue = result.rawValue }

  /// `VK_ERROR_OUT_OF_DEVICE_MEMORY` and so on; `VkResult(-1234)` for a number without a name here.
  public var description: String {
    switch VkResult(rawValue) {
    case VK_SUCCESS: "VK_SUCCESS"
    case VK_NOT_READY: "VK_NOT_READY"
    case VK_TIMEOUT: "VK_TIMEOUT"
    case VK_INCOMPLETE: "VK_INCOMPLETE"
    case VK_ERROR_OUT_OF_HOST_MEMORY: "VK_ERROR_OUT_OF_HOST_MEMORY"
    case VK_ERROR_OUT_OF_DEVICE_MEMORY: "VK_ERROR_OUT_OF_DEVICE_MEMORY"
    case VK_ERROR_INITIALIZATION_FAILED: "VK_ERROR_INITIALIZATION_FAILED"
    case VK_ERROR_DEVICE_LOST: "VK_ERROR_DEVICE_LOST"
    case VK_ERROR_MEMORY_MAP_FAILED: "VK_ERROR_MEMORY_MAP_FAILED"
    case VK_ERROR_LAYER_NOT_PRESENT: "VK_ERROR_LAYER_NOT_PRESENT"
    case VK_ERROR_EXTENSION_NOT_PRESENT: "VK_ERROR_EXTENSION_NOT_PRESENT"
    case VK_ERROR_FEATURE_NOT_PRESENT: "VK_ERROR_FEATURE_NOT_PRESENT"
    case VK_ERROR_INCOMPATIBLE_DRIVER: "VK_ERROR_INCOMPATIBLE_DRIVER"
    case VK_ERROR_TOO_MANY_OBJECTS: "VK_ERROR_TOO_MANY_OBJECTS"
    case VK_ERROR_FRAGMENTED_POOL: "VK_ERROR_FRAGMENTED_POOL"
    case VK_ERROR_OUT_OF_POOL_MEMORY: "VK_ERROR_OUT_OF_POOL_MEMORY"
    case VK_ERROR_FRAGMENTATION: "VK_ERROR_FRAGMENTATION"
    case VK_ERROR_INVALID_OPAQUE_CAPTURE_ADDRESS: "VK_ERROR_INVALID_OPAQUE_CAPTURE_ADDRESS"
    case VK_ERROR_INVALID_SHADER_NV: "VK_ERROR_INVALID_SHADER_NV"
    case VK_ERROR_UNKNOWN: "VK_ERROR_UNKNOWN"
    default: "VkResult(\(rawValue))"
    }
  }
}

/// Throws unless `result` is `VK_SUCCESS`; a lost device gets its own case.
func check(_ result: VkResult, _ call: String, during action: @autoclosure () -> String) throws(VulkanError) {
  switch result {
  case VK_SUCCESS: return
  case VK_ERROR_DEVICE_LOST: throw .deviceLost(during: action())
  default: throw .call(call, VkResultName(result), during: action())
  }
}

/// The handle that a successful create call wrote; drivers that report success and write none are refused.
func created<Handle>(_ handle: Handle?, _ call: String, during action: @autoclosure () -> String)
  throws(VulkanError) -> Handle
{
  guard let handle else {
    throw .call(call, VkResultName(VK_ERROR_INITIALIZATION_FAILED), during: action())
  }
  return handle
}
