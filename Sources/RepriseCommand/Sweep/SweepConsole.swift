import Runs
import Sweeps

/// What is shown of a sweep while it goes: a line for each trial that is done, on a terminal a live one below them.
final class SweepConsole {
  private let console: Console
  private let start = ContinuousClock.now

  init(json: Bool) { console = Console(json: json) }

  func end() { console.end() }

  /// The live line.
  func show(_ sweep: Sweep, _ results: SweepResults, rung: Int, running: Int) throws {
    guard console.style == .live else { return }
    let reached = sweep.entrants(results)
    let entrants = reached[min(rung, reached.count - 1)]
    let done = entrants.count { results.trials[$0].failure != nil || results.trials[$0].rungs.count > rung }
    let stage = sweep.rungs.limits.count > 1 ? "rung \(rung + 1) of \(sweep.rungs.limits.count), " : ""
    let best = results.best.map { place in
      ", best \(results.trials[place].rungs.last?.text ?? "") (trial \(results.trials[place].trial))"
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    try console.live(
      "\(stage)\(done) of \(entrants.count) trials, \(running) running\(best ?? ""), \(seconds.clock)")
  }

  /// A trial that has reached a rung, or failed.
  func done(_ sweep: Sweep, _ results: SweepResults, _ place: Int) throws {
    let trial = results.trials[place]
    guard console.style != .json else { return try writeLine(jsonText(trial)) }
    let values = zip(sweep.file.parameters, sweep.trials[place].values).map { "\($0.name) \($1)" }
    let result =
      trial.failure.map { "failed: \($0)" } ?? "\(sweep.metric.column) \(trial.rungs.last?.text ?? "–")"
    let steps = trial.rungs.last.map { ", \(Double($0.steps).short) \(sweep.file.train.unit)" } ?? ""
    try console.line(
      "trial \(trial.trial)  \(result)\(trial.failure == nil ? steps : "")  \(values.joined(separator: ", "))"
    )
  }
}
