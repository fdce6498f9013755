import Glibc
import Synchronization

/// Whether others want the cores that a gang works on. Its members wait for each other without sleep, so that one that is kept
/// off its core keeps all of them; then one alone is faster.
///
/// Told by how often the system takes the process off a core: almost never on a machine with nothing else to do.
package final class Contention: Sendable {
  private struct State {
    var switches = involuntarySwitches()
    var seconds = 0.0
    /// Until when one works alone, and for how long the next time.
    var end: ContinuousClock.Instant?
    var pause = Contention.shortestPause
  }

  /// What is looked at together, in seconds.
  private static let window = 0.05
  /// Switches a second that are too many: half of those that one other busy process on some core causes.
  private static let mostSwitches = 60.0
  private static let shortestPause = Duration.seconds(1)
  private static let longestPause = Duration.seconds(32)

  private let state = Mutex(State())

  /// Whether one should work alone for now.
  var isCrowded: Bool {
    state.withLock { state in
      guard let end = state.end else { return false }
      if ContinuousClock.now < end { return true }
      state = State(pause: state.pause)
      return false
    }
  }

  /// From now on one works alone for a while, and for longer the next time.
  package func avoid() {
    state.withLock { state in
      state.end = ContinuousClock.now + state.pause
      state.pause = min(state.pause * 2, Self.longestPause)
    }
  }

  /// Takes note that a gang has worked for `seconds`.
  package func note(seconds: Double) {
    let isCrowded = state.withLock { state in
      state.seconds += seconds
      guard state.seconds >= Self.window, state.end == nil else { return false }
      let switches = involuntarySwitches()
      let isCrowded = Double(switches - state.switches) > Self.mostSwitches * state.seconds
      if !isCrowded { state.pause = Self.shortestPause }
      (state.switches, state.seconds) = (switches, 0)
      return isCrowded
    }
    if isCrowded { avoid() }
  }
}

/// How often the process was taken off a core so far.
private func involuntarySwitches() -> Int {
  var usage = rusage()
  return getrusage(RUSAGE_SELF.rawValue, &usage) == 0 ? Int(usage.ru_nivcsw) : 0
}
