import Foundation

/// A range of numbers along an edge of a chart, with ticks at round numbers.
package struct Axis: Equatable {
  package let low, high: Double
  package let ticks: [Double]
  private let step: Double
  /// Whether each tenfold takes the same room.
  private let isLogarithmic: Bool
  /// What ticks are called in place of their numbers.
  private let names: [String]

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
    (isLogarithmic, names) = (false, [])
  }

  /// An axis of positive numbers on which each tenfold takes the same room, with ticks at 1, 2 and 5 times powers of ten, or at
  /// these powers alone.
  package init(decadesFrom first: Double, to last: Double) {
    let low = max(first, 1e-300)
    let high = max(last, low)
    (self.low, self.high) = low < high ? (low / 1.1, high * 1.1) : (low / 2, high * 2)
    let decades = Int(log10(self.low).rounded(.down))...Int(log10(self.high).rounded(.up))
    let steps: [Double] = log10(self.high / self.low) > 2 ? [1] : [1, 2, 5]
    ticks = decades.flatMap { decade in steps.map { $0 * pow(10, Double(decade)) } }
      .filter { [low = self.low, high = self.high] in (low...high).contains($0) }
    (step, isLogarithmic, names) = (1, true, [])
  }

  /// An axis of names side by side, at 0, 1, 2 and so on.
  package init(names: [String]) {
    (low, high) = (-0.5, Double(names.count) - 0.5)
    ticks = names.indices.map(Double.init)
    (step, isLogarithmic, self.names) = (1, false, names)
  }

  /// From 0 to 1.
  package func place(of value: Double) -> Double {
    isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
  }

  /// A tick in as many digits as tell it from its neighbours: `0.25`, `150k`, `2e-05`.
  package func label(_ tick: Double) -> String {
    if !names.isEmpty { return names[min(max(0, Int(tick)), names.count - 1)] }
    if isLogarithmic { return numberText(tick) }
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
