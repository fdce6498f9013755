import Vulkan

/// A plan as it was placed and encoded: what its text, its graph and its profile are made of.
struct PlanRecord {
  let label: String
  var segments: [PlacedSegment] = []

  /// The sums over one replay; the arena's sizes are not in them.
  var statistics: Plan.Statistics {
    var sums = Plan.Statistics()
    for segment in segments { sums.add(segment.statistics) }
    return sums
  }
}

/// A segment with its dispatches placed.
struct PlacedSegment {
  let label: String
  let repeats: Int
  var dispatches: [PlacedDispatch] = []

  /// The sums over one replay, repeats counted.
  var statistics: Plan.Statistics {
    var sums = Plan.Statistics()
    sums.dispatches = repeats * dispatches.count
    // One at the start, because a segment may follow any other, itself included.
    sums.barriers = repeats * (1 + dispatches.count { $0.barrierBefore })
    sums.bytesRead = repeats * dispatches.reduce(0) { $0 + $1.bytesRead }
    sums.bytesWritten = repeats * dispatches.reduce(0) { $0 + $1.bytesWritten }
    sums.flops = repeats * dispatches.reduce(0) { $0 + $1.flops }
    return sums
  }
}

/// A dispatch whose bindings have addresses.
struct PlacedDispatch {
  let label, kernel: String
  let groups: Groups
  let flops: Int
  let bindings: [PlacedBinding]
  var barrierBefore = false

  /// Bytes that it may read, and that it may write.
  var bytesRead: Int { bindings.reduce(0) { $0 + ($1.access.reads ? $1.touched : 0) } }
  var bytesWritten: Int { bindings.reduce(0) { $0 + ($1.access.writes ? $1.touched : 0) } }
}

/// A region in the buffer where it lies.
struct PlacedBinding {
  let buffer: Buffer
  let bytes: Range<Int>
  let access: Access
  /// Bytes that the kernel touches at most.
  let touched: Int

  /// What is bound, and how.
  var bound: ByteAccess {
    ByteAccess(buffer: ObjectIdentifier(buffer), region: bytes, writes: access.writes)
  }
}

extension Plan {
  /// Sizes and counts of a plan, over one replay.
  public struct Statistics: Sendable, Equatable {
    /// Dispatches in one replay, repeats counted.
    public internal(set) var dispatches = 0
    /// Barriers in one replay, repeats counted.
    public internal(set) var barriers = 0
    /// Bytes that the dispatches of one replay read, at most.
    public internal(set) var bytesRead = 0
    /// Bytes that the dispatches of one replay write, at most.
    public internal(set) var bytesWritten = 0
    /// Floating point operations of those dispatches that count them.
    public internal(set) var flops = 0
    /// Bytes of the arena.
    public internal(set) var arenaBytes = 0
    /// Bytes that the arena would take if no byte were used twice.
    public internal(set) var arenaBytesWithoutReuse = 0

    fileprivate mutating func add(_ other: Statistics) {
      dispatches += other.dispatches
      barriers += other.barriers
      bytesRead += other.bytesRead
      bytesWritten += other.bytesWritten
      flops += other.flops
    }
  }
}
