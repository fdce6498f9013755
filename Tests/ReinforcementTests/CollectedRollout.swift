import Learning
import Recording
import Tensors
import Vulkan

@testable import Reinforcement

/// A first rollout of two agents under fresh networks of PPO, by the kernel or by passes.
struct CollectedRollout {
  let rollout: Rollout

  init(
    _ kind: any Environment, _ configuration: PPOConfiguration, normalizer: Normalizer? = nil, isFused: Bool,
    on device: Device
  ) throws {
    let seeds: [UInt64] = [3, 4]
    let environment = try VectorEnvironment(kind, seeds: seeds, copies: 33, on: device)
    let networks = try PPONetworks(configuration, environment, seeds: seeds, on: device)
    let rollout = try Rollout(environment, horizon: 60, on: device)
    self.rollout = rollout
    let stepwise = try StepwiseRollout(rollout, networks, on: device)
    if !isFused { try device.run("reset") { environment.reset(in: $0) } }
    try device.record("rollout") { program in
      try program.pass("rollout", repeats: isFused ? 1 : 60) { graph in
        guard isFused else { return stepwise.step(graph, normalizer: normalizer) }
        rollout.collect(
          networks.policy,
          .init(
            graph.read(networks.network.flat), deviation: networks.network.offset(of: "log_std.weight") ?? 0,
            normalizer: normalizer.map { ($0.values(in: graph), $0.limit) }))
      }
    }.replay()
  }
}
