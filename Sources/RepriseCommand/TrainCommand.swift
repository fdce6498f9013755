import ArgumentParser
import Reinforcement

/// `reprise train`: one subcommand an algorithm.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train, and keep the run in a folder.",
    subcommands: Algorithms.all.map { command($0) } + [
      TrainClassifierCommand.self, TrainRegressorCommand.self,
    ])

  private static func command<Trained: Algorithm>(_: Trained.Type) -> any ParsableCommand.Type {
    TrainAlgorithmCommand<Trained>.self
  }
}
