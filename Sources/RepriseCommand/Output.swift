import Foundation
import Runs

/// Writes text to standard output at once.
///
/// - Throws: `CommandFailure` when it can't be written, as on a full disk.
func write(_ text: String) throws(CommandFailure) {
  try writeAll(Array(text.utf8), to: STDOUT_FILENO, name: "standard output")
}

/// Writes a line to standard output at once.
func writeLine(_ line: String = "") throws(CommandFailure) { try write(line + "\n") }

/// Writes a line to standard error.
func printError(_ line: String) {
  // Nobody is left to be told when this fails.
  try? writeAll(Array((line + "\n").utf8), to: STDERR_FILENO, name: "standard error")
}
