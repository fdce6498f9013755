import ArgumentParser
import Datasets
import Learning
import Reinforcement
import Runs
import Supervised
import Vulkan

/// `reprise evaluate`: whole episodes under a trained policy.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Say what a trained policy, classifier or regressor is worth.",
    usage: "reprise evaluate <run> [<options>]",
    discussion: """
      A policy runs whole episodes under the settings of its run, or in an environment of other parameters, and their \
      returns and lengths are printed. A classifier is given the test \
      split of its data, or other data, and its accuracy, a table of its classes and their confusion are printed; a \
      regressor's errors are. Writes no file.

      Examples:
        reprise evaluate runs/cartpole --episodes 100
        reprise evaluate runs/cartpole --best --sampled
        reprise evaluate runs/cartpole --parameters length=0.3:0.7
        reprise evaluate runs/fashion
        reprise evaluate runs/fashion --data pictures/ --json
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(
    help: ArgumentHelp(
      "Data for a classifier or regressor, as 'reprise train' takes it: its test split, or all where it has none. (default: the run's own)",
      valueName: "name|path"))
  var data: String?

  @Option(help: ArgumentHelp("The targets of --data, if they lie in a file of their own.", valueName: "file"))
  var targets: String?

  @Option(parsing: .unconditional, help: "Episodes of a policy.")
  var episodes = 100

  @Option(parsing: .unconditional, help: "Decides the initial states of a policy's episodes.")
  var seed: UInt64 = 10_001

  @Option(
    help: ArgumentHelp(
      "Parameters of a policy's environment, as 'reprise train' takes them; none for those of Gymnasium. (default: the run's own)",
      valueName: "name=low:high,...|none"))
  var parameters: String?

  @Flag(help: "Draw a policy's actions as in training; without it the likeliest are taken.")
  var sampled = false

  @OptionGroup var chosen: WeightsOptions

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help: """
      Print one JSON object. A policy: return_mean, return_std, return_min, return_max, return_quantiles (of 0, 0.25, \
      0.5, 0.75, 1), length_mean, length_min, length_max, episodes, faults, sampled, algorithm, environment, \
      parameters, device, driver. A \
      classifier: accuracy, loss, top_k_accuracy, per_class, confusion, samples; a regressor: rmse, mae, r2.
      """)
  var json = false

  func run() throws {
    let directory = RunDirectory(folder)
    try directory.refuseMissing()
    let kind = try directory.algorithm()
    guard case .reinforcement(let name) = kind else {
      guard parameters == nil else {
        throw ConfigurationError(
          field: "parameters", reason: "are for policies; \(folder) is a run of a \(kind.rawValue)")
      }
      return try evaluate(directory, kind)
    }
    guard data == nil, targets == nil else {
      throw ConfigurationError(
        field: "data", reason: "is for classifiers and regressors; \(folder) is a run of \(name)")
    }
    for algorithm in Algorithms.all where algorithm.name == name { try evaluate(directory, algorithm) }
  }

  /// Whole episodes of a policy.
  private func evaluate<Trained: Algorithm>(_ directory: RunDirectory, _: Trained.Type) throws {
    let trained = try TrainedWeights<Trained>(
      of: directory, best: chosen.best, other: chosen.checkpoint)
    var configuration = trained.configuration
    if let parameters {
      try configuration.set("parameters", to: parameters)
      try configuration.validate()
    }
    let environment = try Environments.named(configuration.environment).name
    let device = try selection.open()
    let evaluation = try Trained.evaluate(
      configuration, weights: trained.weights, file: trained.file, episodes: episodes, isSampled: sampled,
      seed: seed, on: device)
    let report = PolicyReport(
      evaluation, algorithm: Trained.name, environment: environment,
      parameters: Trained.Configuration.setting("parameters")?.text(configuration) ?? "none",
      checkpoint: trained.file, seed: seed, sampled: sampled, device.physical)
    try write(json ? jsonText(report) + "\n" : report.text)
  }

  /// A classifier or regressor on its own test split, or on other data.
  private func evaluate(_ directory: RunDirectory, _ algorithm: RunKind) throws {
    let settings = try RunConfiguration<SupervisedSettings>(of: directory).settings
    let kind: DataOptions.Task = algorithm == .classifier ? .classification : .regression
    let dataset = try evaluated(settings, kind)
    let device = try selection.open()
    let network = try settings.network(of: directory, other: chosen.checkpoint, on: device)
    let report = EvaluationReport(try settings.evaluate(network, on: dataset))
    if json {
      try writeLine(jsonText(report))
    } else {
      try write("\(dataset.source) on \(device.physical.name) (\(device.driver))\n\(report.text)")
    }
  }

  /// The test split of the run's own data, or all of `--data`.
  private func evaluated(_ settings: SupervisedSettings, _ kind: DataOptions.Task) throws -> Dataset {
    var wanted = settings.data
    if let data {
      wanted = DataConfiguration(data)
      wanted.targetColumns = settings.data.targetColumns
      wanted.targetsFile = targets
      wanted.resize = settings.data.resize
      wanted.classes = settings.data.classes
    }
    let prepared = try settings.evaluationData(wanted, kind)
    guard let dataset = prepared else {
      throw CommandFailure("\(wanted.name) has no test split; name what to evaluate with --data.")
    }
    return dataset
  }
}
