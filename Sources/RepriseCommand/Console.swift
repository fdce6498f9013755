import Foundation

/// Where progress is shown: a live line on a terminal, lines elsewhere, or JSON.
final class Console {
  enum Style {
    case json, live, lines
  }

  let style: Style
  private var pace = Pace()
  private var lineIsOpen = false

  init(json: Bool) {
    style = json ? .json : LiveBlock.isPossible ? .live : .lines
  }

  /// Replaces the live line, unless that was done a moment ago.
  func live(_ text: String) throws {
    guard isOlder(than: .milliseconds(100)) else { return }
    lineIsOpen = true
    // Cut, because a line that wraps can't be written over.
    let width = (terminalSize()?.columns ?? 80) - 1
    try write("\r" + text.prefix(max(0, width)) + "\u{1b}[K")
  }

  /// Writes a line that stays; in place of the live one, if there is one.
  func line(_ text: String) throws {
    try write(lineIsOpen ? "\r\(text)\u{1b}[K\n" : text + "\n")
    lineIsOpen = false
  }

  /// Ends the live line, so that what comes next stands on a line of its own.
  func end() {
    // What can't be written here can't be written by what comes next, which says so.
    if lineIsOpen { try? writeLine() }
    lineIsOpen = false
  }

  /// Whether the last time that this was asked, and true, is so long ago.
  func isOlder(than duration: Duration) -> Bool { pace.isOlder(than: duration) }
}

/// When something was shown last.
struct Pace {
  private var lastShown: ContinuousClock.Instant?

  /// Whether the last time that this was asked, and true, is so long ago.
  mutating func isOlder(than duration: Duration) -> Bool {
    let now = ContinuousClock.now
    guard lastShown.map({ now - $0 >= duration }) ?? true else { return false }
    lastShown = now
    return true
  }
}
