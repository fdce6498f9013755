import Tensors
import Vulkan

/// What recurrent policies know of the running episodes.
struct RecurrentState {
  /// What the next observation meets; zeros where an episode begins: [agents, copies, units].
  let current: Variable
  /// What those of the rollout met: [horizon, agents, copies, units].
  let met: Variable

  init(_ rollout: Rollout, units: Int, on device: Device) throws(VulkanError) {
    let sizes = [rollout.environment.agents, rollout.environment.copies, units]
    current = try Variable(Shape(sizes), on: device, label: "recurrent_state")
    met = try Variable(Shape([rollout.horizon] + sizes), on: device, label: "rollout.recurrent_states")
  }

  /// Takes over the states [agents, copies, units] after a step of `environment`.
  func goOn(to states: Tensor, _ environment: VectorEnvironment) {
    current.assign(.where(environment.ended(in: states.graph).unsqueezeLast(), 0, states))
  }
}

/// A rollout in sequences, over which recurrent policies are unrolled: runs of `length` steps of a copy. All copies' first
/// sequences come first.
struct RolloutSequences {
  let rollout: Rollout
  let state: RecurrentState
  let length: Int

  /// Sequences of each agent.
  var count: Int { rollout.samples / length }

  /// Numbers of the first samples of sequences by number, uint32 [agents, n].
  private func first(_ sequences: Tensor) -> Tensor {
    let copies = Double(rollout.environment.copies)
    return sequences + sequences.floorDivide(copies) * (Double(length - 1) * copies)
  }

  /// Numbers of the samples of sequences by number, uint32 [agents, n], all first steps first → [agents, length × n].
  func samples(_ sequences: Tensor) -> Tensor {
    let (agents, n) = (sequences.shape[0], sequences.shape[1])
    let steps = sequences.graph.arange(length, .uint32) * Double(rollout.environment.copies)
    return (first(sequences).unsqueeze(1) + steps.unsqueezeLast()).reshape([agents, length * n])
  }

  /// What the policy knew when those sequences began, and where their episodes end.
  func memory(_ sequences: Tensor) -> PPONetworks.Memory {
    let samples = samples(sequences)
    let ended = rollout.samples(of: rollout.terminated, samples)
      .logicalOr(rollout.samples(of: rollout.truncated, samples))
    return PPONetworks.Memory(state: rollout.samples(of: state.met, first(sequences)), ended: ended)
  }

  /// The numbers of all sequences [agents, count].
  func all(in graph: Graph) -> Tensor {
    graph.arange(count, .uint32).expand([rollout.environment.agents, count])
  }

  /// Values of the samples of all sequences [agents, length × count, …], in the order of the rollout's samples.
  func inOrder(_ values: Tensor) -> Tensor {
    let (agents, copies) = (rollout.environment.agents, rollout.environment.copies)
    return values.reshape([agents, length, count / copies, copies, values.shape[2]]).transpose(1, 2)
      .reshape(values.shape)
  }
}
