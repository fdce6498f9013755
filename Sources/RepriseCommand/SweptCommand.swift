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
    SweptRun(
      length: try checked().configuration.steps, evaluateEvery: evaluation.evaluateEvery, isValidated: false)
  }

  func checkData() {}
}

extension SupervisedRun {
  fileprivate func checkedRun() throws -> SweptRun {
    let configuration = try checked()
    _ = try model.description(usual: .named(LayerDescription("mlp")))
    return SweptRun(
      length: configuration.epochs, evaluateEvery: nil, isValidated: data.configuration.validation != 0)
  }

  fileprivate func checkData(_ task: DataOptions.Task) throws {
    _ = try PreparedData(data.configuration, task, seed: options.seed)
  }
}

extension TrainClassifierCommand: SweptCommand {
  func checkedRun() throws -> SweptRun { try options.checkedRun() }
  func checkData() throws { try options.checkData(.classification) }
}

extension TrainRegressorCommand: SweptCommand {
  func checkedRun() throws -> SweptRun { try options.checkedRun() }
  func checkData() throws { try options.checkData(.regression) }
}
