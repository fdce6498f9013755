/// Where each transient of a plan lies in the plan's one arena buffer.
struct Arena {
  /// Offset in bytes by number of the transient; nil for those that nothing uses.
  let offsets: [Int?]
  /// Bytes of the arena.
  let byteCount: Int
  /// Bytes that it would take if nothing were reused.
  let byteCountWithoutReuse: Int

  /// Places the largest transients first, each at the lowest offset that is free during its whole life.
  init(transients: [Transient], segments: [Segment], alignment: Int, aliasing: Bool) {
    let lives = Self.lives(count: transients.count, segments: segments)
    var offsets = [Int?](repeating: nil, count: transients.count)
    var end = 0
    var total = 0
    var placed: [(offset: Int, size: Int, number: Int)] = []
    let order = transients.indices
      .filter { !lives[$0].isEmpty }
      .sorted { (transients[$0].byteCount, $1) > (transients[$1].byteCount, $0) }
    for number in order {
      // Clamped beyond any device, so that sums of sizes stay integers.
      let bytes = min(max(transients[number].byteCount, 4), 1 << 48)
      let size = (bytes + alignment - 1) / alignment * alignment
      var offset = 0
      for other in placed where offset < other.offset + other.size && other.offset < offset + size {
        let together = lives[number].contains { segment, life in
          lives[other.number][segment]?.overlaps(life) ?? false
        }
        if together || !aliasing { offset = other.offset + other.size }
      }
      offsets[number] = offset
      let index = placed.firstIndex { $0.offset > offset } ?? placed.endIndex
      placed.insert((offset, size, number), at: index)
      end = max(end, offset + size)
      total += size
    }
    self.offsets = offsets
    byteCount = end
    byteCountWithoutReuse = total
  }

  /// First to last dispatch that binds each transient, as positions within each segment that uses it.
  private static func lives(count: Int, segments: [Segment]) -> [[Int: ClosedRange<Int>]] {
    var lives = [[Int: ClosedRange<Int>]](repeating: [:], count: count)
    for (number, segment) in segments.enumerated() {
      for (position, dispatch) in segment.dispatches.enumerated() {
        for binding in dispatch.bindings {
          guard case .transient(let transient) = binding.region.place else { continue }
          lives[transient][number] = (lives[transient][number]?.lowerBound ?? position)...position
        }
      }
    }
    return lives
  }
}
