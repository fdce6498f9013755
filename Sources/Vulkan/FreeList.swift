/// The free ranges of one block of memory: best fit, neighbours joined again when they come back.
package struct FreeList {
  private struct Range {
    var offset: Int
    var size: Int
  }

  /// The block's size.
  package let size: Int
  /// Bytes that are free, in however many pieces.
  package private(set) var freeBytes: Int
  /// Sorted by offset; no two touch.
  private var ranges: [Range]

  package init(size: Int) {
    self.size = size
    freeBytes = size
    ranges = [Range(offset: 0, size: size)]
  }

  package var isEmpty: Bool { freeBytes == size }

  /// The largest size that `allocate` would find room for.
  package var largest: Int { ranges.map(\.size).max() ?? 0 }

  /// Takes `size` bytes from the smallest range that holds them; nil when none does.
  ///
  /// Offsets are multiples of whatever all sizes are multiples of.
  package mutating func allocate(_ size: Int) -> Int? {
    let fitting = ranges.indices.filter { ranges[$0].size >= size }
    guard let best = fitting.min(by: { ranges[$0].size < ranges[$1].size }) else { return nil }
    let offset = ranges[best].offset
    if ranges[best].size == size {
      ranges.remove(at: best)
    } else {
      ranges[best].offset += size
      ranges[best].size -= size
    }
    freeBytes -= size
    return offset
  }

  /// Gives back a range that `allocate` handed out.
  package mutating func free(offset: Int, size: Int) {
    let next = ranges.firstIndex { $0.offset > offset } ?? ranges.count
    freeBytes += size
    let joinsPrevious = next > 0 && ranges[next - 1].offset + ranges[next - 1].size == offset
    let joinsNext = next < ranges.count && offset + size == ranges[next].offset
    switch (joinsPrevious, joinsNext) {
    case (true, true):
      ranges[next - 1].size += size + ranges[next].size
      ranges.remove(at: next)
    case (true, false): ranges[next - 1].size += size
    case (false, true):
      ranges[next].offset = offset
      ranges[next].size += size
    case (false, false): ranges.insert(Range(offset: offset, size: size), at: next)
    }
  }
}
