import Learning
import Tensors
import Vulkan

/// Transitions of a replay buffer are drawn the more often, the more the last update had to learn from them (Schaul et al.
/// 2016, proportional prioritization): Pᵢ ∝ pᵢ = (|δᵢ| + 10⁻⁶)^α, and weigh the less in the loss: wᵢ ∝ Pᵢ^−β.
final class PrioritizedReplay: Sendable {
  /// pᵢ of each transition; 0 where there is none yet.
  let tree: SumTree
  /// The largest p so far, which new transitions get: float32 [agents, 1].
  let largest: Variable
  private let buffer: ReplayBuffer
  private let exponent: Double

  /// Priorities of the transitions of `buffer`, of which a step appends `copies` for each agent; `exponent` is α.
  init(_ buffer: ReplayBuffer, agents: Int, exponent: Double, on device: Device) throws(VulkanError) {
    self.buffer = buffer
    self.exponent = exponent
    tree = try SumTree(agents: agents, leaves: buffer.capacity, on: device)
    largest = try Variable(
      [agents, 1], [Float](repeating: 1, count: agents), on: device, label: "replay.largest_priority")
  }

  /// What going on needs.
  var state: [Variable] { [tree.nodes, largest] }

  /// Prepares for the transitions that the buffer appends next; to be called before it does.
  func appendNext(in graph: Graph) {
    let numbers = buffer.nextNumbers(in: graph)
    tree.update(numbers, to: graph.read(largest).expand(numbers.shape))
  }

  /// Numbers of `batch` transitions, one out of each of as many equal parts of the sum of priorities: uint32 [agents, batch].
  func draw(_ batch: Int, _ generator: Generator) -> Tensor {
    tree.sample(generator.uniform([tree.agents, batch]))
  }

  /// Importance weights of the transitions `numbers`, divided by their maximum: (min p / pᵢ)^β.
  ///
  /// - Parameter correction: β, a scalar.
  func weights(of numbers: Tensor, correction: Tensor) -> Tensor {
    let priorities = tree.values(of: numbers)
    return (priorities.min(axes: [1], keepDimensions: true) / priorities).power(correction)
  }

  /// Replaces the priorities of the transitions `numbers`, whose errors δ are now `errors` [agents, batch].
  func update(_ numbers: Tensor, errors: Tensor) {
    let priorities = (errors.abs() + 1e-6).power(exponent)
    tree.update(numbers, to: priorities)
    let most = priorities.max(axes: [1], keepDimensions: true)
    largest.assign(Tensor.maximum(errors.graph.read(largest), most))
  }
}
