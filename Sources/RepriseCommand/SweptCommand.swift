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

/// What a sweep has to know of a run.
struct SweptRun {
  /// Environment steps of an agent, or epochs.
  let length: Int
  /// After how many steps policies are evaluated; nil where they aren't.
  let evaluateEvery: Int?
  /// Whether a classifier or regressor has a validation split.
  let isValidated: Bool
}

extension TrainAlgorithmCommand: SweptCommand {
  func checkedRun() throws -> SweptRun {
    let settings = try checked()
    return SweptRun(
      length: settings.configuration.steps, evaluateEvery: settings.options.evaluateEvery, isValidated: false)
  }

  func checkData() {}
}

extension SupervisedRun {
  fileprivate func checkedRun(_ algorithm: RunKind) throws -> SweptRun {
    let definition = try checked(algorithm).definition
    return SweptRun(
      length: definition.training.epochs, evaluateEvery: nil, isValidated: definition.data.validation != 0)
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
