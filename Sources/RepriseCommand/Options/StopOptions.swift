import ArgumentParser
import Learning

/// Where training pauses for good, to be gone on with later.
struct StopOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop after so many environment steps of an agent, rounded up to whole iterations, or epochs, counted from the run's beginning (behind the steps that fill a replay buffer), with a checkpoint and exit status 0; 'reprise train --resume' goes on. Schedules are those of the whole run. (default: at the run's end)",
      valueName: "steps|epochs"))
  var stopAfter: Int?

  /// - Throws: `ConfigurationError` for what can't be used.
  func check() throws(ConfigurationError) {
    guard let stopAfter else { return }
    try ConfigurationError.check("stop-after", stopAfter, in: 1...1_000_000_000_000)
  }

  /// What status.json calls it; nil where training isn't stopped.
  var reason: String? { stopAfter.map { "stop-after \($0)" } }
}
