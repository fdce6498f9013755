import Foundation

/// log.txt: what a command says of a run, each line with its time (ISO 8601, UTC) and level.
package final class RunLog {
  /// How much a line matters.
  package enum Level: String, CaseIterable, Comparable, Sendable {
    case debug, info, warning, error

    package static func < (first: Level, second: Level) -> Bool { first.weight < second.weight }

    private var weight: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// From which level on lines go to standard error as well; errors are told by whoever ends the command.
  package let console: Level
  /// Writes to standard error; whoever shows something on the same terminal takes it away meanwhile.
  package var tell: (String) -> Void = { line in
    try? writeAll(Array((line + "\n").utf8), to: STDERR_FILENO, name: "standard error")
  }
  private let files: [(path: String, descriptor: Int32)]

  /// Goes on with the logs of runs, those of the agents of a command say.
  ///
  /// - Throws: `CommandFailure` when one can't be written.
  package init(_ runs: [RunDirectory], console: Level = .warning) throws(CommandFailure) {
    self.console = console
    var files: [(String, Int32)] = []
    for run in runs {
      let descriptor = open(run.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        let reason = systemError()
        for (_, descriptor) in files { close(descriptor) }
        throw CommandFailure("\(run.log) can't be written: \(reason)")
      }
      files.append((run.log, descriptor))
    }
    self.files = files
  }

  deinit { for file in files { close(file.descriptor) } }

  /// Adds each line of `text`; a log that can't be written ends no training. Debugging's lines are left out unless they are asked
  /// for.
  ///
  /// - Parameter isPrinted: whether standard output says the same, so that standard error need not.
  package func write(_ level: Level, _ text: String, isPrinted: Bool = false) {
    guard level >= min(.info, console) else { return }
    let time = Date.now.timestamp
    let lines = text.split(separator: "\n").map { "\(time) \(level.rawValue) \($0)\n" }.joined()
    for file in files { try? writeAll(Array(lines.utf8), to: file.descriptor, name: file.path) }
    guard level >= console, level < .error, !isPrinted else { return }
    let word = level == .warning ? "Warning: " : ""
    for line in text.split(separator: "\n") { tell("reprise: \(word)\(line)") }
  }

  /// Does some work; for debugging notes what it was, `what` in words, and how long it took.
  package func timed<Result>(_ what: @autoclosure () -> String, _ work: () throws -> Result) rethrows
    -> Result
  {
    guard console == .debug else { return try work() }
    let start = ContinuousClock.now
    let result = try work()
    let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    write(.debug, String(format: "%@ in %.1f ms", what(), milliseconds))
    return result
  }
}
