/// How a number went, in a bounded count of points: where they become too many, each two become their mean.
struct MetricHistory: Equatable {
  private static let limit = 512

  /// Means of as many values each, but for the last.
  private(set) var points: [Double] = []
  /// Values a point, and those in the last point.
  private var stride = 1
  private var filled = 0

  /// Adds a value; what is no finite number makes its point none either.
  mutating func append(_ value: Double) {
    if points.isEmpty || filled == stride {
      if points.count == Self.limit { halve() }
      points.append(value)
      filled = 1
    } else {
      let last = points.count - 1
      points[last] += (value - points[last]) / Double(filled + 1)
      filled += 1
    }
  }

  private mutating func halve() {
    points = Swift.stride(from: 0, to: points.count, by: 2).map { (points[$0] + points[$0 + 1]) / 2 }
    stride *= 2
  }

  /// Bars of a character each, at most `width`, from the least to the largest value; a gap where one is no finite number.
  func sparkline(width: Int) -> String {
    guard width > 0, !points.isEmpty else { return "" }
    let count = min(width, points.count)
    let means = (0..<count).map { column in
      let range = column * points.count / count..<(column + 1) * points.count / count
      return points[range].reduce(0, +) / Double(range.count)
    }
    let finite = means.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
    // Halves, because a difference of the largest numbers is infinite.
    let range = high / 2 - low / 2
    return String(
      means.map { mean -> Character in
        guard mean.isFinite else { return " " }
        guard range > 0 else { return Self.bars[3] }
        let part = (mean / 2 - low / 2) / range
        return Self.bars[min(Self.bars.count - 1, Int(part * Double(Self.bars.count)))]
      })
  }

  private static let bars: [Character] = Array("▁▂▃▄▅▆▇█")
}
