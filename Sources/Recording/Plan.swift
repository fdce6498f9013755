public import Vulkan

/// A recording with its memory placed, its barriers found and its commands encoded: replayed any number of times.
public final class Plan {
  /// The device that it was recorded for.
  public let device: Device
  /// The name given to the recording.
  public let label: String
  /// What was recorded, for people and golden files.
  public let description: String
  /// Sizes and counts of the plan.
  public let statistics: Statistics
  /// One command buffer a segment, with the number of times it runs in each replay.
  let passes: [Pass]
  /// Where dispatches note indices out of range.
  let indexReports: [IndexReport]

  private let arena: Buffer?
  private let retained: [Buffer]
  private let descriptors: DescriptorPool?

  /// Sizes and counts of a plan, over one replay.
  public struct Statistics: Sendable, Equatable {
    /// Dispatches in one replay, repeats counted.
    public internal(set) var dispatches = 0
    /// Barriers in one replay, repeats counted.
    public internal(set) var barriers = 0
    /// Bytes of the arena.
    public internal(set) var arenaBytes = 0
    /// Bytes that the arena would take if no byte were used twice.
    public internal(set) var arenaBytesWithoutReuse = 0
  }

  /// An encoded segment.
  struct Pass {
    let label: String
    let commands: CommandBuffer
    let repeats: Int
    /// Labels of its dispatches.
    let dispatches: [String]
    /// Its start, then the end of each dispatch, in its last run, when timestamps were asked for and the device has them.
    let timestamps: TimestampPool?
  }

  init(
    device: Device, label: String, segments: [Segment], transients: [Transient],
    indexReports: [IndexReport], options: PlanOptions
  ) throws {
    let limits = device.physical.limits
    try Self.check(segments, against: limits)
    try Self.checkWritesBeforeReads(segments, transients)

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

    var encoder = Encoder(
      device: device, plan: label, arena: arena, offsets: arenaPlan.offsets, options: options)
    let pool = try encoder.descriptorPool(for: segments)
    var passes: [Pass] = []
    var statistics = Statistics()
    for segment in segments {
      let timestamps =
        options.timestamps ? try TimestampPool(device, count: segment.dispatches.count + 1) : nil
      let encoded = try encoder.encode(segment, pool: pool, timestamps: timestamps)
      passes.append(
        Pass(
          label: segment.label, commands: encoded.commands, repeats: segment.repeats,
          dispatches: segment.dispatches.map(\.label), timestamps: timestamps))
      statistics.dispatches += segment.repeats * segment.dispatches.count
      statistics.barriers += segment.repeats * encoded.barriers
    }
    statistics.arenaBytes = arenaPlan.byteCount
    statistics.arenaBytesWithoutReuse = arenaPlan.byteCountWithoutReuse

    self.device = device
    self.label = label
    self.passes = passes
    self.indexReports = indexReports
    self.statistics = statistics
    self.arena = arena
    retained = Array(encoder.buffers.values)
    descriptors = pool
    description = encoder.describe(label: label, segments: segments, statistics: statistics)
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
