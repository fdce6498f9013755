public import Vulkan

/// A recording with its memory placed, its barriers found and its commands encoded: replayed any number of times.
public final class Plan {
  /// The device that it was recorded for.
  public let device: Device
  /// The name given to the recording.
  public let label: String
  /// Sizes and counts of the plan.
  public let statistics: Statistics
  /// The segments, with the number of times each runs in a replay.
  let passes: [Pass]
  let arena: Buffer?
  /// Present when the plan looks for NaN and infinity.
  let finiteChecks: FiniteChecks?
  /// Where dispatches note indices out of range.
  let indexReports: [IndexReport]

  let encoder: Encoder
  /// By the number of members of the device's gang that work.
  private var encodings: [Int: Encoder.Encoding] = [:]

  /// A segment.
  struct Pass {
    let repeats: Int
    /// Its start, then the end of each dispatch, in its last run, when timestamps were asked for and the device has them.
    let timestamps: TimestampPool?
  }

  init(
    device: Device, label: String, segments recorded: [Segment], transients: [Transient],
    indexReports: [IndexReport], options: PlanOptions
  ) throws {
    let span = Trace.begin(.encoding, label)
    defer { span?.end() }
    let limits = device.physical.limits
    try Self.check(recorded, against: limits)
    try Self.checkWritesBeforeReads(recorded, transients)

    var segments = recorded
    let finiteChecks =
      options.checksFinite
      ? try FiniteChecks(plan: label, segments: &segments, transients: transients, on: device) : nil
    for index in segments.indices { try segments[index].prepareCondition(plan: label, on: device) }
    let arenaPlan = Arena(
      transients: transients, segments: segments, alignment: Region.alignment,
      aliasing: !options.noAliasing)
    let available = device.availableBytes()
    guard arenaPlan.byteCount <= available else {
      throw RecordingError.planTooLarge(plan: label, needed: arenaPlan.byteCount, available: available)
    }
    let arena =
      arenaPlan.byteCount == 0
      ? nil
      : try device.makeBuffer(bytes: arenaPlan.byteCount, domain: .device, label: "\(label): arena")

    let encoder = Encoder(
      device: device, plan: label, segments: segments, arena: arena, offsets: arenaPlan.offsets,
      options: options)
    var passes: [Pass] = []
    for segment in segments {
      let timestamps =
        options.timestamps
        ? try TimestampPool(
          device, count: segment.dispatches.count + 1, label: "\(label): \(segment.label)") : nil
      passes.append(Pass(repeats: segment.repeats, timestamps: timestamps))
    }
    var statistics = encoder.record.statistics
    statistics.arenaBytes = arenaPlan.byteCount
    statistics.arenaBytesWithoutReuse = arenaPlan.byteCountWithoutReuse

    self.device = device
    self.label = label
    self.passes = passes
    self.indexReports = indexReports
    self.statistics = statistics
    self.arena = arena
    self.finiteChecks = finiteChecks
    self.encoder = encoder
    _ = try commands(workers: device.workers)
  }

  /// What was encoded; its buffers are those that the plan keeps alive.
  var record: PlanRecord { encoder.record }

  /// The command buffers of each segment, one for each of the device's members that work.
  func commands(workers: Int) throws -> [[CommandBuffer]] {
    if let known = encodings[workers] { return known.commands }
    let encoding = try encoder.encode(workers: workers, timestamps: passes.map(\.timestamps))
    encodings[workers] = encoding
    return encoding.commands
  }

  private static func check(_ segments: [Segment], against limits: Limits) throws(RecordingError) {
    for dispatch in segments.flatMap(\.dispatches) {
      for region in dispatch.bindings.map(\.region) {
        // With the bytes between the aligned start of the binding and the region.
        let bytes = region.offset % Region.alignment + region.byteCount
        guard bytes <= limits.maxStorageBufferRange else {
          throw .bindingTooLarge(dispatch: dispatch.label, bytes: bytes, limit: limits.maxStorageBufferRange)
        }
      }
      let checks = [
        ("bindings", dispatch.bindings.count, limits.maxStorageBuffersPerStage),
        ("bytes of push constants", dispatch.parameters.count, limits.maxPushConstants),
        ("workgroups along x", dispatch.groups.x, limits.maxWorkgroupCount[0]),
        ("workgroups along y", dispatch.groups.y, limits.maxWorkgroupCount[1]),
        ("workgroups along z", dispatch.groups.z, limits.maxWorkgroupCount[2]),
        ("invocations a workgroup", Int(dispatch.specialization.first ?? 1), limits.maxWorkgroupInvocations),
      ]
      for (what, needed, limit) in checks where needed > limit {
        throw .overLimit(dispatch: dispatch.label, what: what, needed: needed, limit: limit)
      }
    }
  }

  private static func checkWritesBeforeReads(
    _ segments: [Segment], _ transients: [Transient]
  ) throws(RecordingError) {
    for segment in segments {
      var written = Set<Int>()
      for dispatch in segment.dispatches {
        for binding in dispatch.bindings {
          guard case .transient(let number) = binding.region.place else { continue }
          if binding.access.reads, !written.contains(number) {
            throw .readBeforeWrite(dispatch: dispatch.label, label: transients[number].label)
          }
        }
        for binding in dispatch.bindings where binding.access.writes {
          if case .transient(let number) = binding.region.place { written.insert(number) }
        }
      }
    }
  }
}
