import Foundation

/// A range of numbers along an edge of a chart, with ticks at round numbers.
package struct Axis: Equatable {
  package let low, high: Double
  package let ticks: [Double]
  private let step: Double

  /// An axis that holds both ends; of a single number, one around it.
  ///
  /// - Parameters:
  ///   - count: about how many ticks it has room for.
  ///   - isRounded: whether it begins and ends at ticks.
  package init(from low: Double, to high: Double, count: Int, isRounded: Bool = false) {
    // Numbers that floating point can hardly tell apart have no ticks between them; nor has its whole range room.
    let (first, last) = (min(max(low, -1e300), 1e300), min(max(high, -1e300), 1e300))
    let isRange = last - first > max(1e-290, 1e-9 * max(abs(first), abs(last)))
    let margin = isRange ? 0 : max(abs(first) * 0.1, 1e-3)
    let (low, high) = (first - margin, last + margin)
    let rough = (high - low) / Double(max(1, count))
    let power = pow(10, log10(rough).rounded(.down))
    step = power * ([1, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10)
    self.low = isRounded ? (low / step + 1e-9).rounded(.down) * step : low
    self.high = isRounded ? (high / step - 1e-9).rounded(.up) * step : high
    let start = (self.low / step - 1e-9).rounded(.up)
    let end = (self.high / step + 1e-9).rounded(.down)
    ticks = stride(from: start, through: end, by: 1).map { [step] in $0 == 0 ? 0 : $0 * step }
  }

  /// From 0 to 1.
  package func place(of value: Double) -> Double { (value - low) / (high - low) }

  /// A tick in as many digits as tell it from its neighbours: `0.25`, `150k`, `2e-05`.
  package func label(_ tick: Double) -> String {
    if tick == 0 { return "0" }
    let largest = max(abs(ticks.first ?? 0), abs(ticks.last ?? 0))
    if step < 1e-4 { return String(format: "%.\(largest / step > 10 ? 2 : 1)g", tick) }
    // Only where that makes the numbers shorter.
    let scales = [(1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")]
    let (_, scale, letter) = scales.first { largest >= $0.0 && step >= $0.1 / 100 } ?? (1, 1, "")
    let decimals = max(0, Int((-log10(step / scale) - 1e-9).rounded(.up)))
    return String(format: "%.\(decimals)f", tick / scale) + letter
  }
}

/// Four digits that count: `0.4996`, `12350`, `1.2e-05`.
package func numberText(_ value: Double) -> String {
  guard value.isFinite else { return "\(value)" }
  if abs(value) >= 1e4 && abs(value) < 1e15 { return String(format: "%.0f", value) }
  return String(format: "%.4g", value)
}
