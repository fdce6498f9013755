import Kernels
import Vulkan

/// Turns segments into command buffers, and keeps a log of what it encoded for the hazard checker.
struct Encoder {
  let device: Device
  let plan: String
  let arena: Buffer?
  let offsets: [Int?]
  let options: PlanOptions
  /// Every persistent buffer that was bound, so that the plan keeps it alive; by identity.
  private(set) var buffers: [ObjectIdentifier: Buffer] = [:]
  /// For the description: before which dispatches of which segment a barrier stands.
  private var barriersBefore: [[Bool]] = []

  init(device: Device, plan: String, arena: Buffer?, offsets: [Int?], options: PlanOptions) {
    self.device = device
    self.plan = plan
    self.arena = arena
    self.offsets = offsets
    self.options = options
  }

  /// A pool with exactly the descriptor sets that the segments need; nil for none.
  func descriptorPool(for segments: [Segment]) throws -> DescriptorPool? {
    let dispatches = segments.flatMap(\.dispatches)
    guard !dispatches.isEmpty else { return nil }
    return try DescriptorPool(
      device, sets: dispatches.count, bindings: dispatches.reduce(0) { $0 + $1.bindings.count })
  }

  /// Encodes one segment; its command buffer may run many times in one submission, so it begins with a barrier.
  mutating func encode(
    _ segment: Segment, pool: DescriptorPool?, timestamps: TimestampPool?
  ) throws -> (commands: CommandBuffer, barriers: Int) {
    let commands = try CommandBuffer(device, label: "\(plan): \(segment.label)")
    try commands.begin()
    commands.beginLabel(segment.label)
    if let timestamps { commands.resetQueries(timestamps) }
    var log: [EncodedCommand] = [.barrier]
    var planner = BarrierPlanner()
    var barriers = 1
    commands.barrier()
    if let timestamps { commands.writeTimestamp(timestamps, 0) }
    barriersBefore.append([])
    for (position, dispatch) in segment.dispatches.enumerated() {
      let resolved = dispatch.bindings.map { resolve($0.region) }
      // With the bytes between the aligned start of a binding and its region: they are bound, and validation counts them.
      let accesses = zip(dispatch.bindings, resolved).map { binding, place in
        ByteAccess(
          buffer: ObjectIdentifier(place.buffer),
          bytes: place.offset - place.offset % Region.alignment..<place.offset + place.byteCount,
          writes: binding.access.writes)
      }
      let needed = planner.needsBarrier(before: accesses)
      let barrier = needed || options.serialBarriers
      if barrier {
        commands.barrier()
        log.append(.barrier)
        barriers += 1
      }
      barriersBefore[barriersBefore.count - 1].append(barrier)
      try encode(dispatch, resolved: resolved, into: commands, pool: pool)
      if let timestamps { commands.writeTimestamp(timestamps, position + 1) }
      log.append(.dispatch(label: dispatch.label, accesses: accesses))
    }
    commands.endLabel()
    try commands.end()
    // Twice, because a segment may follow itself.
    try HazardChecker.check(log + log, plan: plan)
    return (commands, barriers)
  }

  private func encode(
    _ dispatch: Dispatch, resolved: [Place], into commands: CommandBuffer, pool: DescriptorPool?
  ) throws {
    let pipeline = try device.pipeline(
      words: dispatch.kernel.words, name: dispatch.kernel.name, bindings: dispatch.bindings.count,
      pushConstantBytes: dispatch.parameters.count, specialization: dispatch.specialization)
    commands.beginLabel(dispatch.label)
    commands.bind(pipeline)
    if let pool {
      let buffers = resolved.map { place in
        let gap = place.offset % Region.alignment
        return (buffer: place.buffer, offset: place.offset - gap, range: place.byteCount + gap)
      }
      commands.bind(try pool.allocate(pipeline, buffers))
    }
    if !dispatch.parameters.isEmpty {
      dispatch.parameters.withUnsafeBytes { commands.push(constants: $0) }
    }
    commands.dispatch(dispatch.groups.x, dispatch.groups.y, dispatch.groups.z)
    commands.endLabel()
  }

  private typealias Place = (buffer: Buffer, offset: Int, byteCount: Int)

  private mutating func resolve(_ region: Region) -> Place {
    switch region.place {
    case .persistent(let buffer):
      buffers[ObjectIdentifier(buffer)] = buffer
      return (buffer, region.offset, region.byteCount)
    case .transient(let number):
      guard let arena, let offset = offsets[number] else {
        preconditionFailure("a transient that a dispatch binds has no place in the arena")
      }
      return (arena, offset + region.offset, region.byteCount)
    }
  }

  /// Stable text: segments, dispatches with workgroups and bytes, barriers, arena.
  func describe(label: String, segments: [Segment], statistics: Plan.Statistics) -> String {
    var lines = [
      "plan \"\(label)\": \(statistics.dispatches) dispatches, \(statistics.barriers) barriers, arena "
        + "\(formatted(bytes: statistics.arenaBytes)) (\(formatted(bytes: statistics.arenaBytesWithoutReuse)) without reuse)"
    ]
    for (segment, barriers) in zip(segments, barriersBefore) {
      lines.append("segment \"\(segment.label)\" × \(segment.repeats)")
      for (index, dispatch) in segment.dispatches.enumerated() {
        if barriers[index] { lines.append("  ―") }
        let bytes = dispatch.bindings.reduce(0) { $0 + $1.region.byteCount }
        let groups = dispatch.groups
        lines.append(
          "  \(index) \(dispatch.label) [\(dispatch.kernel.name)] \(groups.x)×\(groups.y)×\(groups.z), "
            + formatted(bytes: bytes))
      }
    }
    return lines.joined(separator: "\n")
  }
}
