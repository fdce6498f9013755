import KernelParameters
public import Learning
import Recording
import Tensors
public import Vulkan

/// What whole episodes under the greedy policy gave.
public struct Evaluation: Sendable, Equatable {
  /// Undiscounted return of each episode.
  public let returns: [Float]
  /// Steps of each episode.
  public let lengths: [Int]

  /// Mean of the returns.
  public var returnMean: Double { returns.reduce(0) { $0 + Double($1) } / Double(max(1, returns.count)) }
  /// Standard deviation of the returns (of the population, as `numpy.std`).
  public var returnStandardDeviation: Double {
    let mean = returnMean
    let squares = returns.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (squares / Double(max(1, returns.count))).squareRoot()
  }
  /// Mean of the lengths.
  public var lengthMean: Double { Double(lengths.reduce(0, +)) / Double(max(1, lengths.count)) }
}

/// Evaluates policies on the device.
public enum Evaluator {
  /// Runs `episodes` episodes, each action the one of the largest logit.
  ///
  /// - Parameters:
  ///   - weights: a checkpoint with the network of `configuration`; `file` is its name in errors.
  ///   - seed: decides the initial states.
  /// - Throws: `CheckpointError`, `ConfigurationError`, `VulkanError`.
  public static func run(
    _ configuration: PPOConfiguration, weights: Safetensors, file: String, episodes: Int, seed: UInt64,
    on device: Device
  ) throws -> Evaluation {
    try configuration.validate()
    try ConfigurationError.check("episodes", episodes, in: 1...1 << 20)
    guard let environment = Environments.named(configuration.environment) else {
      throw ConfigurationError(field: "environment", reason: "\"\(configuration.environment)\" is not known")
    }
    let network = try PPO.network(configuration, environment, on: device)
    try network.load(from: weights, named: file)
    let policy = PPO.policy(configuration, environment)
    let returns = try Variable([episodes], on: device, label: "returns")
    let lengths = try Variable([episodes], .uint32, on: device, label: "lengths")
    try device.run("evaluate") { graph in
      graph.effect(
        EvaluationOperation(
          environment: environment, policy: policy, seed: seed, returns: returns, lengths: lengths),
        [graph.read(network.flat)])
    }
    return Evaluation(returns: try returns.read(), lengths: try lengths.read(UInt32.self).map(Int.init))
  }
}

private struct EvaluationOperation: EffectOperation, DispatchedOperation {
  let environment: any Environment
  let policy: MultilayerPerceptron
  let seed: UInt64
  let returns: Variable
  let lengths: Variable

  var name: String { "evaluate" }
  var writes: [Variable] { [returns, lengths] }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let episodes = returns.type.shape.count
    let lanes = PolicyLanes(copies: episodes, policy: policy, device: recorder.device)
    let scratch = recorder.transient(byteCount: lanes.scratchBytes, label: "activations")
    let states = recorder.transient(byteCount: 4 * environment.stateSize * episodes, label: "states")
    for steps in lanes.cut(environment.maximumSteps, policy) {
      // The first dispatch writes what the others go on from.
      func carried(_ region: Region) -> Binding {
        steps.lowerBound == 0 ? .write(region) : .readWrite(region)
      }
      recorder.dispatch(
        Dispatch(
          "evaluate \(environment.name) \(steps.count)×\(episodes)", environment.kernels.evaluate,
          specialization: Array(lanes.specialization.prefix(2)),
          parameters: EvaluationParameters(
            episodes: UInt32(episodes), firstStep: UInt32(steps.lowerBound), steps: UInt32(steps.count),
            seedLow: UInt32(truncatingIfNeeded: seed), seedHigh: UInt32(truncatingIfNeeded: seed >> 32),
            policy: policy.parameters(offset: inputs[0].elementOffset)),
          bindings: [
            .read(inputs[0].region), .write(scratch), carried(states), carried(returns.region),
            carried(lengths.region),
          ],
          groups: lanes.groups))
    }
  }
}
