public import Bundles
import Kernels
public import Vulkan

/// A plan from a file: runs without the model that it was recorded of, and compiles no GLSL.
///
/// Its kernels reach memory by descriptor, even where those of a plan recorded here go by address: a file may be anybody's, and
/// drivers look at a descriptor's bounds. Barriers are found anew; those in the file are for players that don't.
public final class BundledPlan {
  /// The device that it runs on.
  public let device: Device
  /// What the plan is for.
  public let metadata: [String: String]
  /// What is written before a run, and what is read behind it.
  public let inputs, outputs: [BundledTensor]
  private let buffers: [Buffer]
  private let replay: Replay

  /// Makes the plan's memory and pipelines.
  ///
  /// - Throws: `BundleError` for a bundle of something else, one that contradicts itself, or one that the device can't run;
  ///   `RecordingError`, `VulkanError`.
  public init(_ bundle: KernelBundle, on device: Device) throws {
    let manifest = try bundle.contents(.program, as: PlanManifest.self)
    try ManifestChecks(bundle: bundle, manifest: manifest, device: device).run()
    var buffers: [Buffer] = []
    for stored in manifest.buffers {
      let buffer = try device.makeBuffer(bytes: stored.bytes, label: stored.label)
      try device.fill(buffer, with: 0)
      if let data = stored.data.flatMap({ bundle.data[$0] }) {
        try data.withUnsafeBytes { try device.upload($0, to: buffer, at: stored.dataOffset ?? 0) }
      }
      buffers.append(buffer)
    }
    var recorder = Recorder(on: device, label: manifest.label, options: PlanOptions())
    for segment in manifest.segments {
      recorder.beginSegment(segment.label, repeats: segment.repeats)
      for dispatch in segment.dispatches {
        recorder.dispatch(Dispatch(dispatch, try bundle.kernel(dispatch.kernel), buffers))
      }
    }
    self.device = device
    self.buffers = buffers
    (metadata, inputs, outputs) = (manifest.metadata, manifest.inputs, manifest.outputs)
    replay = try Replay(recorder.finish())
  }

  /// Replaces all elements of an input.
  ///
  /// - Throws: `VulkanError.invalidUse` for a name that isn't there, and for another number or size of elements.
  public func write<Element: BitwiseCopyable>(_ values: [Element], to name: String) throws(VulkanError) {
    let tensor = try tensor(name, among: inputs, values.count, Element.self)
    let result = values.withUnsafeBytes { bytes in
      Result { () throws(VulkanError) in try write(bytes, to: tensor) }
    }
    try result.get()
  }

  /// Replaces an input by bytes of the host, all of them.
  public func write(_ bytes: UnsafeRawBufferPointer, to input: BundledTensor) throws(VulkanError) {
    try device.upload(bytes, to: buffers[input.buffer], at: input.offset)
  }

  /// Replaces an input by what lies in a buffer of the host program. Waits.
  ///
  /// - Throws: `VulkanError.invalidUse` where the device is not one that the program shares.
  public func copy(from place: HostBuffer, to input: BundledTensor) throws(VulkanError) {
    try device.copy(from: place, to: buffers[input.buffer], at: input.offset, bytes: input.byteCount)
  }

  /// Copies an output to a buffer of the host program. Waits.
  ///
  /// - Throws: as copying from one.
  public func copy(from output: BundledTensor, to place: HostBuffer) throws(VulkanError) {
    try device.copy(from: buffers[output.buffer], at: output.offset, to: place, bytes: output.byteCount)
  }

  /// Copies an output to memory of the host.
  public func read(_ output: BundledTensor, into bytes: UnsafeMutableRawBufferPointer) throws(VulkanError) {
    try device.download(from: buffers[output.buffer], at: output.offset, into: bytes)
  }

  /// Runs the plan once and waits for its end.
  public func run() throws { try replay.run(times: 1) }

  /// All elements of an output.
  ///
  /// - Throws: `VulkanError.invalidUse` for a name that isn't there, and for another size of elements.
  public func read<Element: BitwiseCopyable>(_ name: String, as _: Element.Type = Float.self)
    throws(VulkanError) -> [Element]
  {
    let tensor = try tensor(name, among: outputs, nil, Element.self)
    return try [Element](unsafeUninitializedCapacity: tensor.count) { (target, count) throws(VulkanError) in
      try read(
        tensor, into: UnsafeMutableRawBufferPointer(start: target.baseAddress, count: tensor.byteCount))
      count = tensor.count
    }
  }

  private func tensor<Element>(
    _ name: String, among tensors: [BundledTensor], _ count: Int?, _: Element.Type
  ) throws(VulkanError) -> BundledTensor {
    guard let tensor = tensors.first(where: { $0.name == name }) else {
      throw .invalidUse("There is no \"\(name)\"; there are: \(tensors.map(\.name).joined(separator: ", ")).")
    }
    guard count ?? tensor.count == tensor.count, MemoryLayout<Element>.stride == tensor.type.byteCount else {
      throw .invalidUse(
        "\"\(name)\" is \(tensor.shape) of \(tensor.type.rawValue), not "
          + "\(count.map { "\($0) " } ?? "")elements of \(MemoryLayout<Element>.stride) bytes.")
    }
    return tensor
  }
}

extension Dispatch {
  /// As a file has it.
  fileprivate init(_ stored: PlanManifest.Dispatch, _ kernel: Kernel, _ buffers: [Buffer]) {
    self.init(
      stored.label, kernel, specialization: stored.specialization,
      parameterBytes: stored.parameters.flatMap { word in withUnsafeBytes(of: word, Array.init) },
      bindings: stored.bindings.map { binding in
        let region = Region(buffers[binding.buffer]).slice(offset: binding.offset, byteCount: binding.bytes)
        return Binding(region, binding.access, touching: nil)
      },
      groups: Groups(stored.groups[0], stored.groups[1], stored.groups[2]))
    keepsDescriptors = true
  }
}
