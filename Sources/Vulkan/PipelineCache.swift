import CVulkan
import Synchronization

/// The driver's cache of compiled pipelines, kept in a file between runs.
final class PipelineCache: Sendable {
  /// A cache that lives as long as a pipeline is being made from it.
  final class Handle: Sendable {
    nonisolated(unsafe) let value: VkPipelineCache
    private let device: LogicalDevice

    fileprivate init(_ device: LogicalDevice, _ value: VkPipelineCache) {
      self.device = device
      self.value = value
    }

    deinit { device.functions.destroyPipelineCache(device.handle, value, device.allocator) }
  }

  private struct State {
    var handle: Handle
    var shaders: Set<UInt64>
    /// The hashes that the file holds.
    var savedShaders: Set<UInt64>
    /// The size of the driver's data when the file was read or written. Not the file's: SwiftShader's data grows by a
    /// header each time it is loaded.
    var savedBytes: Int
  }

  /// The file; nil without a directory.
  let path: String?
  private let device: LogicalDevice
  private let state: Mutex<State>

  /// Shaders after which it begins anew: a driver's data only grows.
  static let capacity = 4096

  /// True when a file was there and could be trusted.
  let wasLoaded: Bool

  init(_ device: LogicalDevice, directory: String?) throws(VulkanError) {
    let identity = device.physical.identity
    path = directory.map { "\($0)/pipelines-\(identity.driverID)-\(device.physical.uuid).bin" }
    let file = path.flatMap { readFile($0, limit: PipelineCacheFile.sizeLimit) }
      .flatMap { PipelineCacheFile($0, for: identity) }
    // A driver may still refuse data that it wrote; the cache then starts empty.
    let loaded = file.flatMap { try? Self.make(device, $0.payload) }
    let shaders = loaded == nil ? [] : file?.shaders ?? []
    let handle: Handle
    if let loaded {
      handle = Handle(device, loaded)
    } else {
      handle = Handle(device, try Self.make(device, []))
    }
    wasLoaded = loaded != nil
    let bytes = (try? Self.data(device, handle.value).count) ?? 0
    state = Mutex(State(handle: handle, shaders: shaders, savedShaders: shaders, savedBytes: bytes))
    self.device = device
  }

  /// The driver's cache; whoever uses it keeps it.
  var handle: Handle { state.withLock { $0.handle } }

  /// Notes that a pipeline was made from the SPIR-V with this hash.
  func note(_ shader: UInt64) {
    state.withLock { state in
      state.shaders.insert(shader)
      guard state.shaders.count > Self.capacity, let fresh = try? Self.make(device, []) else { return }
      state.handle = Handle(device, fresh)
      state.shaders = [shader]
    }
  }

  /// Writes the file when there is something new; returns whether it wrote.
  func save() throws(VulkanError) -> Bool {
    guard let path, let slash = path.lastIndex(of: "/") else { return false }
    return try state.withLock { (state: inout State) throws(VulkanError) -> Bool in
      let payload = try Self.data(device, state.handle.value)
      let grew = state.shaders != state.savedShaders || payload.count > state.savedBytes
      guard grew, payload.count < PipelineCacheFile.sizeLimit else { return false }
      guard makeDirectory(String(path[..<slash])) else {
        throw .file(path: path, detail: "its directory can't be made or written to")
      }
      let file = PipelineCacheFile(shaders: state.shaders, payload: payload)
      let bytes = file.encoded(for: device.physical.identity)
      try bytes.span.bytes.withUnsafeBytes { (bytes) throws(VulkanError) in try writeAtomically(path, bytes) }
      state.savedShaders = state.shaders
      state.savedBytes = payload.count
      return true
    }
  }

  private static func data(_ device: LogicalDevice, _ handle: VkPipelineCache) throws(VulkanError) -> [UInt8]
  {
    let call = "vkGetPipelineCacheData"
    let action = "saving the pipeline cache"
    var size = 0
    try check(device.functions.getPipelineCacheData(device.handle, handle, &size, nil), call, during: action)
    var bytes = [UInt8](repeating: 0, count: size)
    try check(
      device.functions.getPipelineCacheData(device.handle, handle, &size, &bytes), call, during: action)
    return Array(bytes.prefix(size))
  }

  private static func make(_ device: LogicalDevice, _ initial: [UInt8]) throws(VulkanError) -> VkPipelineCache
  {
    var cache: VkPipelineCache?
    let result = initial.withUnsafeBytes { initial in
      var info = VkPipelineCacheCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO
      info.initialDataSize = initial.count
      info.pInitialData = initial.baseAddress
      return device.functions.createPipelineCache(device.handle, &info, device.allocator, &cache)
    }
    try check(result, "vkCreatePipelineCache", during: "opening the pipeline cache")
    return try created(cache, "vkCreatePipelineCache", during: "opening the pipeline cache")
  }
}

/// Where Reprise keeps files that can be made again: `given`, else `$REPRISE_CACHE`, else `$XDG_CACHE_HOME/reprise`,
/// else `~/.cache/reprise`; nil when none of them is set.
func cacheDirectory(_ given: String?) -> String? {
  given ?? environmentVariable("REPRISE_CACHE")
    ?? environmentVariable("XDG_CACHE_HOME").map { $0 + "/reprise" }
    ?? environmentVariable("HOME").map { $0 + "/.cache/reprise" }
}
