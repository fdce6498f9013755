import Glibc
import Synchronization

/// Whether others want the cores that a gang works on. Its members wait for each other without sleep, so that one that is kept
/// off its core keeps all of them; then one alone is faster.
///
/// Told by the processor time of the process: as members work or wait without sleep, they get all of their cores' unless others
/// want it.
package final class Contention: Sendable {
  private struct State {
    var processor = processorSeconds()
    var seconds = 0.0
    /// Until when one works alone, and for how long the next time.
    var end: ContinuousClock.Instant?
    var pause = Contention.shortestPause
  }

  /// What is looked at together, in seconds.
  private static let window = 0.2
  /// The share of their cores' time that members have to get. With one other busy process it is two thirds of two cores.
  private static let leastShare = 0.85
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

  /// Takes note that a gang of `members` has worked for `seconds`.
  package func note(seconds: Double, members: Int) {
    let isCrowded = state.withLock { state in
      state.seconds += seconds
      guard state.seconds >= Self.window, state.end == nil else { return false }
      let processor = processorSeconds()
      let isCrowded = processor - state.processor < Self.leastShare * state.seconds * Double(members)
      if !isCrowded { state.pause = Self.shortestPause }
      (state.processor, state.seconds) = (processor, 0)
      return isCrowded
    }
    if isCrowded { avoid() }
  }
}

/// Seconds that the process has had on all cores so far.
private func processorSeconds() -> Double {
  var time = timespec()
  return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0
    ? Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec) : 0
}
