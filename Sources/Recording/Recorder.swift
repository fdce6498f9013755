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
  var dispatches: [Dispatch] = []
}

/// Collects dispatches; consumed by `finish`, which makes the plan.
public struct Recorder: ~Copyable {
  /// The device that it is recorded for.
  public let device: Device
  let label: String
  var transients: [Transient] = []
  var segments: [Segment] = []
  var indexReports: [IndexReport] = []

  /// An empty recording on `device`; `label` names the plan in errors and descriptions.
  public init(on device: Device, label: String) {
    self.device = device
    self.label = label
  }

  /// Starts a segment: what is dispatched from here on runs `repeats` times in a row in each replay.
  public mutating func beginSegment(_ label: String, repeats: Int = 1) {
    segments.append(Segment(label: label, repeats: repeats))
  }

  /// Bytes that live from the first dispatch of a segment that uses them to the last.
  public mutating func transient(byteCount: Int, label: String) -> Region {
    transients.append(Transient(label: label, byteCount: byteCount))
    return Region(place: .transient(transients.count - 1), offset: 0, byteCount: byteCount)
  }

  /// Adds a dispatch to the current segment.
  public mutating func dispatch(_ dispatch: Dispatch) {
    if segments.isEmpty { beginSegment(dispatch.label) }
    segments[segments.count - 1].dispatches.append(dispatch)
  }

  /// Places memory, finds barriers, encodes: a plan that can be replayed.
  ///
  /// - Throws: `RecordingError` when the plan can't run on this device, `VulkanError` when the driver refuses.
  public consuming func finish(_ options: PlanOptions = .environment) throws -> Plan {
    try Plan(
      device: device, label: label, segments: segments.filter { !$0.dispatches.isEmpty },
      transients: transients, indexReports: indexReports, options: options)
  }
}

/// Switches that must not change any result.
public struct PlanOptions: Sendable {
  /// A barrier after every dispatch.
  public var serialBarriers: Bool
  /// Every transient at an address of its own.
  public var noAliasing: Bool
  /// A device timestamp after each dispatch.
  public var timestamps: Bool

  /// All switches off unless named.
  public init(serialBarriers: Bool = false, noAliasing: Bool = false, timestamps: Bool = false) {
    self.serialBarriers = serialBarriers
    self.noAliasing = noAliasing
    self.timestamps = timestamps
  }

  /// `REPRISE_SERIAL_BARRIERS=1` and `REPRISE_NO_ALIASING=1` switch on what they say.
  public static var environment: PlanOptions {
    PlanOptions(
      serialBarriers: environmentSwitch("REPRISE_SERIAL_BARRIERS"),
      noAliasing: environmentSwitch("REPRISE_NO_ALIASING"))
  }
}
