package import Runs
import Vulkan

/// What the trials of a sweep have come to: results.json, which a sweep goes on from.
package struct SweepResults: Codable, Equatable {
  /// What a trial came to at a rung.
  package struct Rung: Codable, Equatable {
    /// Environment steps of an agent, or epochs, and seconds of training.
    package let steps: Int
    package let seconds: Double
    /// The result of each seed; nil where there is none.
    package let values: [Double?]

    package init(steps: Int, seconds: Double, values: [Double?]) {
      (self.steps, self.seconds, self.values) = (steps, seconds, values)
    }

    /// The mean over seeds; nil where one of them has no result.
    package var mean: Double? {
      let results = values.compactMap { $0.flatMap { $0.isFinite ? $0 : nil } }
      return results.count < values.count ? nil : results.mean
    }

    /// The standard deviation of the sample; nil of one seed.
    package var deviation: Double? {
      mean == nil ? nil : values.compactMap(\.self).standardDeviation
    }
  }

  /// A trial.
  package struct Trial: Codable, Equatable {
    package let trial: Int
    package let parameters: [String: String]
    /// In the order in which it reached them.
    package var rungs: [Rung] = []
    /// Why it failed.
    package var failure: String?

    /// Whether nothing is left to do for a rung.
    func isDone(_ rung: Int) -> Bool { failure != nil || rungs.count > rung }
  }

  package let version: String
  package let metric: String
  package let goal: SweepFile.Goal
  package var trials: [Trial]

  /// No results yet.
  package init(_ sweep: Sweep) {
    version = repriseVersion
    (metric, goal) = (sweep.metric.column, sweep.metric.goal)
    let names = sweep.file.parameters.map(\.name)
    trials = sweep.trials.map { trial in
      Trial(
        trial: trial.number,
        parameters: Dictionary(uniqueKeysWithValues: zip(names, trial.values.map(\.description))))
    }
  }

  /// Reads results.json of a sweep; none where it has none yet.
  ///
  /// - Throws: `CommandFailure` when it can't be read, or is of other trials.
  package init(_ sweep: Sweep, of file: String) throws(CommandFailure) {
    self.init(sweep)
    guard RunDirectory.hasFile(file) else { return }
    let text = try readText(file)
    guard let found = try? decodedJSON(Self.self, text) else {
      throw CommandFailure("\(file) can't be read as the results of a sweep.")
    }
    guard found.trials.map(\.parameters) == trials.map(\.parameters), found.metric == metric else {
      throw CommandFailure(
        "\(file) is of other trials: Reprise \(found.version) drew them otherwise than this \(version).")
    }
    self = found
  }

  /// Replaces results.json whole.
  package func write(to file: String) throws { try writeText(jsonText(self) + "\n", to: file) }

  /// The places of all trials, the best first: who got further, then who did better; failures last, ties as they come.
  package var ranking: [Int] {
    trials.indices.sorted { a, b in
      let (first, second) = (trials[a], trials[b])
      if (first.failure == nil) != (second.failure == nil) { return first.failure == nil }
      if first.rungs.count != second.rungs.count { return first.rungs.count > second.rungs.count }
      guard let mine = first.rungs.last?.mean else {
        return second.rungs.last?.mean == nil && a < b
      }
      guard let other = second.rungs.last?.mean else { return true }
      if mine == other { return a < b }
      return goal == .maximize ? mine > other : mine < other
    }
  }

  /// The place of the best trial; nil where none has a result.
  package var best: Int? {
    ranking.first { trials[$0].failure == nil && trials[$0].rungs.last?.mean != nil }
  }
}
