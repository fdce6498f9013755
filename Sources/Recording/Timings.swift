public import Vulkan

/// How long a dispatch took on the device, and how much it had to do.
public struct Timing: Sendable {
  /// The segment that it belongs to, and its own label.
  public let segment, dispatch: String
  /// Runs in each replay.
  public let repeats: Int
  /// Seconds of its last run, the wait for a barrier before it included, and when that began, from the plan's first on.
  public let start, seconds: Double
  /// Bytes of the regions that it reads and writes, and its floating point operations where they are counted.
  public let bytes, flops: Int
}

extension Plan {
  /// Times of the last run of each dispatch, in the order of the plan; empty without `PlanOptions.timestamps` or where the
  /// device has no clock. Replays must have ended.
  public func timings() throws(VulkanError) -> [Timing] {
    var ticks: [UInt64] = []
    for pass in passes {
      guard let timestamps = pass.timestamps else { return [] }
      ticks += try timestamps.ticks()
    }
    let limits = device.physical.limits
    var seconds = elapsedNanoseconds(
      ticks, validBits: limits.timestampValidBits, period: limits.timestampPeriod
    ).map { $0 * 1e-9 }[...]
    return record.segments.flatMap { segment in
      // A segment's first time is its start.
      defer { seconds = seconds.dropFirst(segment.dispatches.count + 1) }
      return zip(segment.dispatches, zip(seconds, seconds.dropFirst())).map { dispatch, times in
        Timing(
          segment: segment.label, dispatch: dispatch.label, repeats: segment.repeats, start: times.0,
          seconds: times.1 - times.0, bytes: dispatch.bytesRead + dispatch.bytesWritten, flops: dispatch.flops
        )
      }
    }
  }
}
