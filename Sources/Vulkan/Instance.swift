import CVulkan

/// A Vulkan 1.2 instance: the way to the devices, with or without validation.
public final class Instance: Sendable {
  /// What the instance switches on.
  public struct Options: Sendable {
    /// VK_LAYER_KHRONOS_validation with synchronization validation.
    public var validation: Bool
    /// Names of objects and labels in command buffers, for tools such as RenderDoc.
    public var debugLabels: Bool
    /// Gets every message of the layers, on the thread whose call caused it; without one, warnings and errors go to standard error.
    public var onMessage: (@Sendable (ValidationMessage) -> Void)?

    /// Options with everything off but what is named.
    public init(
      validation: Bool = false, debugLabels: Bool = false,
      onMessage: (@Sendable (ValidationMessage) -> Void)? = nil
    ) {
      self.validation = validation
      self.debugLabels = debugLabels
      self.onMessage = onMessage
    }

    /// What `REPRISE_VALIDATION=1` and `REPRISE_DEBUG_LABELS=1` ask for.
    public static var environment: Options {
      Options(
        validation: environmentSwitch("REPRISE_VALIDATION"),
        debugLabels: environmentSwitch("REPRISE_DEBUG_LABELS"))
    }
  }

  nonisolated(unsafe) let handle: VkInstance
  let functions: InstanceFunctions
  /// What it was made with: other members of a gang are made alike.
  let options: Options
  /// True when objects are named and commands labelled.
  let debugLabels: Bool
  nonisolated(unsafe) private let messenger: VkDebugUtilsMessengerEXT?
  private let handler: MessageHandler
  /// Whether it is a host program's.
  private let isHosts: Bool

  /// Opens the loader and makes an instance.
  ///
  /// Throws `.noLoader` without a Vulkan loader, `.missingLayer` when validation is asked for and not installed.
  public convenience init(_ options: Options = .environment) throws(VulkanError) {
    try self.init(options, library: "libvulkan.so.1")
  }

  package init(_ options: Options, library: String) throws(VulkanError) {
    VectorWidth.isToldApart
    let loader = try Loader(library: library)
    let layer = "VK_LAYER_KHRONOS_validation"
    if options.validation {
      guard try loader.layers().contains(layer) else {
        throw .missingLayer(layer, package: "vulkan-validationlayers")
      }
    }
    let debugUtils = VK_EXT_DEBUG_UTILS_EXTENSION_NAME
    let hasDebugUtils = try loader.extensions().contains(debugUtils)
    let usesDebugUtils = hasDebugUtils && (options.validation || options.debugLabels)
    let handler = options.onMessage.map(MessageHandler.init) ?? .standardError
    let handle = try loader.makeInstance(
      layers: options.validation ? [layer] : [], extensions: usesDebugUtils ? [debugUtils] : [],
      messenger: usesDebugUtils ? handler.createInfo() : nil)
    let functions = try InstanceFunctions(handle, get: loader.getInstanceProcAddr)

    var messenger: VkDebugUtilsMessengerEXT?
    if usesDebugUtils, let create = functions.createDebugUtilsMessengerEXT {
      var info = handler.createInfo()
      let result = create(handle, &info, nil, &messenger)
      if result != VK_SUCCESS { functions.destroyInstance(handle, nil) }
      try check(result, "vkCreateDebugUtilsMessengerEXT", during: "listening to validation messages")
    }
    self.handle = handle
    self.functions = functions
    self.options = options
    self.debugLabels = usesDebugUtils
    self.messenger = messenger
    self.handler = handler
    isHosts = false
  }

  /// The instance of a host program, which stays its own; whoever listens to its messages goes on to.
  init(of host: HostDevice) throws(VulkanError) {
    handle = host.instance.assumingMemoryBound(to: VkInstance_T.self)
    functions = try InstanceFunctions(handle, get: host.instanceFunctions())
    options = Options()
    debugLabels = false
    messenger = nil
    handler = .standardError
    isHosts = true
  }

  deinit {
    if isHosts { return }
    if let messenger { functions.destroyDebugUtilsMessengerEXT?(handle, messenger, nil) }
    functions.destroyInstance(handle, nil)
  }

