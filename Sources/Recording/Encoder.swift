import Kernels
import Vulkan

/// Turns segments into command buffers, and keeps a record of what it encoded.
struct Encoder {
  let device: Device
  let arena: Buffer?
  let offsets: [Int?]
  let options: PlanOptions
  /// What was encoded so far; it keeps every buffer that was bound alive.
  private(set) var record: PlanRecord

  init(device: Device, plan: String, arena: Buffer?, offsets: [Int?], options: PlanOptions) {
    self.device = device
    self.arena = arena
    self.offsets = offsets
    self.options = options
    record = PlanRecord(label: plan)
  }

  /// A pool with exactly the descriptor sets that the segments need; nil for none.
  func descriptorPool(for segments: [Segment]) throws -> DescriptorPool? {
    let dispatches = segments.flatMap(\.dispatches)
    guard !dispatches.isEmpty else { return nil }
    return try DescriptorPool(
      device, sets: dispatches.count, bindings: dispatches.reduce(0) { $0 + $1.bindings.count },
      label: record.label)
  }

  /// Encodes one segment; its command buffer may run many times in one submission, so it begins with a barrier.
  mutating func encode(
    _ segment: Segment, pool: DescriptorPool?, timestamps: TimestampPool?
  ) throws -> CommandBuffer {
    let commands = try CommandBuffer(device, label: "\(record.label): \(segment.label)")
    try commands.begin()
    commands.beginLabel(segment.label)
    if let timestamps { commands.resetQueries(timestamps) }
    // What was really encoded, for the hazard checker.
    var log: [EncodedCommand] = [.barrier]
    var planner = BarrierPlanner()
    commands.barrier()
    if let timestamps { commands.writeTimestamp(timestamps, 0) }
    var encoded = PlacedSegment(label: segment.label, repeats: segment.repeats)
    for (position, dispatch) in segment.dispatches.enumerated() {
      var placed = place(dispatch)
      var accesses = placed.bindings.map(\.bound)
      let arguments = dispatch.ignoresCondition ? nil : segment.arguments
      if let arguments {
        accesses.append(
          ByteAccess(
            buffer: ObjectIdentifier(arguments), region: 0..<arguments.byteCount, writes: false))
      }
      let needed = planner.needsBarrier(before: accesses)
      placed.barrierBefore = needed || options.serialBarriers
      if placed.barrierBefore {
        commands.barrier()
        log.append(.barrier)
      }
      try encode(
        dispatch, placed, arguments: arguments.map { ($0, 12 * position) }, into: commands, pool: pool)
      if let timestamps { commands.writeTimestamp(timestamps, position + 1) }
      log.append(.dispatch(label: dispatch.label, accesses: accesses))
      encoded.dispatches.append(placed)
    }
    commands.endLabel()
    try commands.end()
    // Twice, because a segment may follow itself.
    try HazardChecker.check(log + log, plan: record.label)
    record.segments.append(encoded)
    return commands
  }

  private func encode(
    _ dispatch: Dispatch, _ placed: PlacedDispatch, arguments: (buffer: Buffer, offset: Int)?,
    into commands: CommandBuffer, pool: DescriptorPool?
  ) throws {
    let pipeline = try pipeline(for: dispatch)
    commands.beginLabel(dispatch.label)
    commands.bind(pipeline)
    if let pool {
      let buffers = placed.bindings.map {
        (buffer: $0.buffer, offset: $0.bound.bytes.lowerBound, range: $0.bound.bytes.count)
      }
      commands.bind(try pool.allocate(pipeline, buffers, label: dispatch.label))
    }
    if !dispatch.parameters.isEmpty {
      parameters(of: dispatch, placed).withUnsafeBytes { commands.push(constants: $0) }
    }
    if let arguments {
      commands.dispatchIndirect(arguments.buffer, offset: arguments.offset)
    } else {
      commands.dispatch(dispatch.groups.x, dispatch.groups.y, dispatch.groups.z)
    }
    commands.endLabel()
  }

  /// The push constants, with the address that the dispatch asks for.
  private func parameters(of dispatch: Dispatch, _ placed: PlacedDispatch) -> [UInt8] {
    guard let wanted = dispatch.address else { return dispatch.parameters }
    let binding = placed.bindings[wanted.binding]
    guard let start = binding.buffer.address else {
      preconditionFailure("\(dispatch.label) wants an address on a device without pointers")
    }
    let address = start + UInt64(binding.bound.bytes.lowerBound + wanted.offset)
    var parameters = dispatch.parameters
    parameters.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt32(truncatingIfNeeded: address), toByteOffset: wanted.low, as: UInt32.self)
      $0.storeBytes(of: UInt32(address >> 32), toByteOffset: wanted.high, as: UInt32.self)
    }
    return parameters
  }

  private func pipeline(for dispatch: Dispatch) throws -> Pipeline {
    let span = Trace.begin(.pipelines, dispatch.kernel.name)
    defer { span?.end() }
    return try device.pipeline(
      words: dispatch.kernel.words, name: dispatch.kernel.name, bindings: dispatch.bindings.count,
      pushConstantBytes: dispatch.parameters.count, specialization: dispatch.specialization)
  }

  private func place(_ dispatch: Dispatch) -> PlacedDispatch {
    PlacedDispatch(
      label: dispatch.label, kernel: dispatch.kernel.name, groups: dispatch.groups, flops: dispatch.flops,
      bindings: dispatch.bindings.map { binding in
        let region = binding.region
        switch region.place {
        case .persistent(let buffer):
          return PlacedBinding(
            buffer: buffer, bytes: region.offset..<region.offset + region.byteCount, access: binding.access)
        case .transient(let number):
          guard let arena, let offset = offsets[number] else {
            preconditionFailure("a transient that a dispatch binds has no place in the arena")
          }
          let start = offset + region.offset
          return PlacedBinding(
            buffer: arena, bytes: start..<start + region.byteCount, access: binding.access)
        }
      })
  }
}
