import ArgumentParser

/// `reprise train`: one subcommand an algorithm.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train, and keep the run in a folder.",
    subcommands: [TrainPPOCommand.self, TrainClassifierCommand.self, TrainRegressorCommand.self])
}
