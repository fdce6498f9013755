public import Vulkan

/// How long a dispatch took on the device.
public struct Timing: Sendable {
  /// The segment that it belongs to, and its own label.
  public let segment, dispatch: String
  /// Runs in each replay.
  public let repeats: Int
  /// Seconds of its last run, the wait for a barrier before it included.
  public let seconds: Double
}

extension Plan {
  /// Times of the last run of each dispatch, in the order of the plan; empty without `PlanOptions.timestamps` or where the
  /// device has no clock. Replays must have ended.
  public func timings() throws(VulkanError) -> [Timing] {
    var timings: [Timing] = []
    for pass in passes {
      guard let nanoseconds = try pass.timestamps?.nanoseconds() else { continue }
      for (index, label) in pass.dispatches.enumerated() {
        timings.append(
          Timing(
            segment: pass.label, dispatch: label, repeats: pass.repeats,
            seconds: (nanoseconds[index + 1] - nanoseconds[index]) * 1e-9))
      }
    }
    return timings
  }
}
