import ArgumentParser
import Runs

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
    help: ArgumentHelp(
      "Episodes of each of these evaluations, side by side. (default: \(RunOptions().evaluateEpisodes))",
      valueName: "episodes"))
  var evaluateEpisodes: Int?

  /// What is said here.
  var given: [SettingArgument] {
    .given(("evaluate_every", evaluateEvery), ("evaluate_episodes", evaluateEpisodes))
  }
}
