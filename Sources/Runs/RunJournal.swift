package import Supervised

/// What the folders of a command's runs say of themselves: log.txt, events for TensorBoard, and in the end status.json.
package final class RunJournal {
  package let log: RunLog
  /// Of each run, in their order.
  package let events: [RunEvents]
  private let runs: [RunDirectory]

  /// Begins with runs whose config.yaml is written and whose folders are taken.
  ///
  /// - Parameters:
  ///   - step: of runs that go on, the first step that they have still to do.
  ///   - console: from which level on the log goes to standard error as well.
  /// - Throws: `CommandFailure` when a file can't be written.
  package init(_ runs: [RunDirectory], from step: Int? = nil, console: RunLog.Level = .warning)
    throws(CommandFailure)
  {
    self.runs = runs
    for run in runs { try run.remove([run.status]) }
    log = try RunLog(runs, console: console)
    var events: [RunEvents] = []
    for run in runs { events.append(try RunEvents(of: run, from: step)) }
    self.events = events
  }

  /// Notes an epoch of the only run, `line` in words; `isPrinted` where standard output says it too.
  package func append(_ progress: SupervisedTrainer.Progress, _ line: String, isPrinted: Bool)
    throws(CommandFailure)
  {
    try events[0].append(progress)
    log.write(.info, line, isPrinted: isPrinted)
  }

  /// Notes the result of the only run on the test split, `line` in words.
  package func append(test: EvaluationResult, epoch: Int, _ line: String, isPrinted: Bool)
    throws(CommandFailure)
  {
    try events[0].append(test: test, epoch: epoch)
    log.write(.info, "test: \(line)", isPrinted: isPrinted)
  }

  /// Does the work of the runs and writes down how it ended.
  ///
  /// - Parameters:
  ///   - interruption: the name of the signal that ended the work, if one did.
  ///   - work: what is done; what it throws is a failure, and thrown again.
  package func record(interruption: () -> String?, _ work: () throws -> Void) throws {
    do {
      try work()
    } catch {
      end(RunStatus(.failed, reason: "\(error)"), .error)
      throw error
    }
    if let signal = interruption() {
      end(RunStatus(.interrupted, reason: signal), .info)
    } else {
      end(RunStatus(.finished), .info)
    }
  }

  /// What can't be written here is said by nobody: the run's results are kept, and the folder reads as killed.
  private func end(_ status: RunStatus, _ level: RunLog.Level) {
    log.write(level, "\(status.status)" + (status.reason.map { ": \($0)" } ?? ""))
    for (run, events) in zip(runs, events) {
      try? events.end(status.status)
      try? status.write(to: run)
    }
  }
}
