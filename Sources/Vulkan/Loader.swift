import CVulkan
import Glibc

/// The Vulkan loader, opened at run time so that a machine without one gets a sentence and not a failed start.
struct Loader {
  let getInstanceProcAddr: PFN_vkGetInstanceProcAddr
  let createInstance: PFN_vkCreateInstance
  let enumerateInstanceVersion: PFN_vkEnumerateInstanceVersion
  let enumerateInstanceLayerProperties: PFN_vkEnumerateInstanceLayerProperties
  let enumerateInstanceExtensionProperties: PFN_vkEnumerateInstanceExtensionProperties

  /// Opens the library. It is never closed: drivers leave threads and exit handlers behind.
  init(library: String) throws(VulkanError) {
    guard let opened = dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
      throw .noLoader(detail: dlerror().map { String(cString: $0) } ?? "no \(library)")
    }
    guard let symbol = dlsym(opened, "vkGetInstanceProcAddr") else {
      throw .noLoader(detail: "\(library) has no vkGetInstanceProcAddr")
    }
    let get = unsafeBitCast(symbol, to: PFN_vkGetInstanceProcAddr.self)
    getInstanceProcAddr = get
    createInstance = try Self.function(get, "vkCreateInstance")
    enumerateInstanceVersion = try Self.function(get, "vkEnumerateInstanceVersion")
    enumerateInstanceLayerProperties = try Self.function(get, "vkEnumerateInstanceLayerProperties")
    enumerateInstanceExtensionProperties = try Self.function(get, "vkEnumerateInstanceExtensionProperties")
  }

  private static func function<Function>(_ get: PFN_vkGetInstanceProcAddr, _ name: String)
    throws(VulkanError) -> Function
  {
    guard let function = get(nil, name) else { throw .missingFunction(name) }
    return unsafeBitCast(function, to: Function.self)
  }
}
