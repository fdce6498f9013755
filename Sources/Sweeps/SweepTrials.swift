package import Runs

/// Values of all parameters, in their order.
package struct SweepTrial: Equatable, Sendable {
  /// From 1 on.
  package let number: Int
  package let values: [SweepValue]

  /// The name of its folder.
  package var name: String {
    let text = String(number)
    return "trial-" + String(repeating: "0", count: max(0, 4 - text.count)) + text
  }
}

extension SweepFile {
  /// The trials: of a grid all combinations, the last parameter changing first; else as many different ones as are drawn.
  ///
  /// - Throws: `CommandFailure` where there are too many, or not as many.
  package func trials() throws(CommandFailure) -> [SweepTrial] {
    let counts = parameters.map(\.space.count)
    // Beyond this it doesn't matter how many there are.
    let all = counts.reduce(Double(1)) { $0 * ($1.map(Double.init) ?? .infinity) }
    switch method {
    case .grid:
      guard all <= Double(Self.maximumTrials) else {
        throw failure(
          parameters[0].line,
          "parameters: a grid of \(counts.map { "\($0 ?? 0)" }.joined(separator: " × ")) trials; expected at most \(Self.maximumTrials)"
        )
      }
      return grid.enumerated().map { SweepTrial(number: $0 + 1, values: $1) }
    case .random(let trials, let seed), .halving(let trials, let seed, _, _):
      guard Double(trials) <= all else {
        throw failure(
          parameters[0].line, "parameters: there are \(Int(all)) combinations alone, and trials is \(trials)")
      }
      return drawn(trials, seed)
    }
  }

  private var grid: [[SweepValue]] {
    parameters.reduce([[]]) { rows, parameter in
      let values: [SweepValue] =
        switch parameter.space {
        case .choices(let values): values
        case .range(let range): range.grid.map(SweepValue.text)
        }
      return rows.flatMap { row in values.map { row + [$0] } }
    }
  }

  private func drawn(_ count: Int, _ seed: UInt64) -> [SweepTrial] {
    var random = SplitMix64(seed)
    var trials: [SweepTrial] = []
    // Sets of few values are drawn until the last is found: with 2 of 10 000 left that takes some thousands.
    for _ in 0..<1_000_000 where trials.count < count {
      let values = parameters.map { parameter -> SweepValue in
        let place = random.uniform()
        switch parameter.space {
        case .choices(let values): return values[min(values.count - 1, Int(place * Double(values.count)))]
        case .range(let range): return .text(range.text(range.value(at: place)))
        }
      }
      if !trials.contains(where: { $0.values == values }) {
        trials.append(SweepTrial(number: trials.count + 1, values: values))
      }
    }
    return trials
  }
}
