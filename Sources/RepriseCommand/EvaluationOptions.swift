import ArgumentParser
import Learning

/// How the best weights of a run are chosen.
struct EvaluationOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Evaluate after so many environment steps of an agent, rounded up to whole iterations, and keep the weights that did best in best.safetensors. (default: never, for it takes time from training)",
      valueName: "steps"))
  var evaluateEvery: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Episodes of each of these evaluations, side by side.", valueName: "episodes"))
  var evaluateEpisodes = usualEpisodes

  /// Episodes where nothing is said.
  static let usualEpisodes = 20

  /// - Throws: `ConfigurationError` for what can't be used.
  func check() throws(ConfigurationError) {
    if let evaluateEvery {
      try ConfigurationError.check("evaluate-every", evaluateEvery, in: 1...1_000_000_000_000)
    }
    try ConfigurationError.check("evaluate-episodes", evaluateEpisodes, in: 1...1 << 20)
  }
}
