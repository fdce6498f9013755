/// Where each transient of a plan lies in the plan's one arena buffer.
struct Arena {
  /// Offset in bytes by number of the transient; nil for those that nothing uses.
  let offsets: [Int?]
  /// Bytes of the arena.
  let byteCount: Int
  /// Bytes that it would take if nothing were reused.
  let byteCountWithoutReuse: Int

  /// Bytes that the arena may grow by, where that saves barriers.
  private static let slack = 64 << 10

  private struct Placement {
    var offsets: [Int?]
    var byteCount = 0
  }

  /// First to last use of each transient, in each segment that uses it.
  private typealias Lives = [[Int: ClosedRange<Int>]]

  /// Places the transients so that no two share a byte while both live.
  ///
  /// A byte that a dispatch takes over from one that no barrier separates from it needs a barrier of its own; so bytes are
  /// taken from before the last barrier where that costs next to none.
  init(transients: [Transient], segments: [Segment], alignment: Int, aliasing: Bool) {
    let lives = Self.lives(count: transients.count, segments: segments) { _, position in position }
    let apart = Self.place(transients, lives, alignment, aliasing: false)
    byteCountWithoutReuse = apart.byteCount
    guard aliasing else {
      (offsets, byteCount) = (apart.offsets, apart.byteCount)
      return
    }
    var best = Self.place(transients, lives, alignment)
    let needed = Self.barriers(segments, apart)
    let barriers = Self.barriers(segments, best)
    if barriers.count > needed.count {
      let limit = best.byteCount + Self.slack
      let calmLives = Self.lives(count: transients.count, segments: segments) { needed.before[$0][$1] }
      let calm = Self.place(transients, lives, alignment, preferring: calmLives, within: limit)
      if calm.byteCount <= limit, Self.barriers(segments, calm).count < barriers.count { best = calm }
    }
    (offsets, byteCount) = (best.offsets, best.byteCount)
  }

  /// Places the largest transients first, each at the lowest offset that is free during its whole life: during the longer one
  /// that is preferred, unless it would end beyond `limit`.
  private static func place(
    _ transients: [Transient], _ lives: Lives, _ alignment: Int, aliasing: Bool = true,
    preferring longer: Lives? = nil, within limit: Int = .max
  ) -> Placement {
    var placement = Placement(offsets: [Int?](repeating: nil, count: transients.count))
    var placed: [(offset: Int, size: Int, number: Int)] = []
    func lowest(_ number: Int, _ size: Int, _ lives: Lives) -> Int {
      var offset = 0
      for other in placed where offset < other.offset + other.size && other.offset < offset + size {
        let together = lives[number].contains { segment, life in
          lives[other.number][segment]?.overlaps(life) ?? false
        }
        if together || !aliasing { offset = other.offset + other.size }
      }
      return offset
    }
    let order = transients.indices
      .filter { !lives[$0].isEmpty }
      .sorted { (transients[$0].byteCount, $1) > (transients[$1].byteCount, $0) }
    for number in order {
      // Clamped beyond any device, so that sums of sizes stay integers.
      let bytes = min(max(transients[number].byteCount, 4), 1 << 48)
      let size = (bytes + alignment - 1) / alignment * alignment
      let calm = longer.map { lowest(number, size, $0) }
      let offset = calm.flatMap { $0 + size <= limit ? $0 : nil } ?? lowest(number, size, lives)
      placement.offsets[number] = offset
      placement.byteCount = max(placement.byteCount, offset + size)
      placed.insert(
        (offset, size, number), at: placed.firstIndex { $0.offset > offset } ?? placed.endIndex)
    }
    return placement
  }

  /// First to last dispatch that binds each transient, as `place(segment, position)` counts them.
  private static func lives(
    count: Int, segments: [Segment], place: (Int, Int) -> Int
  ) -> Lives {
    var lives = Lives(repeating: [:], count: count)
    for (number, segment) in segments.enumerated() {
      for (position, dispatch) in segment.dispatches.enumerated() {
        let place = place(number, position)
        for binding in dispatch.bindings {
          guard case .transient(let transient) = binding.region.place else { continue }
          lives[transient][number] = (lives[transient][number]?.lowerBound ?? place)...place
        }
      }
    }
    return lives
  }

  /// Barriers of one replay, and for each dispatch of each segment how many stand before it.
  private static func barriers(
    _ segments: [Segment], _ placement: Placement
  ) -> (count: Int, before: [[Int]]) {
    var count = 0
    let before = segments.map { segment in
      var planner = BarrierPlanner()
      var barriers = 0
      let before = segment.dispatches.map { dispatch in
        if planner.needsBarrier(before: dispatch.bindings.map { access($0, placement) }) { barriers += 1 }
        return barriers
      }
      count += segment.repeats * barriers
      return before
    }
    return (count, before)
  }

  private static func access(_ binding: Binding, _ placement: Placement) -> ByteAccess {
    let region = binding.region
    switch region.place {
    case .persistent(let buffer):
      return ByteAccess(
        buffer: ObjectIdentifier(buffer), region: region.offset..<region.offset + region.byteCount,
        writes: binding.access.writes)
    case .transient(let number):
      let start = (placement.offsets[number] ?? 0) + region.offset
      return ByteAccess(
        buffer: ObjectIdentifier(Arena.self), region: start..<start + region.byteCount,
        writes: binding.access.writes)
    }
  }
}
