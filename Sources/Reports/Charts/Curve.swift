package import Runs

/// A run's curve over its seeds: their mean, and the smallest and largest of them.
package struct Curve: Equatable {
  /// A place on the common grid.
  package struct Point: Equatable {
    package let x, mean, low, high: Double
  }

  package private(set) var name: String
  package let points: [Point]
  /// How many seeds it is over.
  package let seeds: Int

  /// More places than a chart has room for are not kept.
  private static let places = 300

  /// Puts the curves of several seeds onto one grid.
  ///
  /// Where all have the same abscissas, and no more than a chart has room for, these are the grid; else it is even, and a seed's
  /// value at a place is the mean of its points there, or lies on the line between the nearest. A seed counts where it has been.
  ///
  /// - Parameter smoothing: each point becomes the mean of so many, itself the last of them.
  package init(_ name: String, of seeds: [[LearningCurve.Point]], smoothing: Int = 1) {
    let seeds = seeds.filter { !$0.isEmpty }.map { $0.sorted { $0.x < $1.x }.smoothed(over: smoothing) }
    self.name = name
    self.seeds = seeds.count
    let grid = Self.grid(for: seeds)
    let columns = seeds.map { $0.values(at: grid) }
    points = grid.indices.compactMap { index in
      let values = columns.compactMap { $0[index] }
      guard let low = values.min(), let high = values.max() else { return nil }
      let mean = values.reduce(0, +) / Double(values.count)
      return Point(x: grid[index], mean: mean, low: low, high: high)
    }
  }

  /// The same under another name.
  package func renamed(_ name: String) -> Curve {
    var curve = self
    curve.name = name
    return curve
  }

  private static func grid(for seeds: [[LearningCurve.Point]]) -> [Double] {
    guard let first = seeds.first?.map(\.x) else { return [] }
    let isStrict = zip(first, first.dropFirst()).allSatisfy { $0 < $1 }
    if isStrict, first.count <= places, seeds.allSatisfy({ $0.map(\.x) == first }) { return first }
    let all = seeds.flatMap { $0.map(\.x) }
    guard let low = all.min(), let high = all.max(), low < high else { return Array(first.prefix(1)) }
    let count = min(places, max(2, seeds.map(\.count).max() ?? 2))
    return (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
  }
}

extension [LearningCurve.Point] {
  /// Each point as the mean of the last `count`, fewer at the start.
  fileprivate func smoothed(over count: Int) -> Self {
    guard count > 1 else { return self }
    return indices.map { index in
      let window = self[Swift.max(0, index - count + 1)...index]
      return LearningCurve.Point(self[index].x, window.reduce(0) { $0 + $1.y } / Double(window.count))
    }
  }

  /// The values at the places of an ascending grid; nil beyond the first and last point.
  fileprivate func values(at grid: [Double]) -> [Double?] {
    let half = grid.count > 1 ? (grid[1] - grid[0]) / 2 : 0
    var next = startIndex
    return grid.enumerated().map { index, x in
      // The points of this place: up to the middle between it and the next.
      let end = index + 1 < grid.count ? (x + grid[index + 1]) / 2 : x + half
      let first = next
      while next < endIndex, self[next].x < end || (index + 1 == grid.count && self[next].x <= end) {
        next += 1
      }
      if next > first { return self[first..<next].reduce(0) { $0 + $1.y } / Double(next - first) }
      guard first > startIndex, first < endIndex else { return nil }
      let (before, after) = (self[first - 1], self[first])
      return before.y + (after.y - before.y) * (x - before.x) / (after.x - before.x)
    }
  }
}
