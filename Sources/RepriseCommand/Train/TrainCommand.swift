import ArgumentParser
import Reinforcement

/// `reprise train`: one subcommand an algorithm; without one, a file says which it is.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train, and keep the run in a folder.",
    discussion: """
      Ctrl-C and SIGTERM keep everything and end with the command that goes on; a second Ctrl-C ends at once. A checkpoint is \
      written every 30 s as well, so that a killed run loses no more. On the same device and driver the result is that of a run \
      that was never stopped, to the bit.

      Examples:
        reprise train ppo --environment cartpole --run runs/cartpole
        reprise train --resume runs/cartpole
        reprise train --config runs/cartpole/config.yaml --run runs/again
      """,
    subcommands: Algorithms.all.map { command($0) } + [
      TrainClassifierCommand.self, TrainRegressorCommand.self, TrainRunCommand.self,
    ],
    defaultSubcommand: TrainRunCommand.self)

  private static func command<Trained: Algorithm>(_: Trained.Type) -> any ParsableCommand.Type {
    TrainAlgorithmCommand<Trained>.self
  }
}
