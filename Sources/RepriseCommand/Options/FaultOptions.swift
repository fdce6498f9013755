import ArgumentParser
import Runs

/// What happens when a step of an environment gives NaN or an infinity.
struct FaultOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What happens when an environment gives NaN or an infinity: reset begins another episode in that copy, tells of the first and counts all; stop keeps the checkpoint and ends the run. (default: reset)",
      valueName: "reset|stop"))
  var onNan: FaultAnswer?

  /// What is said here.
  var given: [SettingArgument] { .given(("on_nan", onNan?.rawValue)) }
}

extension FaultAnswer: ExpressibleByArgument {}
