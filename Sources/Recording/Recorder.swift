public import Vulkan

/// A named run of bytes in the plan's arena.
struct Transient {
  let label: String
  let byteCount: Int
}

/// Dispatches that are encoded together and run `repeats` times in a row in each replay.
struct Segment {
  let label: String
  let repeats: Int
  /// A word on the device: each run in which it is 0 when the run begins does nothing. Nil for what always runs.
  var condition: Region?
  var dispatches: [Dispatch] = []
  /// Workgroups of each dispatch, three words each, which the first dispatch of a conditional segment writes.
  var arguments: Buffer?
}

/// Collects dispatches; consumed by `finish`, which makes the plan.
public struct Recorder: ~Copyable {
  /// The device that it is recorded for.
  public let device: Device
  /// The switches of the plan.
  public let options: PlanOptions
  let label: String
  var transients: [Transient] = []
  var segments: [Segment] = []
  var indexReports: [IndexReport] = []

  /// An empty recording on `device`; `label` names the plan in errors and descriptions.
  public init(on device: Device, label: String, options: PlanOptions = .environment) {
    self.device = device
    self.label = label
    self.options = options
  }

  /// Starts a segment: what is dispatched from here on runs `repeats` times in a row in each replay.
  ///
  /// - Parameter condition: a 32-bit word in persistent memory; a run at whose start it is 0 does nothing.
  public mutating func beginSegment(_ label: String, repeats: Int = 1, condition: Region? = nil) {
    segments.append(Segment(label: label, repeats: repeats, condition: condition))
  }

  /// Bytes that live from the first dispatch of a segment that uses them to the last.
  ///
  /// - Parameter elements: what they hold; each dispatch that writes floats there leaves all of them with a value.
  public mutating func transient(
    byteCount: Int, label: String, elements: Region.Elements = .other
  ) -> Region {
    transients.append(Transient(label: label, byteCount: byteCount))
    return Region(
      place: .transient(transients.count - 1), offset: 0, byteCount: byteCount, elements: elements)
  }

  /// Adds a dispatch to the current segment.
  public mutating func dispatch(_ dispatch: Dispatch) {
    if segments.isEmpty { beginSegment(dispatch.label) }
    segments[segments.count - 1].dispatches.append(dispatch)
  }

  /// Places memory, finds barriers, encodes: a plan that can be replayed.
  ///
  /// - Throws: `RecordingError` when the plan can't run on this device, `VulkanError` when the driver refuses.
  public consuming func finish() throws -> Plan {
    try Plan(
      device: device, label: label, segments: segments.filter { !$0.dispatches.isEmpty && $0.repeats > 0 },
      transients: transients, indexReports: indexReports, options: options)
  }
}
