extension [Double] {
  /// nil of no numbers.
  package var mean: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }

  /// The sample standard deviation; nil of fewer than two numbers.
  package var standardDeviation: Double? {
    guard let mean, count > 1 else { return nil }
    return (map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(count - 1)).squareRoot()
  }
}
