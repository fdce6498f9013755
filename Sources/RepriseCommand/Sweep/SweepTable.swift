import Runs
import Sweeps

/// The results of a sweep, a line a trial, the best first.
struct SweepTable {
  /// Where a trial is.
  enum Status: String {
    case waiting, finished, stopped, failed
  }

  private let sweep: Sweep
  private let results: SweepResults
  private let entrants: [[Int]]

  init(_ sweep: Sweep, _ results: SweepResults) {
    (self.sweep, self.results) = (sweep, results)
    entrants = sweep.entrants(results)
  }

  /// Where the trial of a place is: stopped is one that did not go on to the next rung.
  func status(_ place: Int) -> Status {
    let trial = results.trials[place]
    if trial.failure != nil { return .failed }
    if trial.rungs.count == sweep.rungs.limits.count { return .finished }
    return trial.rungs.count < entrants.count && !entrants[trial.rungs.count].contains(place)
      ? .stopped : .waiting
  }

  /// The table for people.
  var text: String {
    let header =
      ["rank", "trial"] + sweep.file.parameters.map(\.name) + [
        sweep.metric.column, sweep.file.train.unit, "status",
      ]
    let rows = results.ranking.enumerated().map { rank, place -> [String] in
      let trial = results.trials[place]
      let failure = trial.failure.map { ": \($0)" } ?? ""
      return ["\(rank + 1)", "\(trial.trial)"] + sweep.trials[place].values.map(\.description) + [
        trial.rungs.last?.text ?? "–", trial.rungs.last.map { Double($0.steps).short } ?? "–",
        status(place).rawValue + failure,
      ]
    }
    return table([header] + rows)
  }

  /// The same as comma-separated values, with the result of each seed.
  var csv: String {
    let seeds = results.trials.flatMap(\.rungs).map(\.values.count).max() ?? 1
    let header =
      ["rank", "trial"] + sweep.file.parameters.map(\.name) + ["mean", "std"]
      + (1...seeds).map { "seed_\($0)" } + ["steps", "seconds", "status", "failure"]
    let rows = results.ranking.enumerated().map { rank, place -> [String] in
      let trial = results.trials[place]
      let last = trial.rungs.last
      let values = (0..<seeds).map { index in
        last.flatMap { index < $0.values.count ? $0.values[index] : nil }
      }
      func text(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }
      return ["\(rank + 1)", "\(trial.trial)"] + sweep.trials[place].values.map(\.description)
        + ([last?.mean, last?.deviation] + values).map(text)
        + [
          last.map { "\($0.steps)" } ?? "", text(last?.seconds), status(place).rawValue, trial.failure ?? "",
        ]
    }
    return ([header] + rows).map { $0.map(\.csvCell).joined(separator: ",") + "\n" }.joined()
  }
}

extension SweepResults.Rung {
  /// The mean over seeds ± the standard deviation.
  var text: String {
    guard let mean else { return "–" }
    let digits = abs(mean) >= 10 ? 1 : 4
    return mean.fixed(digits) + (deviation.map { " ± \($0.fixed(digits))" } ?? "")
  }
}

extension String {
  /// A cell of a CSV file.
  fileprivate var csvCell: String {
    contains { ",\"\n".contains($0) } ? "\"\(replacing("\"", with: "\"\""))\"" : self
  }
}
