/// At most 256 colours for the pixels of pictures.
struct Palette {
  /// In the order of their indices.
  let colors: [Color]
  /// The index of each colour that was counted.
  private let indices: [UInt32: UInt8]

  /// The colours themselves up to 256, else 255 by median cut (Heckbert 1982).
  ///
  /// - Parameter counts: how often each colour occurs.
  init(_ counts: [UInt32: Int]) {
    let all = counts.sorted { $0.key < $1.key }.map { (color: Color(packed: $0.key), count: $0.value) }
    var boxes = all.count <= 256 ? all.map { [$0] } : [all]
    while all.count > 256, boxes.count < 255 {
      // The box whose pixels are spread widest is cut in halves of equal count.
      guard
        let widest = boxes.indices.max(by: { Self.spread(boxes[$0]).weight < Self.spread(boxes[$1]).weight })
      else { break }
      let channel = Self.spread(boxes[widest]).channel
      let sorted = boxes[widest].sorted {
        ($0.color[channel], $0.color.packed) < ($1.color[channel], $1.color.packed)
      }
      let half = sorted.reduce(0) { $0 + $1.count } / 2
      var (cut, below) = (0, 0)
      while cut < sorted.count - 1, cut == 0 || below + sorted[cut].count <= half {
        below += sorted[cut].count
        cut += 1
      }
      boxes[widest] = Array(sorted[..<cut])
      boxes.append(Array(sorted[cut...]))
    }
    var indices: [UInt32: UInt8] = [:]
    for (index, box) in boxes.enumerated() {
      for entry in box { indices[entry.color.packed] = UInt8(index) }
    }
    self.indices = indices
    colors = boxes.map { box in
      let count = box.reduce(0) { $0 + $1.count }
      func mean(_ channel: Int) -> UInt8 {
        UInt8((box.reduce(0) { $0 + Int($1.color[channel]) * $1.count } + count / 2) / count)
      }
      return Color(mean(0), mean(1), mean(2))
    }
  }

  /// The widest channel of a box, and its range times the number of pixels; 0 where it can't be cut.
  private static func spread(_ box: [(color: Color, count: Int)]) -> (channel: Int, weight: Int) {
    let count = box.reduce(0) { $0 + $1.count }
    let ranges = (0..<3).map { channel in
      let values = box.map { Int($0.color[channel]) }
      return (channel: channel, weight: ((values.max() ?? 0) - (values.min() ?? 0)) * count)
    }
    return ranges.max { $0.weight < $1.weight } ?? (0, 0)
  }

  /// The indices of pixels of pictures that were counted.
  func indices(of pixels: [UInt32]) -> [UInt8] {
    var (last, index): (UInt32?, UInt8) = (nil, 0)
    return pixels.map { pixel in
      if pixel != last { (last, index) = (pixel, indices[pixel] ?? 0) }
      return index
    }
  }
}

extension Color {
  /// Red, green or blue by number.
  fileprivate subscript(channel: Int) -> UInt8 { UInt8(truncatingIfNeeded: packed >> (8 * UInt32(channel))) }
}
