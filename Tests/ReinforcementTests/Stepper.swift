import Learning
import Recording
import Tensors
import Vulkan

@testable import Reinforcement

/// Steps copies of an environment with given states and actions, one step a call, without resets.
struct Stepper {
  private let environment: VectorEnvironment
  private let actions: Variable
  private let plan: Plan

  init(_ environment: any Environment, copies: Int, on device: Device) throws {
    let target = try VectorEnvironment(environment, seeds: [0], copies: copies, on: device)
    let actions = try Variable(
      target.actionType.shape, target.actionType.dataType, on: device, label: "actions")
    plan = try device.record("step") { program in
      try program.pass("step") { target.stepAlone($0.read(actions)) }
    }
    (self.environment, self.actions) = (target, actions)
  }

  /// States [copies, state] before and after; the observation after.
  func step<Action: BitwiseCopyable>(
    states values: [Float], actions chosen: [Action]
  ) throws -> (states: [Float], observations: [Float], rewards: [Float], terminated: [Bool]) {
    let (copies, size) = (environment.copies, environment.environment.stateSize)
    try environment.states.write(transposed(values, copies, size))
    try environment.episodes.write([Float](repeating: 0, count: 2 * copies))
    try actions.write(chosen)
    try plan.replay()
    let states = try environment.states.read(Float.self).prefix(size * copies)
    return (
      transposed(Array(states), size, copies), try environment.finalObservations.read(),
      try environment.rewards.read(), try environment.terminated.read(UInt32.self).map { $0 != 0 }
    )
  }
}

private func transposed(_ values: [Float], _ rows: Int, _ columns: Int) -> [Float] {
  (0..<rows * columns).map { values[$0 % rows * columns + $0 / rows] }
}

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
