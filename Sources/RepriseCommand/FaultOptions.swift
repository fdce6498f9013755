import ArgumentParser
import Reinforcement

/// What happens when a step of an environment gives NaN or an infinity.
struct FaultOptions: ParsableArguments {
  enum Answer: String, CaseIterable, ExpressibleByArgument {
    case reset, stop
  }

  @Option(
    help: ArgumentHelp(
      "What happens when an environment gives NaN or an infinity: reset begins another episode in that copy, tells of the first and counts all; stop keeps the checkpoint and ends the run.",
      valueName: "reset|stop"))
  var onNan = Answer.reset
}
