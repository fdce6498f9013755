import Foundation
import Runs

/// Lines on a terminal that are written over again and again.
///
/// The cursor stands below them, and is never hidden, so that there is nothing to put right when a signal ends the process.
final class LiveBlock {
  private let colour = hasColour
  private var shown: [StyledText] = []
  private var shownWidth = 0

  /// Whether nobody asked for text without colours, as no-color.org has it.
  static var hasColour: Bool { (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty }

  /// Whether standard output is a terminal that can move its cursor.
  static var isPossible: Bool {
    let terminal = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return isatty(STDOUT_FILENO) == 1 && !terminal.isEmpty && terminal != "dumb"
  }

  /// Replaces the lines by those of a state; writes nothing where they are the same.
  func show(_ state: ViewState) throws(CommandFailure) {
    let size = terminalSize()
    // A line that reaches the edge may wrap, and the cursor needs a line below.
    let width = (size?.columns ?? 80) - 1
    let lines = RunView(state: state, width: width, height: (size?.rows ?? 24) - 1).lines
    guard lines != shown || width != shownWidth else { return }
    try write(up(width) + lines.map { $0.text(colour: colour) + "\u{1b}[K\n" }.joined() + "\u{1b}[J")
    (shown, shownWidth) = (lines, width)
  }

  /// Takes the lines away while something else is written, which stays above them.
  func interrupt(_ other: () -> Void) {
    // What can't be written here can't be written by what comes next, which says so.
    try? write(up(shownWidth) + "\u{1b}[J")
    other()
    try? write(shown.map { $0.text(colour: colour) + "\n" }.joined())
  }

  /// Leaves the lines as they are: what comes next stands below them.
  func end() { shown = [] }

  /// To the first line; a terminal that became narrower wrapped some.
  private func up(_ width: Int) -> String {
    let rows = shown.reduce(0) { $0 + max(1, ($1.count - 1) / max(1, width + 1) + 1) }
    return rows > 0 ? "\r\u{1b}[\(rows)A" : "\r"
  }
}

/// The size of the terminal on standard output in characters; nil when there is none.
func terminalSize() -> (columns: Int, rows: Int)? {
  var size = winsize()
  guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
    return nil
  }
  return (Int(size.ws_col), Int(size.ws_row))
}
