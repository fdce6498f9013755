import Tensors
import Vulkan

extension Tensor {
  /// With this as action values [agents, samples, actions]: a random action with probability `epsilon`, else the first of
  /// the best → int32 [agents, samples, 1].
  func epsilonGreedy(_ epsilon: Tensor, _ generator: Generator) -> Tensor {
    let chosen: Shape = [shape[0], shape[1], 1]
    let isRandom = generator.uniform(chosen) .< epsilon
    let random = generator.integers(chosen, in: 0..<shape[2])
    return .where(isRandom, random, argmax(axis: 2, keepDimensions: true))
  }
}

/// ε-greedy exploration whose random actions are held for a random time (Dabney, Ostrovski and Barreto 2021): a time of n or
/// more has the probability 1/n, up to a limit. What random steps undo again, such as a swing, is reached by held ones.
struct HeldExploration: Sendable {
  /// The random action that each copy holds, and for how many actions more: int32 [agents, copies, 1].
  private let action, left: Variable
  private let limit: Int

  init(_ environment: VectorEnvironment, limit: Int, on device: Device) throws(VulkanError) {
    let shape: Shape = [environment.agents, environment.copies, 1]
    action = try Variable(shape, .int32, on: device, label: "exploration.action")
    left = try Variable(shape, .int32, on: device, label: "exploration.left")
    self.limit = limit
  }

  /// What going on needs.
  var state: [Variable] { [action, left] }

  /// Actions int32 [agents, copies, 1] for action values [agents, copies, actions]; `epsilon` is the probability that a copy that
  /// holds none begins with a random one.
  func callAsFunction(_ values: Tensor, _ epsilon: Tensor, _ generator: Generator) -> Tensor {
    let (graph, shape) = (values.graph, action.type.shape)
    let begins = generator.uniform(shape) .< epsilon
    let random = generator.integers(shape, in: 0..<values.shape[2])
    // 1 − u is in (0, 1].
    let length = Tensor.minimum(1 / (1 - generator.uniform(shape)), Double(limit)).int32()
    let (held, before) = (graph.read(action) + 0, graph.read(left) + 0)
    let holds = before .> 0
    let explored = Tensor.where(holds, held, random)
    action.assign(explored)
    left.assign(.where(holds, before - 1, .where(begins, length - 1, 0)))
    return .where(holds.logicalOr(begins), explored, values.argmax(axis: 2, keepDimensions: true))
  }
}