  /// Every device that the installed drivers show, in the loader's order, whether it can be used or not.
  public func physicalDevices() throws(VulkanError) -> [PhysicalDevice] {
    var count: UInt32 = 0
    let action = "listing the devices"
    var result = functions.enumeratePhysicalDevices(handle, &count, nil)
    var handles = [VkPhysicalDevice?](repeating: nil, count: Int(count))
    if result == VK_SUCCESS, count > 0 {
      result = functions.enumeratePhysicalDevices(handle, &count, &handles)
    }
    // A loader without any driver says VK_ERROR_INITIALIZATION_FAILED; that is an empty list.
    if result == VK_ERROR_INITIALIZATION_FAILED { return [] }
    try check(result, "vkEnumeratePhysicalDevices", during: action)
    var devices: [PhysicalDevice] = []
    for handle in handles.prefix(Int(count)).compactMap(\.self) {
      devices.append(try PhysicalDevice(handle, index: devices.count, functions: functions))
    }
    return devices
  }
}

extension Loader {
  fileprivate func layers() throws(VulkanError) -> [String] {
    let properties: [VkLayerProperties] = try enumerate(
      "vkEnumerateInstanceLayerProperties", empty: VkLayerProperties()
    ) { count, items in enumerateInstanceLayerProperties(count, items) }
    return properties.map { text($0.layerName) }
  }

  fileprivate func extensions() throws(VulkanError) -> [String] {
    let properties: [VkExtensionProperties] = try enumerate(
      "vkEnumerateInstanceExtensionProperties", empty: VkExtensionProperties()
    ) { count, items in enumerateInstanceExtensionProperties(nil, count, items) }
    return properties.map { text($0.extensionName) }
  }

  fileprivate func makeInstance(
    layers: [String], extensions: [String], messenger: VkDebugUtilsMessengerCreateInfoEXT?
  ) throws(VulkanError) -> VkInstance {
    var version: UInt32 = 0
    try check(enumerateInstanceVersion(&version), "vkEnumerateInstanceVersion", during: "starting Vulkan")
    guard version >= apiVersion1_2 else {
      throw .noLoader(detail: "it offers Vulkan \(versionText(version)), and 1.2 is required")
    }
    var application = VkApplicationInfo()
    application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO
    application.apiVersion = apiVersion1_2

    // Each structure of the chain points at the next: instance → messenger → features of the layer.
    var enabled = [VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT]
    var features = VkValidationFeaturesEXT()
    features.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT
    var messages = messenger ?? VkDebugUtilsMessengerCreateInfoEXT()
    var instance: VkInstance?
    let result = withUnsafePointer(to: application) { application in
      enabled.withUnsafeMutableBufferPointer { enabled in
        features.enabledValidationFeatureCount = UInt32(enabled.count)
        features.pEnabledValidationFeatures = UnsafePointer(enabled.baseAddress)
        return withUnsafePointer(to: features) { features in
          messages.pNext = layers.isEmpty ? nil : UnsafeRawPointer(features)
          return withUnsafePointer(to: messages) { messages in
            withCStrings(layers) { layerNames in
              withCStrings(extensions) { extensionNames in
                var info = VkInstanceCreateInfo()
                info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO
                info.pNext = messenger == nil ? nil : UnsafeRawPointer(messages)
                info.pApplicationInfo = application
                info.enabledLayerCount = UInt32(layerNames.count)
                info.ppEnabledLayerNames = layerNames.baseAddress
                info.enabledExtensionCount = UInt32(extensionNames.count)
                info.ppEnabledExtensionNames = extensionNames.baseAddress
                return createInstance(&info, nil, &instance)
              }
            }
          }
        }
      }
    }
    // Without any driver the loader refuses to make an instance at all.
    if result == VK_ERROR_INCOMPATIBLE_DRIVER { throw .noDevice(found: []) }
    try check(result, "vkCreateInstance", during: "starting Vulkan")
    return try created(instance, "vkCreateInstance", during: "starting Vulkan")
  }
}
