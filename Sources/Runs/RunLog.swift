import Foundation

/// log.txt: what a command says of a run, each line with its time (ISO 8601, UTC) and level.
package final class RunLog {
  /// How much a line matters.
  package enum Level: Int, CaseIterable, Comparable, Sendable {
    case info, warning, error

    package static func < (first: Level, second: Level) -> Bool { first.rawValue < second.rawValue }

    fileprivate var name: String { "\(self)" }
  }

  /// From which level on lines go to standard error as well; errors are told by whoever ends the command.
  package let console: Level
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

  /// Adds each line of `text`; a log that can't be written ends no training.
  package func write(_ level: Level, _ text: String) {
    let time = Date.now.timestamp
    let lines = text.split(separator: "\n").map { "\(time) \(level.name) \($0)\n" }.joined()
    for file in files { try? writeAll(Array(lines.utf8), to: file.descriptor, name: file.path) }
    guard level >= console, level < .error else { return }
    let word = level == .warning ? "Warning: " : ""
    try? writeAll(Array("reprise: \(word)\(text)\n".utf8), to: STDERR_FILENO, name: "standard error")
  }
}
