import Foundation
import Reinforcement
import Vulkan

/// Shows the progress of training: a live line on a terminal, a line now and then elsewhere, or JSON.
final class TrainingConsole {
  private enum Style {
    case json, live, lines
  }

  private let style: Style
  private var lastShown: ContinuousClock.Instant?
  private var lineIsOpen = false

  init(json: Bool) {
    style = json ? .json : isatty(STDOUT_FILENO) == 1 ? .live : .lines
  }

  /// Shows an iteration, or leaves it out where many come in a short time.
  func show(_ progress: PPO.Progress) throws {
    let now = ContinuousClock.now
    switch style {
    case .json:
      try writeLine(jsonText(progress))
    case .live:
      guard progress.isLast || isOlder(than: .milliseconds(100), now) else { return }
      lastShown = now
      lineIsOpen = true
      // Cut, because a line that wraps can't be written over.
      let width = (terminalColumns() ?? 80) - 1
      try write("\r" + Self.text(progress).prefix(max(0, width)) + "\u{1b}[K")
    case .lines:
      guard progress.isLast || progress.completesTenth || isOlder(than: .seconds(2), now) else { return }
      lastShown = now
      try writeLine(Self.text(progress))
    }
  }

  /// Ends the live line, so that what comes next stands on a line of its own.
  func end() {
    // What can't be written here can't be written by what comes next, which says so.
    if lineIsOpen { try? writeLine() }
    lineIsOpen = false
  }

  private func isOlder(than duration: Duration, _ now: ContinuousClock.Instant) -> Bool {
    lastShown.map { now - $0 >= duration } ?? true
  }

  private static func text(_ progress: PPO.Progress) -> String {
    let rate = progress.stepsPerSecond
    let stepsLeft =
      Double(progress.steps) / Double(progress.iteration) * Double(progress.iterations - progress.iteration)
    return [
      "\(progress.steps.grouped) steps (\(100 * progress.iteration / progress.iterations)%)",
      rate > 0 ? "\(rate.short)/s" : "–/s",
      rate > 0 ? "\((stepsLeft / rate).clock) left" : "–:–– left",
      "return \(progress.returnMean?.fixed(1) ?? "–")",
      "loss \(progress.policyLoss.fixed(4)), value \(progress.valueLoss.fixed(2)), entropy \(progress.entropy.fixed(3))",
    ].joined(separator: "  ")
  }
}

extension PPO.Progress {
  fileprivate var isLast: Bool { iteration == iterations }

  /// Whether this iteration makes another tenth of the run full.
  fileprivate var completesTenth: Bool {
    10 * iteration / iterations > 10 * (iteration - 1) / iterations
  }
}

/// The width of the terminal on standard output in characters; nil when there is none.
func terminalColumns() -> Int? {
  var size = winsize()
  guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
  return Int(size.ws_col)
}
