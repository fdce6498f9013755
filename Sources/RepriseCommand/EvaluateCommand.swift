import ArgumentParser
import Learning
import Reinforcement
import Vulkan

/// `reprise evaluate`: whole episodes under a trained policy.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Run episodes under a trained policy, without exploration, and print their returns.",
    discussion: """
      Reads RUN/config.yaml and RUN/checkpoint.safetensors; writes no file.

      Example:
        reprise evaluate runs/cartpole --episodes 100
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(parsing: .unconditional, help: "Episodes to run.")
  var episodes = 100

  @Option(parsing: .unconditional, help: "Decides the initial states.")
  var seed: UInt64 = 10_001

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help: """
      Print one JSON object: return_mean, return_std, return_min, return_max, length_mean, episodes, device, driver.
      """)
  var json = false

  func run() throws {
    let directory = RunDirectory(folder)
    try directory.refuseMissing()
    let configuration = try RunConfiguration(of: directory)
    let weights = try Safetensors(contentsOf: directory.checkpoint)
    let device = try Device(selection.device)
    let evaluation = try Evaluator.run(
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
