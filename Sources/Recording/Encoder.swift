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

  /// For each member of the device's gang a pool with exactly the descriptor sets that the segments need; nil for none.
  func descriptorPools(for segments: [Segment]) throws -> [DescriptorPool?] {
    let dispatches = segments.flatMap(\.dispatches)
    let bindings = dispatches.reduce(0) { $0 + $1.bindings.count }
    let meetings = device.meeting == nil ? 0 : segments.count
    return try device.members.map { member in
      guard !dispatches.isEmpty else { return nil }
      return try DescriptorPool(
        member, sets: dispatches.count + meetings, bindings: bindings + meetings, label: record.label)
    }
  }

  /// Encodes one segment for each member; its command buffers may run many times in one submission, so they begin with a
  /// barrier.
  mutating func encode(
    _ segment: Segment, pools: [DescriptorPool?], timestamps: TimestampPool?
  ) throws -> [CommandBuffer] {
    let placed = place(segment)
    record.segments.append(placed)
    let members = device.members
    return try members.enumerated().map { place, member in
      let part = SegmentPart(
        segment: segment, placed: placed, member: member, place: place, members: members.count)
      return try encode(part, pool: pools[place], timestamps: place == 0 ? timestamps : nil)
    }
  }

  /// What a member has to encode of a segment.
  private struct SegmentPart {
    let segment: Segment
    let placed: PlacedSegment
    let member: Device
    /// The member's place in the gang, and how many there are.
    let place, members: Int
  }

  private func encode(_ part: SegmentPart, pool: DescriptorPool?, timestamps: TimestampPool?) throws
    -> CommandBuffer
  {
    let segment = part.segment
    let commands = try CommandBuffer(part.member, label: "\(record.label): \(segment.label)")
    let rendezvous = try Rendezvous(of: device, on: part.member, pool: pool)
    try commands.begin()
    commands.beginLabel(segment.label)
    if let timestamps { commands.resetQueries(timestamps) }
    // What was really encoded, for the hazard checker.
    var log: [EncodedCommand] = [.barrier]
    commands.barrier()
    rendezvous?.encode(into: commands)
    if let timestamps { commands.writeTimestamp(timestamps, 0) }
    for (position, dispatch) in segment.dispatches.enumerated() {
      let placed = part.placed.dispatches[position]
      let arguments = dispatch.ignoresCondition ? nil : segment.arguments
      if placed.barrierBefore {
        commands.barrier()
        rendezvous?.encode(into: commands)
        log.append(.barrier)
      }
      try encode(
        dispatch, placed, of: part, arguments: arguments.map { ($0, 12 * position) }, into: commands, pool: pool)
      if let timestamps { commands.writeTimestamp(timestamps, position + 1) }
      log.append(
        .dispatch(label: dispatch.label, accesses: Self.accesses(of: placed, arguments: arguments)))
    }
    commands.endLabel()
    try commands.end()
    // Twice, because a segment may follow itself.
    try HazardChecker.check(log + log, plan: record.label)
    return commands
  }

  /// Finds the bytes of each dispatch, and where barriers have to be.
  private func place(_ segment: Segment) -> PlacedSegment {
    var planner = BarrierPlanner()
    var encoded = PlacedSegment(label: segment.label, repeats: segment.repeats)
    for dispatch in segment.dispatches {
      var placed = place(dispatch)
      let arguments = dispatch.ignoresCondition ? nil : segment.arguments
      let needed = planner.needsBarrier(before: Self.accesses(of: placed, arguments: arguments))
      placed.barrierBefore = needed || options.serialBarriers
      encoded.dispatches.append(placed)
    }
    return encoded
  }

  private static func accesses(of placed: PlacedDispatch, arguments: Buffer?) -> [ByteAccess] {
    placed.bindings.map(\.bound)
      + (arguments.map {
        [ByteAccess(buffer: ObjectIdentifier($0), region: 0..<$0.byteCount, writes: false)]
      } ?? [])
  }

  private func encode(
    _ dispatch: Dispatch, _ placed: PlacedDispatch, of part: SegmentPart,
    arguments: (buffer: Buffer, offset: Int)?, into commands: CommandBuffer, pool: DescriptorPool?
  ) throws {
    let share = GangShare(of: dispatch, place: part.place, members: part.members, isIndirect: arguments != nil)
    if case .nothing = share { return }
    let pipeline = try pipeline(for: dispatch, on: part.member)
    commands.beginLabel(dispatch.label)
    commands.bind(pipeline)
    if let pool {
      let buffers = placed.bindings.map {
        (buffer: $0.buffer, offset: $0.bound.bytes.lowerBound, range: $0.bound.bytes.count)
      }
      commands.bind(try pool.allocate(pipeline, buffers, label: dispatch.label))
    }
    if !dispatch.parameters.isEmpty {
      parameters(of: dispatch, placed, on: part.member).withUnsafeBytes { commands.push(constants: $0) }
    }
    if let arguments {
      commands.dispatchIndirect(arguments.buffer, offset: arguments.offset)
    } else if case .part(let first, let counts) = share {
      commands.dispatch(from: first, counts: counts)
    } else {
      commands.dispatch(dispatch.groups.x, dispatch.groups.y, dispatch.groups.z)
    }
    commands.endLabel()
  }

  /// The push constants, with the address that the dispatch asks for.
  private func parameters(of dispatch: Dispatch, _ placed: PlacedDispatch, on member: Device) -> [UInt8] {
    guard let wanted = dispatch.address else { return dispatch.parameters }
    let binding = placed.bindings[wanted.binding]
    guard let start = binding.buffer.address(on: member) else {
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

  private func pipeline(for dispatch: Dispatch, on member: Device) throws -> Pipeline {
    let span = Trace.begin(.pipelines, dispatch.kernel.name)
    defer { span?.end() }
    return try member.pipeline(
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
