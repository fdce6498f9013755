package import Bundles
import Kernels
import SPIRV
package import Vulkan

extension Plan {
  /// What the host writes or reads of a plan that goes into a file.
  package struct Port {
    let name: String
    let buffer: Buffer
    let shape: [Int]
    let type: BundledTensor.Element

    /// A tensor that fills `buffer` from its first byte on.
    package init(_ name: String, _ buffer: Buffer, shape: [Int], type: BundledTensor.Element) {
      (self.name, self.buffer, self.shape, self.type) = (name, buffer, shape, type)
    }
  }

  /// The plan with the values of its variables as they are now. Waits for the device.
  ///
  /// - Parameters:
  ///   - inputs: what the host writes before each run; their values don't go along.
  ///   - outputs: what it reads after a run.
  ///   - metadata: what the plan is for.
  /// - Throws: `RecordingError.notPortable` for conditional segments, indices that are looked at and checks for NaN, which need
  ///   the host; `VulkanError`.
  package func bundle(inputs: [Port], outputs: [Port], metadata: [String: String]) throws -> KernelBundle {
    func refuse(_ reason: String) -> RecordingError { .notPortable(plan: label, reason: reason) }
    if finiteChecks != nil { throw refuse("its looks for NaN and infinity need the host") }
    if !indexReports.isEmpty {
      throw refuse("it has indices that the host is told of where they are out of range")
    }
    for segment in encoder.segments where segment.condition != nil {
      throw refuse("segment \"\(segment.label)\" runs only while a condition holds")
    }
    var memory = PortableMemory()
    // The arena holds nothing from one segment to the next.
    if let arena { memory.wrote(arena, 0..<arena.byteCount) }
    for port in inputs { memory.wrote(port.buffer, 0..<port.byteCount) }
    var segments: [PlanManifest.Segment] = []
    for (segment, placed) in zip(encoder.segments, record.segments) {
      let dispatches = zip(segment.dispatches, placed.dispatches).map { dispatch, placed in
        for binding in placed.bindings where binding.access.reads {
          memory.read(binding.buffer, binding.bytes)
        }
        // What is touched in part may leave the rest as it was.
        for binding in placed.bindings where binding.access.writes && binding.touched == binding.bytes.count {
          memory.wrote(binding.buffer, binding.bytes)
        }
        return PlanManifest.Dispatch(dispatch, placed) { memory.number(of: $0) }
      }
      segments.append(
        PlanManifest.Segment(label: segment.label, repeats: segment.repeats, dispatches: dispatches))
    }
    func tensors(_ ports: [Port]) -> [BundledTensor] {
      ports.map {
        BundledTensor(
          name: $0.name, shape: $0.shape, type: $0.type, buffer: memory.number(of: $0.buffer), offset: 0)
      }
    }
    for port in outputs { memory.read(port.buffer, 0..<port.byteCount) }
    let kernels = encoder.segments.flatMap(\.dispatches).map(\.kernel)
    let distinct = Set(kernels).sorted { $0.name < $1.name }
    let usesSubgroups = try distinct.contains {
      try KernelDemands($0.words, specialization: []).usesSubgroups
    }
    let (buffers, data) = try memory.contents(on: device)
    let manifest = PlanManifest(
      label: label, metadata: metadata,
      subgroupSize: usesSubgroups ? device.physical.subgroups.handed : 0, buffers: buffers,
      segments: segments, inputs: tensors(inputs), outputs: tensors(outputs))
    return KernelBundle(.program, kernels: distinct, data: data, contents: manifest)
  }
}

extension Plan.Port {
  fileprivate var byteCount: Int { shape.reduce(type.byteCount, *) }
}

extension PlanManifest.Dispatch {
  fileprivate init(_ dispatch: Dispatch, _ placed: PlacedDispatch, _ number: (Buffer) -> Int) {
    label = dispatch.label
    kernel = dispatch.kernel.name
    specialization = dispatch.specialization
    parameters = dispatch.parameters.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self) }
    }
    bindings = placed.bindings.map { binding in
      let bound = binding.bound.bytes
      return PlanManifest.Binding(
        buffer: number(binding.buffer), offset: bound.lowerBound, bytes: bound.count, access: binding.access)
    }
    groups = [dispatch.groups.x, dispatch.groups.y, dispatch.groups.z]
    barrier = placed.barrierBefore
  }
}

/// The buffers of a plan in the order in which it meets them, and which bytes of each it reads before it wrote them.
private struct PortableMemory {
  private struct Use {
    let buffer: Buffer
    var written: [Range<Int>] = []
    /// From the first to the last byte that is read before it is written.
    var needed: Range<Int>?
  }

  private var uses: [Use] = []
  private var numbers: [ObjectIdentifier: Int] = [:]

  mutating func number(of buffer: Buffer) -> Int {
    if let known = numbers[ObjectIdentifier(buffer)] { return known }
    numbers[ObjectIdentifier(buffer)] = uses.count
    uses.append(Use(buffer: buffer))
    return uses.count - 1
  }

  mutating func wrote(_ buffer: Buffer, _ bytes: Range<Int>) {
    uses[number(of: buffer)].written.append(bytes)
  }

  mutating func read(_ buffer: Buffer, _ bytes: Range<Int>) {
    let number = number(of: buffer)
    var rest = bytes
    // Ranges that begin before it or end behind it, until none makes it shorter.
    while !rest.isEmpty,
      let range = uses[number].written.first(where: {
        $0.contains(rest.lowerBound) || $0.contains(rest.upperBound - 1)
      })
    {
      rest =
        range.contains(rest.lowerBound)
        ? min(range.upperBound, rest.upperBound)..<rest.upperBound : rest.lowerBound..<range.lowerBound
    }
    guard !rest.isEmpty else { return }
    let needed = uses[number].needed ?? rest
    uses[number].needed =
      min(needed.lowerBound, rest.lowerBound)..<max(needed.upperBound, rest.upperBound)
  }

  /// The buffers, and the bytes that they begin with by name.
  func contents(on device: Device) throws(VulkanError) -> ([PlanManifest.Buffer], [String: [UInt8]]) {
    var (buffers, data): ([PlanManifest.Buffer], [String: [UInt8]]) = ([], [:])
    for (number, use) in uses.enumerated() {
      var buffer = PlanManifest.Buffer(label: use.buffer.label, bytes: use.buffer.byteCount)
      if let needed = use.needed {
        (buffer.data, buffer.dataOffset) = ("buffer\(number)", needed.lowerBound)
        data["buffer\(number)"] = try device.bytes(of: use.buffer, needed)
      }
      buffers.append(buffer)
    }
    return (buffers, data)
  }
}

extension Device {
  fileprivate func bytes(of buffer: Buffer, _ range: Range<Int>) throws(VulkanError) -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: range.count) { (target, count) throws(VulkanError) in
      try download(
        from: buffer, at: range.lowerBound,
        into: UnsafeMutableRawBufferPointer(
          start: target.baseAddress, count: range.count))
      count = range.count
    }
  }
}
