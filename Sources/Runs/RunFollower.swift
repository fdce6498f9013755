/// Follows a run with its seeds while another process trains it.
package struct RunFollower {
  /// What came: a line of each agent, all of one iteration or epoch, or all of one evaluation.
  package enum Step {
    case training([MetricsRow])
    case evaluations([MetricsRow])
  }

  /// The folders that hold metrics, one for each seed.
  package let agents: [RunDirectory]
  private var files: [MetricsFollower]
  /// Lines of each agent that wait for those of the others.
  private var waiting: [ArraySlice<MetricsRow>]

  /// - Throws: `CommandFailure` when there is no such run.
  package init(_ run: RunDirectory) throws(CommandFailure) {
    agents = try run.agents()
    files = agents.map(MetricsFollower.init)
    waiting = agents.map { _ in [] }
  }

  /// Reads what all agents have written since the last look.
  ///
  /// - Returns: the steps in their order, and whether the run began anew or went back, so that they are all that it has.
  /// - Throws: `CommandFailure` as `MetricsFollower`.
  package mutating func read() throws(CommandFailure) -> (steps: [Step], isAnew: Bool) {
    for index in files.indices {
      let (rows, isAnew) = try files[index].read()
      if isAnew {
        files = agents.map(MetricsFollower.init)
        waiting = agents.map { _ in [] }
        return (try read().steps, true)
      }
      waiting[index] += rows
    }
    var steps: [Step] = []
    while let step = next() { steps.append(step) }
    return (steps, false)
  }

  /// The next lines that are of the same; those that some agents lack are left out.
  private mutating func next() -> Step? {
    while true {
      let rows = waiting.compactMap(\.first)
      guard rows.count == waiting.count, let least = rows.map(\.order).min() else { return nil }
      for index in waiting.indices where rows[index].order == least { waiting[index].removeFirst() }
      guard rows.allSatisfy({ $0.order == least }) else { continue }
      return rows[0].isEvaluation ? .evaluations(rows) : .training(rows)
    }
  }
}

extension MetricsRow {
  /// Evaluations stand behind the iteration that they are of.
  fileprivate var order: Int { 2 * done + (isEvaluation ? 1 : 0) }
}
