import ArgumentParser
import Datasets
import Learning
import Reinforcement
import Runs
import Supervised

/// A subcommand of `reprise train` as a sweep sees it.
protocol SweptCommand {
  /// Looks at all that can be known without a device.
  func checkedRun() throws -> SweptRun
  /// Reads what is trained on, to see whether it can be.
  func checkData() throws
}

/// The subcommand of a command line, which begins with `train`.
func sweptCommand(_ words: [String]) throws -> any SweptCommand {
  guard let command = try RepriseCommand.parseAsRoot(words) as? any SweptCommand else {
    throw CommandFailure("it can't be trained")
  }
  return command
}

/// What a sweep has to know of a run.
struct SweptRun {
  /// Environment steps of an agent, or epochs.
  let length: Int
  /// After how many steps policies are evaluated; nil where they aren't.
  let evaluateEvery: Int?
  /// What its metrics can be judged by.
  let columns: [String]
}

extension TrainAlgorithmCommand: SweptCommand {
  func checkedRun() throws -> SweptRun {
    let settings = try checked()
    let every = settings.options.evaluateEvery
    return SweptRun(
      length: settings.configuration.steps, evaluateEvery: every,
      columns: MetricsRow.columns(ofIterations: Trained.metricNames, isEvaluated: every != nil))
  }

  func checkData() {}
}

extension SupervisedRun {
  fileprivate func checkedRun(_ algorithm: RunKind) throws -> SweptRun {
    let definition = try checked(algorithm).definition
    return SweptRun(
      length: definition.training.epochs, evaluateEvery: nil,
      columns: MetricsRow.columns(ofEpochs: algorithm, isValidated: definition.data.validation != 0))
  }

  fileprivate func checkData(_ algorithm: RunKind, _ task: DataOptions.Task) throws {
    let definition = try checked(algorithm).definition
    _ = try PreparedData(definition.data, task, seed: definition.training.seed)
  }
}

extension TrainClassifierCommand: SweptCommand {
  func checkedRun() throws -> SweptRun { try options.checkedRun(.classifier) }
  func checkData() throws { try options.checkData(.classifier, .classification) }
}

extension TrainRegressorCommand: SweptCommand {
  func checkedRun() throws -> SweptRun { try options.checkedRun(.regressor) }
  func checkData() throws { try options.checkData(.regressor, .regression) }
}
