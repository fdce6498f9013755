/// After how many steps or epochs trials are compared (successive halving: Jamieson and Talwalkar 2016).
package struct Rungs: Equatable, Sendable {
  /// Steps or epochs of each rung; the last is nil, for whole runs.
  package let limits: [Int?]
  /// The best of so many go on from each rung.
  package let factor: Int

  /// One rung: all trials are whole runs.
  package init() { (limits, factor) = ([nil], 1) }

  /// The rungs of halving.
  ///
  /// - Parameters:
  ///   - minimum: steps or epochs of the first rung; each has `factor` times as many as the one before.
  ///   - total: steps or epochs of a whole run.
  package init(minimum: Int, factor: Int, total: Int) {
    var limits: [Int?] = []
    var limit = minimum
    // A rung that is nearly the whole run would decide nothing new.
    while limit <= total / factor {
      limits.append(limit)
      limit *= factor
    }
    (self.limits, self.factor) = (limits + [nil], factor)
  }

  /// The trials that go on: the best of those with a result, ties to those that come first.
  ///
  /// - Parameter results: of each trial of the rung by its place, nil where it failed or has none.
  func promoted(_ results: [(trial: Int, result: Double?)], _ goal: SweepFile.Goal) -> [Int] {
    let count = max(1, results.count / factor)
    let ranked = results.compactMap { entry in
      entry.result.flatMap { $0.isFinite ? (trial: entry.trial, result: $0) : nil }
    }.sorted { a, b in
      guard a.result != b.result else { return a.trial < b.trial }
      return goal == .maximize ? a.result > b.result : a.result < b.result
    }
    return ranked.prefix(count).map(\.trial).sorted()
  }
}

/// A sweep: its file, its trials, and what each came to.
package struct Sweep {
  package let file: SweepFile
  package let trials: [SweepTrial]
  package let rungs: Rungs
  package let metric: SweepMetric

  package init(_ file: SweepFile, _ trials: [SweepTrial], _ rungs: Rungs, _ metric: SweepMetric) {
    (self.file, self.trials, self.rungs, self.metric) = (file, trials, rungs, metric)
  }

  /// The trials that are on each rung that is reached, by their places in `trials`.
  package func entrants(_ results: SweepResults) -> [[Int]] {
    var rungs = [Array(trials.indices)]
    while rungs.count < self.rungs.limits.count, let last = rungs.last {
      let rung = rungs.count - 1
      guard last.allSatisfy({ results.trials[$0].isDone(rung) }) else { break }
      let promoted = self.rungs.promoted(
        // What failed later had its result here.
        last.map { ($0, results.trials[$0].rungs.count > rung ? results.trials[$0].rungs[rung].mean : nil) },
        metric.goal)
      guard !promoted.isEmpty else { break }
      rungs.append(promoted)
    }
    return rungs
  }

  /// The rung that isn't done, and the trials that have still to reach it; nil at the end of the sweep.
  package func due(_ results: SweepResults) -> (rung: Int, trials: [Int])? {
    let entrants = entrants(results)
    let rung = entrants.count - 1
    let open = entrants[rung].filter { !results.trials[$0].isDone(rung) }
    return open.isEmpty ? nil : (rung, open)
  }
}
