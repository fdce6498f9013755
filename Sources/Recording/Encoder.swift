import Kernels
import Vulkan

/// Turns segments into command buffers.
struct Encoder {
  let device: Device
  let segments: [Segment]
  let options: PlanOptions
  /// Where everything lies; it keeps every buffer that is bound alive.
  let record: PlanRecord

  init(
    device: Device, plan: String, segments: [Segment], arena: Buffer?, offsets: [Int?], options: PlanOptions
  ) {
    self.device = device
    self.segments = segments
    self.options = options
    var record = PlanRecord(label: plan)
    for segment in segments {
      record.segments.append(
        Self.place(segment, arena, offsets, hasAllBarriers: options.serialBarriers))
    }
    self.record = record
  }

  /// The command buffers of all segments, for as many members of the device's gang as work.
  struct Encoding {
    /// By segment, then by member.
    fileprivate(set) var commands: [[CommandBuffer]] = []
    fileprivate var pools: [DescriptorPool?] = []
  }

  /// What a member has to encode of a segment.
  private struct Part {
    let segment: Segment
    let placed: PlacedSegment
    let member: Device
    /// The member's place among those who work, and how many they are.
    let place, workers: Int
    let pool: DescriptorPool?
  }

  /// Encodes all segments for the first `workers` members of the gang; `timestamps` are written by the first.
  func encode(workers: Int, timestamps: [TimestampPool?]) throws -> Encoding {
    var encoding = Encoding()
    let members = device.members.prefix(workers)
    encoding.pools = try members.map {
      try descriptorPool(on: $0, meetings: workers > 1 ? segments.count : 0)
    }
    for (index, segment) in segments.enumerated() {
      encoding.commands.append(
        try members.enumerated().map { place, member in
          let part = Part(
            segment: segment, placed: record.segments[index], member: member, place: place, workers: workers,
            pool: encoding.pools[place])
          return try encode(part, timestamps: place == 0 ? timestamps[index] : nil)
        })
    }
    return encoding
  }

  /// A pool with room for the descriptor sets that the segments need; nil for none.
  private func descriptorPool(on member: Device, meetings: Int) throws -> DescriptorPool? {
    let dispatches = segments.flatMap(\.dispatches)
    guard !dispatches.isEmpty else { return nil }
    return try DescriptorPool(
      member, sets: dispatches.count + meetings,
      bindings: dispatches.reduce(meetings) { $0 + $1.bindings.count }, label: record.label)
  }

