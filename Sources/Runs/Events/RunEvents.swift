import Foundation
package import Learning
package import Reinforcement
package import Supervised

/// The events of a run for TensorBoard: scalars, histograms, and hyperparameters with what they led to. Steps are environment
/// steps of an agent, or epochs.
package final class RunEvents {
  private let run: RunDirectory
  private let file: EventFile
  private let hyperparameters: Hyperparameters

  /// Begins the run's events; its config.yaml is written.
  ///
  /// - Parameter step: of a run that goes on, the first step that it has still to do; see `EventFile`.
  /// - Throws: `CommandFailure`.
  package init(of run: RunDirectory, from step: Int? = nil) throws(CommandFailure) {
    self.run = run
    let settings = try FlatSettings(of: run)
    hyperparameters = Hyperparameters(
      settings: settings.entries.filter { !["format", "version"].contains($0.key) },
      metrics: settings["data.name"] == nil
        ? ["rollout/return_mean", "eval/return_mean"] : ["train/loss", "val/loss", "val/accuracy"])
    file = try EventFile(in: run, from: step)
    try file.append([hyperparameters.experiment, hyperparameters.start(at: .now)], step: 0)
  }

  /// Appends an iteration.
  package func append(_ progress: TrainingProgress) throws(CommandFailure) {
    var scalars = [
      ("rollout/return_mean", progress.returnMean), ("rollout/length_mean", progress.lengthMean),
    ].compactMap { name, value in value.map { (name, $0) } }
    scalars += [
      ("rollout/episodes", Double(progress.episodes)), ("rollout/faults", Double(progress.faults)),
      ("time/seconds", progress.seconds), ("time/iterations", Double(progress.iteration)),
    ]
    if progress.stepsPerSecond > 0 { scalars.append(("time/steps_per_second", progress.stepsPerSecond)) }
    scalars += progress.metrics.map { ("train/\($0.name)", $0.value) }
    try file.append(scalars: scalars, step: progress.steps)
  }

  /// Appends an evaluation after `steps` steps.
  package func append(_ evaluation: Evaluation, steps: Int) throws(CommandFailure) {
    try file.append(
      scalars: [
        ("eval/return_mean", evaluation.returnMean), ("eval/return_std", evaluation.returnStandardDeviation),
        ("eval/length_mean", evaluation.lengthMean),
      ], step: steps)
  }

  /// Appends an epoch.
  package func append(_ progress: SupervisedTrainer.Progress) throws(CommandFailure) {
    let scalars = [
      ("train/loss", progress.trainLoss), ("train/accuracy", progress.trainAccuracy),
      ("train/learning_rate", progress.learningRate), ("val/loss", progress.validationLoss),
      ("val/accuracy", progress.validationAccuracy), ("time/samples_per_second", progress.samplesPerSecond),
      ("time/seconds", progress.seconds),
    ]
    try file.append(
      scalars: scalars.compactMap { name, value in value.map { (name, $0) } }, step: progress.epoch)
  }

  /// Appends the result on the test split, after so many epochs.
  package func append(test: EvaluationResult, epoch: Int) throws(CommandFailure) {
    let scalars = [("test/loss", test.loss), ("test/accuracy", test.classification?.accuracy)]
    try file.append(scalars: scalars.compactMap { name, value in value.map { (name, $0) } }, step: epoch)
  }

  /// Appends how weights and gradients are spread: `weights/policy.0.weight`, `gradients/policy.0.weight`. The gradients'
  /// histograms replace those of gradients.json as well.
  package func append(_ parameters: [GradientProbe.Values], step: Int) throws {
    func histograms(_ kind: String, _ elements: (GradientProbe.Values) -> [Float]?) -> [(
      String, TensorHistogram
    )] {
      parameters.compactMap { parameter in
        elements(parameter).flatMap(TensorHistogram.init).map { ("\(kind)\(parameter.name)", $0) }
      }
    }
    let gradients = histograms("") { $0.gradients }
    try file.append(
      histograms: histograms("weights/") { $0.weights } + gradients.map { ("gradients/\($0)", $1) },
      step: step)
    try GradientHistograms(step: step, Dictionary(gradients) { $1 }).write(to: run)
  }

  /// Says how the run ended; of one that can go on nothing is said.
  package func end(_ outcome: RunStatus.Outcome) throws(CommandFailure) {
    guard outcome != .interrupted else { return }
    try file.append([hyperparameters.end(at: .now, isSuccess: outcome == .finished)], step: 0)
  }
}
