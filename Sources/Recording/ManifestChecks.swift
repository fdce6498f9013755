import Bundles
import Kernels
import SPIRV
import Vulkan

/// Holds what a program's manifest says against the file and the device, before any of it is used.
struct ManifestChecks {
  let bundle: KernelBundle
  let manifest: PlanManifest
  let device: Device

  /// A segment may run so often in a row.
  private static let mostRepeats = 1 << 16
  /// Capabilities beside those of subgroups: Matrix, Shader.
  private static let capabilities: Set<UInt32> = [0, 1]
  /// From capability 61 on, by GLSL's names.
  private static let subgroupOperations = [
    "basic", "vote", "arithmetic", "ballot", "shuffle", "shuffleRelative", "clustered", "quad",
  ]

  /// - Throws: `BundleError` for the first that doesn't hold.
  func run() throws(BundleError) {
    let subgroups = device.physical.subgroups
    if manifest.subgroupSize > subgroups.minSize {
      throw unsupported("subgroups of \(manifest.subgroupSize) lanes")
    }
    for buffer in manifest.buffers { try check(buffer) }
    for segment in manifest.segments {
      try expect(
        (1...Self.mostRepeats).contains(segment.repeats),
        "\(segment.repeats) runs of segment \"\(segment.label)\"",
        "1 to \(Self.mostRepeats)")
      try expect(
        !segment.dispatches.isEmpty, "segment \"\(segment.label)\" without a dispatch", "one or more")
      for dispatch in segment.dispatches { try check(dispatch) }
    }
    try expect(!manifest.segments.isEmpty, "no segment", "one or more")
    for tensor in manifest.inputs + manifest.outputs { try check(tensor) }
    let names = (manifest.inputs + manifest.outputs).map(\.name)
    try expect(Set(names).count == names.count, "a tensor's name that stands twice", "each name once")
  }

  private func expect(
    _ holds: Bool, _ found: @autoclosure () -> String, _ expected: @autoclosure () -> String
  ) throws(BundleError) {
    if !holds { throw bundle.malformed(found(), expected: expected()) }
  }

  private func unsupported(_ needed: String) -> BundleError {
    .unsupported(file: bundle.file, needed: needed, device: device.physical.name)
  }

  /// Whether `bytes` from `offset` on lie within `all`.
  private func isInside(_ offset: Int, _ bytes: Int, _ all: Int) -> Bool {
    offset >= 0 && bytes >= 0 && offset <= all && bytes <= all - offset
  }

  private func check(_ buffer: PlanManifest.Buffer) throws(BundleError) {
    let most = device.physical.limits.maxMemoryAllocation
    try expect(buffer.bytes > 0, "buffer \"\(buffer.label)\" of \(buffer.bytes) bytes", "1 or more")
    if buffer.bytes > most { throw unsupported("a buffer of \(buffer.bytes) bytes") }
    guard let name = buffer.data else { return }
    let (data, offset) = (bundle.data[name], buffer.dataOffset ?? 0)
    try expect(data != nil, "no data \"\(name)\"", "what buffer \"\(buffer.label)\" begins with")
    try expect(
      isInside(offset, data?.count ?? 0, buffer.bytes),
      "\(data?.count ?? 0) bytes at \(offset) of buffer \"\(buffer.label)\"",
      "bytes within its \(buffer.bytes)")
  }

