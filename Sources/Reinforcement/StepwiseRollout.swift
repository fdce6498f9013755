import Learning
import Tensors
import Vulkan

/// A rollout as one recorded pass a step, for policies that no kernel evaluates in place.
///
/// It draws the numbers that the kernel draws, so that both give the same rollout within rounding.
struct StepwiseRollout {
  private let rollout: Rollout
  private let networks: PPONetworks
  /// What a recurrent policy knows; nil for others.
  private let recurrent: RecurrentState?
  /// gSDE's function of each copy [agents, copies, features, action]; nil without.
  private let function: Variable?

  init(
    _ rollout: Rollout, _ networks: PPONetworks, _ recurrent: RecurrentState? = nil, on device: Device
  ) throws(VulkanError) {
    (self.rollout, self.networks, self.recurrent) = (rollout, networks, recurrent)
    guard networks.configuration.exploration == .gsde else {
      function = nil
      return
    }
    let (environment, widths) = (rollout.environment, networks.policy.widths)
    let features = networks.cell?.units ?? widths[widths.count - 2]
    function = try Variable(
      [environment.agents, environment.copies, features, networks.space.size], on: device,
      label: "environment.exploration")
  }

  /// Acts once in all copies, and stores the step in its row of the rollout.
  func step(_ graph: Graph, normalizer: Normalizer?) {
    let environment = rollout.environment
    let (clock, generator) = (graph.read(environment.clock), environment.generator(in: graph))
    let observations = graph.read(environment.observations)
    let state = recurrent.map { graph.read($0.current) }
    let features = networks.features(
      normalizer.normalized(observations), state.map { PPONetworks.Memory(state: $0) })
    let actions = action(networks.distribution(features), generator, clock)
    // The clock is at a multiple of the horizon when a rollout begins.
    rollout.observations.assignRow(observations, counter: clock)
    rollout.actions.assignRow(actions, counter: clock)
    if let recurrent, let state { recurrent.met.assignRow(state, counter: clock) }
    // The step moves the clock on.
    let number = clock + 0
    environment.step(networks.space.bounded(actions))
    for (rows, value) in [
      (rollout.finalObservations, graph.read(environment.finalObservations)),
      (rollout.rewards, graph.read(environment.rewards)),
      (rollout.terminated, graph.read(environment.terminated)),
      (rollout.truncated, graph.read(environment.truncated)),
    ] {
      rows.assignRow(value, counter: number)
    }
    recurrent?.goOn(to: features, environment)
  }

  private func action(_ output: PPONetworks.Output, _ generator: Generator, _ clock: Tensor) -> Tensor {
    guard let function, let features = output.features else { return output.distribution.sample(generator) }
    let graph = clock.graph
    let every = networks.configuration.sampleEvery
    let period = every > 0 ? min(every, rollout.horizon) : rollout.horizon
    let isDue = (clock.remainder(Double(rollout.horizon)).remainder(Double(period))) .== 0
    let drawn = generator.normal(function.type.shape) * networks.functionDeviations(in: graph).unsqueeze(1)
    let current = Tensor.where(isDue, drawn, graph.read(function))
    function.assign(current)
    return output.distribution.outputs + features.unsqueeze(2).matmul(current).squeeze(2)
  }
}