  /// A segment's commands may run many times in one submission, so they begin with a barrier.
  private func encode(_ part: Part, timestamps: TimestampPool?) throws -> CommandBuffer {
    let segment = part.segment
    let commands = try CommandBuffer(part.member, label: "\(record.label): \(segment.label)")
    let rendezvous =
      part.workers > 1
      ? try Rendezvous(of: device, on: part.member, workers: part.workers, pool: part.pool) : nil
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
      if placed.barrierBefore {
        commands.barrier()
        rendezvous?.encode(into: commands)
        log.append(.barrier)
      }
      try encode(dispatch, at: position, of: part, into: commands)
      if let timestamps { commands.writeTimestamp(timestamps, position + 1) }
      log.append(
        .dispatch(
          label: dispatch.label, accesses: Self.accesses(of: placed, segment.arguments(of: dispatch))))
    }
    commands.endLabel()
    try commands.end()
    // Twice, because a segment may follow itself.
    try HazardChecker.check(log + log, plan: record.label)
    return commands
  }

  private func encode(_ dispatch: Dispatch, at position: Int, of part: Part, into commands: CommandBuffer)
    throws
  {
    let placed = part.placed.dispatches[position]
    let arguments = part.segment.arguments(of: dispatch)
    let share = GangShare(
      of: dispatch, place: part.place, workers: part.workers, isIndirect: arguments != nil)
    if share == .nothing { return }
    let pipeline = try pipeline(for: dispatch, on: part.member)
    commands.beginLabel(dispatch.label)
    commands.bind(pipeline)
    if let pool = part.pool {
      let buffers = placed.bindings.map {
        (buffer: $0.buffer, offset: $0.bound.bytes.lowerBound, range: $0.bound.bytes.count)
      }
      commands.bind(try pool.allocate(pipeline, buffers, label: dispatch.label))
    }
    let parameters = parameters(of: dispatch, placed, for: pipeline, on: part.member)
    if !parameters.isEmpty { parameters.withUnsafeBytes { commands.push(constants: $0) } }
    if let arguments {
      commands.dispatchIndirect(arguments, offset: 12 * position)
    } else if case .part(let first, let counts) = share {
      commands.dispatch(from: first, counts: counts)
    } else {
      commands.dispatch(dispatch.groups.x, dispatch.groups.y, dispatch.groups.z)
    }
    commands.endLabel()
  }

  /// The push constants, with the addresses of the bindings where the pipeline asks for them.
  private func parameters(
    of dispatch: Dispatch, _ placed: PlacedDispatch, for pipeline: Pipeline, on member: Device
  ) -> [UInt8] {
    var parameters = dispatch.parameters
    guard let offset = pipeline.addressOffset else { return parameters }
    parameters += [UInt8](repeating: 0, count: offset - parameters.count)
    for binding in placed.bindings {
      guard let start = binding.buffer.address(on: member) else {
        preconditionFailure("\(dispatch.label) wants an address on a device without pointers")
      }
      let address = start + UInt64(binding.bound.bytes.lowerBound)
      withUnsafeBytes(of: address.littleEndian) { parameters += $0 }
    }
    return parameters
  }

  private func pipeline(for dispatch: Dispatch, on member: Device) throws -> Pipeline {
    let span = Trace.begin(.pipelines, dispatch.kernel.name)
    defer { span?.end() }
    return try member.pipeline(
      words: dispatch.kernel.words, name: dispatch.kernel.name, bindings: dispatch.bindings.count,
      pushConstantBytes: dispatch.parameters.count, specialization: dispatch.specialization,
      byAddress: member.physical.branchesAtDescriptors && !dispatch.keepsDescriptors)
  }
}

extension Encoder {
  /// Finds the bytes of each dispatch, and where barriers have to be.
  private static func place(_ segment: Segment, _ arena: Buffer?, _ offsets: [Int?], hasAllBarriers: Bool)
    -> PlacedSegment
  {
    var planner = BarrierPlanner()
    var encoded = PlacedSegment(label: segment.label, repeats: segment.repeats)
    for dispatch in segment.dispatches {
      var placed = place(dispatch, arena, offsets)
      let needed = planner.needsBarrier(before: accesses(of: placed, segment.arguments(of: dispatch)))
      placed.barrierBefore = needed || hasAllBarriers
      encoded.dispatches.append(placed)
    }
    return encoded
  }

  private static func accesses(of placed: PlacedDispatch, _ arguments: Buffer?) -> [ByteAccess] {
    placed.bindings.map(\.bound)
      + (arguments.map {
        [ByteAccess(buffer: ObjectIdentifier($0), region: 0..<$0.byteCount, writes: false)]
      } ?? [])
  }

  private static func place(_ dispatch: Dispatch, _ arena: Buffer?, _ offsets: [Int?]) -> PlacedDispatch {
    PlacedDispatch(
      label: dispatch.label, kernel: dispatch.kernel.name, groups: dispatch.groups, flops: dispatch.flops,
      bindings: dispatch.bindings.map { binding in
        let region = binding.region
        switch region.place {
        case .persistent(let buffer):
          return PlacedBinding(
            buffer: buffer, bytes: region.offset..<region.offset + region.byteCount, access: binding.access,
            touched: binding.touched)
        case .transient(let number):
          guard let arena, let offset = offsets[number] else {
            preconditionFailure("a transient that a dispatch binds has no place in the arena")
          }
          let start = offset + region.offset
          return PlacedBinding(
            buffer: arena, bytes: start..<start + region.byteCount, access: binding.access,
            touched: binding.touched)
        }
      })
  }
}

extension Segment {
  /// Where the device finds the workgroups of `dispatch`; nil where they are known.
  fileprivate func arguments(of dispatch: Dispatch) -> Buffer? {
    dispatch.ignoresCondition ? nil : arguments
  }
}
