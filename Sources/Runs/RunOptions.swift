package import Learning
import Reinforcement

/// What happens when a step of an environment gives NaN or an infinity.
package enum FaultAnswer: String, Codable, CaseIterable, Sendable {
  case reset, stop
}

/// What stands in config.yaml beside the settings of an algorithm or of supervised training, and says how a run goes on.
package struct RunOptions: Configurable, Equatable {
  /// After how many steps the best weights of a policy are looked for; nil where they aren't.
  package var evaluateEvery: Int?
  /// Episodes of each of these evaluations.
  package var evaluateEpisodes = 20
  /// After how many steps, or epochs, a checkpoint is kept for good; nil where none is.
  package var checkpointEvery: Int?
  package var onNan = FaultAnswer.reset
  /// Whether each elementwise operation has a kernel of its own, which rounds otherwise.
  package var noFusion = false
  /// The seeds of all agents, in the file of the folder that theirs lie in; nil for a run of one.
  package var seeds: [UInt64]?
  /// The weights that a supervised run begins with: a run or a file.
  package var pretrained: String?

  /// More agents than anyone's device has room for.
  package static let mostSeeds = 1024

  package init() {}

  package static var settings: [Setting<RunOptions>] {
    [
      .optional(
        "evaluate_every", \.evaluateEvery, in: 1...1_000_000_000_000,
        "Environment steps of an agent between two evaluations, rounded up to whole iterations; none for no evaluation."
      ),
      .integer(
        "evaluate_episodes", \.evaluateEpisodes, in: 1...1 << 20, "Episodes of each of these evaluations."),
      .optional(
        "checkpoint_every", \.checkpointEvery, in: 1...1_000_000_000_000,
        "Environment steps of an agent, or epochs, between two checkpoints that are kept for good; none for the last alone."
      ),
      .choice("on_nan", \.onNan, "What happens when an environment gives NaN or an infinity."),
      .flag("no_fusion", \.noFusion, "Whether each elementwise operation has a kernel of its own."),
      .seeds(
        "seeds", \.seeds, most: mostSeeds,
        "The seeds of agents that are trained side by side; none for one of the setting seed."),
      .optional(
        "pretrained", \.pretrained,
        "The weights to begin with: a run, or a safetensors file with PyTorch's names; none to begin anew."),
    ]
  }

  /// Those that runs of `kind` have.
  package static func settings(of kind: RunKind) -> [Setting<RunOptions>] {
    let isPolicy = Algorithms.names.contains(kind.rawValue)
    let foreign: [RunKey] =
      isPolicy ? [.pretrained] : [.evaluateEvery, .evaluateEpisodes, .onNan, .seeds]
    return settings.filter { setting in !foreign.contains { $0.rawValue == setting.name } }
  }

  /// Looks at every one.
  package func validate() throws(ConfigurationError) {
    for setting in Self.settings { try setting.check(self) }
  }
}
