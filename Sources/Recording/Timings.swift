public import Vulkan

/// How long a dispatch took on the device, and how much it had to do.
public struct Timing: Sendable {
  /// The segment that it belongs to, its own label, and its kernel.
  public let segment, dispatch, kernel: String
  /// Whether a barrier is before it, as it always is before the first of a segment.
  public let hasBarrier: Bool
  /// Runs in each replay.
  public let repeats: Int
  /// Seconds of its last run, the wait for a barrier before it included, and when that began, from the plan's first on.
  public let start, seconds: Double
  /// Bytes that it reads and that it writes at most, and its floating point operations where they are counted.
  public let bytesRead, bytesWritten, flops: Int

  /// Bytes that it reads and writes at most.
  public var bytes: Int { bytesRead + bytesWritten }
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
      return zip(segment.dispatches.enumerated(), zip(seconds, seconds.dropFirst())).map { numbered, times in
        let (position, dispatch) = numbered
        return Timing(
          segment: segment.label, dispatch: dispatch.label, kernel: dispatch.kernel,
          hasBarrier: position == 0 || dispatch.barrierBefore, repeats: segment.repeats, start: times.0,
          seconds: times.1 - times.0, bytesRead: dispatch.bytesRead, bytesWritten: dispatch.bytesWritten,
          flops: dispatch.flops)
      }
    }
  }
}
