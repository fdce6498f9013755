import KernelParameters
import Learning
import Recording
import Tensors
import Vulkan

@testable import Reinforcement

/// Steps copies of an environment with given states and actions, one step a call.
struct Stepper {
  private let copies: Int
  private let states, actions, next, rewards, terminated: Variable
  private let plan: Plan

  init(_ environment: any Environment, copies: Int, on device: Device) throws {
    self.copies = copies
    states = try Variable([copies, environment.stateSize], on: device, label: "states")
    actions = try Variable([copies], .int32, on: device, label: "actions")
    next = try Variable([copies, environment.stateSize], on: device, label: "next")
    rewards = try Variable([copies], on: device, label: "rewards")
    terminated = try Variable([copies], .uint32, on: device, label: "terminated")
    var recorder = Recorder(on: device, label: "step")
    recorder.dispatch(
      Dispatch(
        "step", environment.kernels.step, specialization: [32],
        parameters: ExplorationParameters(copies: UInt32(copies), steps: 1, seedLow: 0, seedHigh: 0),
        bindings: [
          .read(states.region), .read(actions.region), .write(next.region), .write(rewards.region),
          .write(terminated.region),
        ], groups: Groups((copies + 31) / 32)))
    plan = try recorder.finish()
  }

  func step(
    states values: [Float], actions chosen: [Int32]
  ) throws -> (states: [Float], rewards: [Float], terminated: [Bool]) {
    try states.write(values)
    try actions.write(chosen)
    try plan.replay()
    return (try next.read(), try rewards.read(), try terminated.read(UInt32.self).map { $0 != 0 })
  }
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

/// Runs rollout number 0.
func run(_ rollout: Rollout, _ policy: LinearPolicy, seed: UInt64) throws {
  let device = rollout.states.device
  let weights = try Variable([policy.flat.count], policy.flat, on: device, label: "weights")
  let iteration = try Variable([], .uint32, on: device, label: "iteration")
  try device.run("rollout") { graph in
    rollout.step(
      weights: graph.read(weights), offset: 0, policy: LinearPolicy.shape, iteration: graph.read(iteration),
      seed: seed)
  }
}
