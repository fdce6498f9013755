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
      .filter { lives[$0] != nil }
      .sorted { (transients[$0].byteCount, $1) > (transients[$1].byteCount, $0) }
    for number in order {
      guard let life = lives[number] else { continue }
      let size = (max(transients[number].byteCount, 4) + alignment - 1) / alignment * alignment
      var offset = 0
      for other in placed where offset < other.offset + other.size && other.offset < offset + size {
        guard let otherLife = lives[other.number] else { continue }
        let apart =
          aliasing
          && (transients[other.number].segment != transients[number].segment || !life.overlaps(otherLife))
        if !apart { offset = other.offset + other.size }
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

  /// First to last dispatch that binds each transient, as positions within its segment.
  private static func lives(count: Int, segments: [Segment]) -> [ClosedRange<Int>?] {
    var lives = [ClosedRange<Int>?](repeating: nil, count: count)
    for segment in segments {
      for (position, dispatch) in segment.dispatches.enumerated() {
        for binding in dispatch.bindings {
          guard case .transient(let number) = binding.region.place else { continue }
          lives[number] = (lives[number]?.lowerBound ?? position)...position
        }
      }
    }
    return lives
  }
}
