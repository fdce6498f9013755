import Learning
import Recording
import Reinforcement
import Tensors
import TestSupport
import Testing
import Vulkan

/// Looking at gradients changes nothing.
@Suite struct GradientProbeTests {
  /// A small run of an algorithm, for which `change` makes it smaller or wilder.
  private func expectSameBits<Trained: Algorithm>(
    _: Trained.Type, seeds: [UInt64] = [1], names: Set<String>, _ settings: KeyValuePairs<String, String>
  ) throws {
    var configuration = Trained.Configuration()
    for (name, value) in settings { try configuration.set(name, to: value) }
    func trained(reading: Bool) throws -> [Safetensors] {
      let algorithm = try Trained(configuration, seeds: seeds, on: TestDevice.shared, options: .environment)
      let probe = try algorithm.gradientProbe(options: .environment)
      try algorithm.loop.run(
        pausingEvery: [1],
        pause: { _ in
          guard reading else { return }
          let agents = try probe.read(agents: seeds.count)
          #expect(agents.count == seeds.count)
          for (index, values) in agents.enumerated() {
            #expect(Set(values.map(\.name)) == names)
            let weights = try algorithm.checkpoint(agent: index)
            for value in values {
              #expect(weights.tensors[value.name]?.elements(Float.self) == value.weights, "\(value.name)")
              let gradients = try #require(value.gradients)
              #expect(gradients.count == value.weights.count && gradients.allSatisfy(\.isFinite))
            }
            #expect(values.contains { $0.gradients?.contains { $0 != 0 } == true })
          }
          if agents.count > 1 { #expect(agents[0][0].gradients != agents[1][0].gradients) }
        })
      return try seeds.indices.map { try algorithm.checkpoint(agent: $0) }
    }
    #expect(try trained(reading: true) == trained(reading: false))
  }

  private func perceptron(_ prefix: String) -> Set<String> {
    ["\(prefix).0.weight", "\(prefix).0.bias", "\(prefix).2.weight", "\(prefix).2.bias"]
  }

  @Test(arguments: [[1], [1, 2] as [UInt64]]) func ofPPO(_ seeds: [UInt64]) throws {
    try expectSameBits(
      PPO.self, seeds: seeds, names: perceptron("policy").union(perceptron("value")),
      [
        "hidden": "8", "environments": "4", "horizon": "8", "minibatches": "2", "epochs": "2", "steps": "96",
        "normalize_observations": "true",
      ])
  }

  @Test func ofDQN() throws {
    try expectSameBits(
      DQN.self, names: perceptron("q"),
      [
        "hidden": "8", "steps": "192", "learning_starts": "64", "buffer_size": "128", "batch_size": "8",
        "prioritized": "true",
      ])
  }

  @Test func ofSAC() throws {
    try expectSameBits(
      SAC.self,
      names: perceptron("critic1").union(perceptron("critic2")).union([
        "actor.0.weight", "actor.0.bias", "head.weight", "head.bias", "log_alpha.weight",
      ]),
      [
        "hidden": "8", "steps": "128", "learning_starts": "64", "buffer_size": "128", "batch": "8",
        "gradient_steps": "2",
      ])
  }

  @Test func ofTD3() throws {
    try expectSameBits(
      TD3.self, names: perceptron("actor").union(perceptron("critic1")).union(perceptron("critic2")),
      [
        "hidden": "8", "steps": "128", "learning_starts": "64", "buffer_size": "128", "batch": "8",
        "gradient_steps": "2",
      ])
  }
}
