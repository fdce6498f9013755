/// How the elements of a tensor are spread.
package struct TensorHistogram: Codable, Equatable, Sendable {
  /// The least and the largest element.
  package let minimum, maximum: Double
  /// How many there are, their sum and that of their squares.
  package let count, sum, sumOfSquares: Double
  /// The upper ends of the buckets; the first begins at the least element, each other where the one before ends.
  package let limits: [Double]
  /// Elements in each bucket, its upper end left out but for the last.
  package let counts: [Double]

  private enum CodingKeys: String, CodingKey {
    case minimum, maximum, count, sum, limits, counts
    case sumOfSquares = "sum_of_squares"
  }

  /// As many as `tf.summary.histogram` makes.
  private static let buckets = 30

  /// Of the elements that are finite, in buckets of equal width; nil where there are none.
  package init?(_ elements: [Float]) {
    var (minimum, maximum) = (Float.infinity, -Float.infinity)
    var (count, sum, sumOfSquares) = (0.0, 0.0, 0.0)
    for element in elements where element.isFinite {
      minimum = min(minimum, element)
      maximum = max(maximum, element)
      let value = Double(element)
      count += 1
      sum += value
      sumOfSquares += value * value
    }
    guard count > 0 else { return nil }
    (self.minimum, self.maximum) = (Double(minimum), Double(maximum))
    (self.count, self.sum, self.sumOfSquares) = (count, sum, sumOfSquares)
    guard minimum < maximum else {
      (limits, counts) = ([Double(maximum)], [count])
      return
    }
    let low = Double(minimum)
    let width = (Double(maximum) - low) / Double(Self.buckets)
    // The last is the largest element itself, whatever was rounded.
    limits = (1..<Self.buckets).map { low + Double($0) * width } + [Double(maximum)]
    var counts = [Double](repeating: 0, count: Self.buckets)
    for element in elements where element.isFinite {
      counts[min(Int((Double(element) - low) / width), Self.buckets - 1)] += 1
    }
    self.counts = counts
  }
}
