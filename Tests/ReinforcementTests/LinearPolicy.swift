import Learning
import Tensors
import TestSupport

@testable import Reinforcement

/// A policy without hidden layers whose logit for action 1 is `gains`·observation, and 0 for action 0.
struct LinearPolicy {
  let gains: [Float]
  static let shape = MultilayerPerceptron(inputs: 4, hidden: [], outputs: 2)

  /// Weight [2, 4], then, from element 64 on, bias [2].
  var flat: [Float] { [0, 0, 0, 0] + gains + [Float](repeating: 0, count: 58) }

  /// Two hidden layers of `width` units, of which only the first is used.
  func widened(to width: Int) -> Safetensors {
    func matrix(_ rows: Int, _ columns: Int, _ set: [(Int, Int, Float)]) -> Safetensors.Entry {
      var values = [Float](repeating: 0, count: rows * columns)
      for (row, column, value) in set { values[row * columns + column] = value }
      return .init(TensorType([rows, columns]), values)
    }
    var file = Safetensors()
    for (part, outputs) in [("policy", 2), ("value", 1)] {
      file.tensors["\(part).0.weight"] = matrix(
        width, 4, gains.enumerated().map { (0, $0.offset, $0.element) })
      file.tensors["\(part).2.weight"] = matrix(width, width, [(0, 0, 1)])
      file.tensors["\(part).4.weight"] = matrix(outputs, width, [(outputs - 1, 0, 100)])
      for (layer, size) in [(0, width), (2, width), (4, outputs)] {
        file.tensors["\(part).\(layer).bias"] = .init(TensorType([size]), [Float](repeating: 0, count: size))
      }
    }
    return file
  }

  /// The same with a value function of zeros.
  var checkpoint: Safetensors {
    Safetensors(tensors: [
      "policy.0.weight": .init(TensorType([2, 4]), [0, 0, 0, 0] + gains),
      "policy.0.bias": .init(TensorType([2]), [0, 0] as [Float]),
      "value.0.weight": .init(TensorType([1, 4]), [Float](repeating: 0, count: 4)),
      "value.0.bias": .init(TensorType([1]), [0] as [Float]),
    ])
  }
}

/// Runs the first rollout.
func run(_ rollout: Rollout, _ policy: LinearPolicy) throws {
  let device = rollout.rewards.device
  let weights = try Variable([policy.flat.count], policy.flat, on: device, label: "weights")
  try device.run("rollout") { graph in
    rollout.collect(LinearPolicy.shape, Rollout.Source(graph.read(weights)))
  }
}

/// Policies without hidden layers, one for each agent, for any environment.
struct LinearPolicies {
  /// Weights [agents, outputs, observation].
  let gains: [Float]
  /// Logarithms of standard deviations [agents, action].
  let deviations: [Float]
  let agents: Int

  /// Random ones; the same numbers for each agent whatever the others are.
  init(_ environment: any Environment, agents: Range<Int>) {
    let size = environment.observationSize * environment.actionSpace.outputs
    gains = agents.flatMap { agent in
      var random = SeededRandom(UInt64(agent))
      return random.values(size, scale: 0.7).map(Float.init)
    }
    deviations = agents.flatMap { agent in
      (0..<environment.actionSpace.size).map { Float(0.2 * Double(agent)) - 0.3 + 0.1 * Float($0) }
    }
    self.agents = agents.count
  }

  /// Weights, then biases of 0 and deviations, each from a multiple of 64 elements on.
  var flat: [Float] { padded(gains) + [Float](repeating: 0, count: 64) + padded(deviations) }

  private func padded(_ values: [Float]) -> [Float] {
    values + [Float](repeating: 0, count: (values.count + 63) / 64 * 64 - values.count)
  }

  /// Runs the first rollout.
  func run(_ rollout: Rollout) throws {
    let device = rollout.rewards.device
    let kind = rollout.environment.environment
    let weights = try Variable([flat.count], flat, on: device, label: "weights")
    let shape = MultilayerPerceptron(
      inputs: kind.observationSize, hidden: [], outputs: kind.actionSpace.outputs)
    try device.run("rollout") { graph in
      rollout.collect(
        shape, Rollout.Source(graph.read(weights), deviation: padded(gains).count + 64))
    }
  }
}
