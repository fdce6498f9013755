import ArgumentParser
import Datasets
import Learning
import Reinforcement
import Supervised
import Vulkan

/// `reprise evaluate`: whole episodes under a trained policy.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Say what a trained policy, classifier or regressor is worth.",
    discussion: """
      A policy runs whole episodes without exploration, and their returns are printed. A classifier is given the test \
      split of its data, or other data, and its accuracy, a table of its classes and their confusion are printed; a \
      regressor's errors are. Writes no file.

      Examples:
        reprise evaluate runs/cartpole --episodes 100
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

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help: """
      Print one JSON object. A policy: return_mean, return_std, return_min, return_max, length_mean, episodes, device, \
      driver. A classifier: accuracy, loss, top_k_accuracy, per_class, confusion, samples; a regressor: rmse, mae, r2.
      """)
  var json = false

  func run() throws {
    let directory = RunDirectory(folder)
    try directory.refuseMissing()
    let algorithm = try directory.algorithm()
    guard algorithm == .ppo else { return try evaluate(directory, algorithm) }
    guard data == nil, targets == nil else {
      throw ConfigurationError(
        field: "data", reason: "is for classifiers and regressors; \(folder) is a run of PPO")
    }
    let configuration = try RunConfiguration<PPOConfiguration>(of: directory)
    let weights = try Safetensors(contentsOf: directory.checkpoint)
    let device = try Device(selection.device)
    let evaluation = try PPO.evaluate(
      configuration.settings, weights: weights, file: directory.checkpoint, episodes: episodes, seed: seed,
      on: device)
    let summary = Summary(
      evaluation, environment: configuration.settings.environment, seed: seed, device.physical)
    if json {
      try writeLine(jsonText(summary))
    } else {
      try write(summary.text)
    }
  }

  /// A classifier or regressor on its own test split, or on other data.
  private func evaluate(_ directory: RunDirectory, _ algorithm: RunKind) throws {
    let settings = try RunConfiguration<SupervisedSettings>(of: directory).settings
    let kind: DataOptions.Task = algorithm == .classifier ? .classification : .regression
    let dataset = try evaluated(settings, kind)
    let device = try Device(selection.device)
    let network = try settings.network(on: device)
    try network.load(from: Safetensors(contentsOf: directory.weights), named: directory.weights)
    let report = EvaluationReport(try settings.evaluate(network, on: dataset))
    if json {
      try writeLine(jsonText(report))
    } else {
      try write("\(dataset.source) on \(device.physical.name) (\(device.physical.driver))\n\(report.text)")
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

  private struct Summary: Encodable {
    let environment: String
    let episodes: Int
    let seed: UInt64
    let returnMean, returnStd, returnMin, returnMax, lengthMean: Double
    let device, driver: String

    init(_ evaluation: Evaluation, environment: String, seed: UInt64, _ device: PhysicalDevice) {
      self.environment = environment
      self.seed = seed
      episodes = evaluation.returns.count
      returnMean = evaluation.returnMean
      returnStd = evaluation.returnStandardDeviation
      returnMin = Double(evaluation.returns.min() ?? .nan)
      returnMax = Double(evaluation.returns.max() ?? .nan)
      lengthMean = evaluation.lengthMean
      self.device = device.name
      driver = device.driver
    }

    var text: String {
      "\(environment), \(episodes.grouped) episodes on \(device) (\(driver))\n"
        + columns([
          (
            "return",
            "\(returnMean.fixed(1)) ± \(returnStd.fixed(1)) (\(returnMin.fixed(1)) to \(returnMax.fixed(1)))"
          ),
          ("length", "\(lengthMean.fixed(1)) steps"),
        ])
    }
  }
}