  private func check(_ dispatch: PlanManifest.Dispatch) throws(BundleError) {
    let limits = device.physical.limits
    let what = "dispatch \"\(dispatch.label)\""
    for binding in dispatch.bindings {
      try expect(
        manifest.buffers.indices.contains(binding.buffer), "\(what) with buffer \(binding.buffer)",
        "one of the \(manifest.buffers.count)")
      let all = manifest.buffers[binding.buffer].bytes
      try expect(
        binding.bytes > 0 && isInside(binding.offset, binding.bytes, all)
          && binding.offset.isMultiple(of: Region.alignment),
        "\(what) with \(binding.bytes) bytes at \(binding.offset) of a buffer of \(all)",
        "bytes within it, from a multiple of \(Region.alignment) on")
    }
    try expect(
      dispatch.groups.count == 3 && dispatch.groups.allSatisfy { $0 > 0 },
      "\(what) of workgroups \(dispatch.groups)",
      "three numbers from 1 on")
    if zip(dispatch.groups, limits.maxWorkgroupCount).contains(where: { $0 > $1 }) {
      throw unsupported("workgroups \(dispatch.groups) for \(what)")
    }
    let kernel = try bundle.kernel(dispatch.kernel)
    let demands: KernelDemands
    do throws(ModuleError) {
      demands = try KernelDemands(kernel.words, specialization: dispatch.specialization)
    } catch {
      throw bundle.malformed(
        "kernel \"\(kernel.name)\", at byte \(error.offset), with \(error.found)", expected: error.expected)
    }
    try expect(
      demands.bindings.allSatisfy { $0 < dispatch.bindings.count }
        && demands.bindings.max().map(Int.init) ?? -1 == dispatch.bindings.count - 1,
      "\(what) with \(dispatch.bindings.count) bindings",
      "those of kernel \"\(dispatch.kernel)\", \(demands.bindings.sorted())")
    try expect(
      demands.pushConstantBytes <= 4 * dispatch.parameters.count,
      "\(what) with \(4 * dispatch.parameters.count) bytes of push constants",
      "the \(demands.pushConstantBytes) of kernel \"\(dispatch.kernel)\"")
    try check(demands, what, dispatch.specialization)
  }

  /// What the device must have for a kernel.
  private func check(_ demands: KernelDemands, _ what: String, _ constants: [UInt32]) throws(BundleError) {
    let (limits, subgroups) = (device.physical.limits, device.physical.subgroups)
    for capability in demands.capabilities where !Self.capabilities.contains(capability) {
      guard (61...68).contains(capability) else { throw unsupported("capability \(capability) for \(what)") }
      let operation = Self.subgroupOperations[Int(capability) - 61]
      if !subgroups.operations.contains(operation) { throw unsupported("subgroup operations (\(operation))") }
    }
    try expect(
      !demands.usesSubgroups || manifest.subgroupSize > 0,
      "\(what), which uses subgroups, without their size",
      "the lanes that each must have")
    let isSmall = zip(demands.workgroup, limits.maxWorkgroupSize).allSatisfy { $0 > 0 && $0 <= $1 }
    guard isSmall, demands.workgroup.reduce(1, *) <= limits.maxWorkgroupInvocations else {
      throw unsupported("workgroups of \(demands.workgroup) lanes for \(what)")
    }
    if demands.sharedBytes > limits.maxSharedMemory {
      throw unsupported("\(demands.sharedBytes) bytes of shared memory for \(what)")
    }
    try expect(
      demands.ownBytes <= KernelDemands.mostOwnBytes,
      "\(what) with \(demands.ownBytes) bytes of variables a lane (the largest is \(demands.own.largest))",
      "at most \(KernelDemands.mostOwnBytes)")
    try expect(
      demands.compiledSize <= KernelDemands.mostInstructions,
      "\(what), which constants \(constants) unroll to \(demands.compiledSize) instructions",
      "at most \(KernelDemands.mostInstructions)")
  }

  private func check(_ tensor: BundledTensor) throws(BundleError) {
    // reprise_tensor_info has room for so many (Sources/CReprise/reprise.h).
    try expect(
      tensor.shape.count <= 8, "tensor \"\(tensor.name)\" of \(tensor.shape.count) axes", "at most 8")
    try expect(
      tensor.name.utf8.count < 64, "a tensor's name of \(tensor.name.utf8.count) bytes", "at most 63")
    var bytes: Int? = tensor.type.byteCount
    for size in tensor.shape {
      let (product, overflow) = (bytes ?? 0).multipliedReportingOverflow(by: size)
      bytes = overflow || size < 0 || bytes == nil ? nil : product
    }
    try expect(
      manifest.buffers.indices.contains(tensor.buffer),
      "tensor \"\(tensor.name)\" in buffer \(tensor.buffer)",
      "one of the \(manifest.buffers.count)")
    let all = manifest.buffers[tensor.buffer].bytes
    try expect(
      bytes.map { isInside(tensor.offset, $0, all) } ?? false,
      "tensor \"\(tensor.name)\" of shape \(tensor.shape) at \(tensor.offset)",
      "one within its buffer's \(all) bytes")
  }
}
