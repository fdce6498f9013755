import Learning
import Reinforcement
import Vulkan

/// What episodes of a policy gave, as JSON and as text.
struct PolicyReport: Encodable {
  /// The parts of `returnQuantiles`.
  private static let parts = [0, 0.25, 0.5, 0.75, 1]

  let algorithm, environment, checkpoint: String
  /// Of the environment, as the setting has them; `none` where all are its own.
  let parameters: String
  /// Whole episodes, and those left out because a step gave what is no finite number.
  let episodes, faults: Int
  let seed: UInt64
  /// Whether actions were drawn, not the likeliest taken.
  let sampled: Bool
  let returnMean, returnStd, returnMin, returnMax: Double
  /// The least return, the quartiles, the largest.
  let returnQuantiles: [Double]
  let lengthMean: Double
  let lengthMin, lengthMax: Int
  let device, driver: String

  /// The result of the weights in file `checkpoint`.
  init(
    _ evaluation: Evaluation, algorithm: String, environment: String, parameters: String, checkpoint: String,
    seed: UInt64, sampled: Bool, _ device: PhysicalDevice
  ) {
    self.algorithm = algorithm
    self.environment = environment
    self.parameters = parameters
    self.checkpoint = checkpoint
    self.seed = seed
    self.sampled = sampled
    episodes = evaluation.returns.count
    faults = evaluation.faults
    returnMean = evaluation.returnMean
    returnStd = evaluation.returnStandardDeviation
    returnMin = evaluation.returnQuantile(0)
    returnMax = evaluation.returnQuantile(1)
    returnQuantiles = Self.parts.map(evaluation.returnQuantile)
    lengthMean = evaluation.lengthMean
    lengthMin = evaluation.lengths.min() ?? 0
    lengthMax = evaluation.lengths.max() ?? 0
    self.device = device.name
    driver = device.driver
  }

  var text: String {
    let quartiles = returnQuantiles.dropFirst().dropLast().map { $0.fixed(1) }.joined(separator: ", ")
    let left = faults > 0 ? ", \(faults.grouped) left out for NaN or infinity," : ""
    return "\(environment), \(episodes.grouped) episodes\(left) on \(device) (\(driver))\n"
      + columns([
        ("policy", "\(checkpoint), \(sampled ? "actions drawn" : "the likeliest actions")"),
        ("parameters", parameters == "none" ? "the environment's own" : parameters),
        (
          "return",
          "\(returnMean.fixed(1)) ± \(returnStd.fixed(1)) (\(returnMin.fixed(1)) to \(returnMax.fixed(1)))"
        ),
        ("quartiles", quartiles),
        ("length", "\(lengthMean.fixed(1)) steps (\(lengthMin.grouped) to \(lengthMax.grouped))"),
      ])
  }
}
