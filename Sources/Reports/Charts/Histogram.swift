package import Runs

/// How many numbers lie where: equal bins from the smallest to the largest.
package struct Histogram: Equatable {
  package let low, high: Double
  package let counts: [Int]
  /// Numbers that are NaN or infinite, and in no bin.
  package let strange: Int
  package let mean, deviation: Double

  package init(_ values: [Float], bins: Int = 40) {
    let numbers = values.lazy.filter(\.isFinite).map(Double.init)
    let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
    let width = max(high - low, .leastNormalMagnitude)
    var counts = [Int](repeating: 0, count: low < high ? bins : 1)
    var (count, sum) = (0, 0.0)
    for number in numbers {
      counts[min(counts.count - 1, Int((number - low) / width * Double(counts.count)))] += 1
      count += 1
      sum += number
    }
    let mean = sum / Double(max(1, count))
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    (self.low, self.high, self.counts, self.mean) = (low, high, counts, mean)
    strange = values.count - count
    deviation = (squares / Double(max(1, count))).squareRoot()
  }

  /// Of elements that were counted already.
  package init(_ counted: TensorHistogram) {
    (low, high, counts) = (counted.minimum, counted.maximum, counted.counts.map { Int($0) })
    mean = counted.sum / max(1, counted.count)
    strange = 0
    deviation = max(0, counted.sumOfSquares / max(1, counted.count) - mean * mean).squareRoot()
  }

  /// The drawing of bars.
  package func drawing(title: String, abscissa: String, width: Double, height: Double, ink: Int) -> Drawing {
    let total = counts.reduce(0, +)
    var drawing = Drawing(
      width: width, height: height, title: title,
      summary: "\(total) numbers from \(numberText(low)) to \(numberText(high)), mean \(numberText(mean)), "
        + "standard deviation \(numberText(deviation))."
        + (strange > 0 ? " \(strange) more are NaN or infinite." : ""))
    let margin = low < high ? 0 : max(abs(low) * 0.1, 1e-3)
    let (left, right) = (low - margin, high + margin)
    let frame = drawing.axes(
      x: (left, right), y: (0, Double(counts.max() ?? 1)), top: 10, abscissa: abscissa)
    let step = (right - left) / Double(counts.count)
    for (index, count) in counts.enumerated() where count > 0 {
      let edges = (left + step * Double(index), left + step * Double(index + 1))
      let corners = [
        frame.point(edges.0, 0), frame.point(edges.0, Double(count)), frame.point(edges.1, Double(count)),
        frame.point(edges.1, 0),
      ]
      drawing.marks.append(.area(corners, .series(ink), opacity: 0.75))
    }
    return drawing
  }
}
