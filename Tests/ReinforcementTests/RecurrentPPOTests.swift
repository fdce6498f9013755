import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// PPO with policies that remember.
struct RecurrentPPOTests {
  let device = TestDevice.shared

  private func configuration(_ change: (inout PPOConfiguration) -> Void = { _ in }) -> PPOConfiguration {
    var configuration = PPOConfiguration()
    configuration.environments = 6
    configuration.horizon = 20
    configuration.epochs = 2
    configuration.minibatches = 2
    configuration.hidden = [9]
    configuration.recurrentSize = 7
    configuration.steps = 3 * 6 * 20
    change(&configuration)
    return configuration
  }

  private func trained(
    _ configuration: PPOConfiguration, seeds: [UInt64]? = nil, options: PlanOptions = PlanOptions()
  ) throws -> (PPO, [TrainingProgress]) {
    let ppo = try PPO(configuration, seeds: seeds, on: device, options: options)
    var seen: [TrainingProgress] = []
    try ppo.train {
      seen.append($0)
      return true
    }
    return (ppo, seen)
  }

  /// One minibatch of five sequences of six steps, with episodes that end inside, against PyTorch's numbers.
  @Test func lossesAndGradientsArePyTorchs() throws {
    let golden = try Golden.load("ppo_recurrent_update")
    func floats(_ name: String) throws -> [Double] {
      try #require(golden.tensors[name], "\(name)").elements(Float.self).map(Double.init)
    }
    let settings = configuration {
      ($0.hidden, $0.entropy) = ([8], 0.01)
    }
    let environment = try VectorEnvironment(CartPolePositions(), seeds: [3], copies: 1, on: device)
    let networks = try PPONetworks(settings, environment, seeds: [3], on: device)
    let network = networks.network
    #expect(
      try network.loadMatching(from: golden, named: "golden").loaded.count == network.parameters.count)
    let shapes: KeyValuePairs<String, Shape> = [
      "observations": [1, 30, 2], "final_observations": [1, 30, 2], "state": [1, 5, 7], "ended": [1, 30],
      "actions": [1, 30, 1], "old_log_probs": [1, 30], "advantages": [1, 30], "returns": [1, 30],
    ]
    let data = try shapes.map { name, shape in
      let entry = try #require(golden.tensors[name])
      let variable = try Variable(
        shape, name == "ended" ? .bool : entry.type.dataType, on: device, label: name)
      try variable.write(entry.elements(UInt32.self))
      return variable
    }
    let names = [
      "policy_loss", "value_loss", "entropy", "total_loss", "approx_kl", "clip_fraction", "gradient_norm",
    ]
    let scalars = try Variable([names.count], on: device, label: "scalars")
    let values = try ["values", "next_values"].map { try Variable([1, 30, 1], on: device, label: $0) }
    let flat = try Variable(network.flat.type.shape, on: device, label: "gradient")
    try device.run("update") { graph in
      let x = data.map(graph.read)
      let features = networks.features(x[0], .init(state: x[2], ended: x[3]))
      let objective = PPO.Objective(
        settings,
        PPO.Minibatch(
          actions: x[4], logProbabilities: x[5], advantages: x[6], returns: x[7], values: x[7]),
        distribution: networks.distribution(features).distribution,
        values: networks.value(features).squeeze(2), clip: graph.constant(0.2, TensorType([])),
        entropyLeft: graph.constant(1, TensorType([])))
      let gradient = network.gradient(of: objective.loss.sum())
      flat.assign(gradient)
      scalars.assign(
        .pack([
          objective.policyLoss, objective.valueLoss, objective.entropy, objective.loss,
          objective.approximateKL, objective.clipFraction, gradient.clippedNorm(0.5).norm.reshape([1]),
        ]))
      values[0].assign(networks.value(features))
      values[1].assign(networks.value(networks.features(x[1], .init(state: features))))
    }
    for (name, found) in zip(names, try scalars.read(Float.self)) {
      let expected = try floats(name)[0]
      #expect(abs(Double(found) - expected) <= 1e-4 * max(abs(expected), 1e-2), "\(name): \(found)")
    }
    for variable in values {
      let found = try variable.read(Float.self).map(Double.init)
      #expect(normalizedError(found, try floats(variable.label)) <= 1e-8, "\(variable.label)")
    }
    let gradients: [Float] = try flat.read()
    #expect(network.parameters.count == 10)
    for parameter in network.parameters {
      let found = gradients[parameter.offset..<parameter.offset + parameter.count].map(Double.init)
      #expect(
        normalizedError(found, try floats("gradient/\(parameter.name)")) <= 1e-8, "\(parameter.name)")
    }
  }

  /// Two rollouts, whose states are those of one long sequence; and of shorter ones, as updates see them.
  @Test(arguments: [60, 12])
  func statesGoOnAndBeginAnewWithEpisodes(_ length: Int) throws {
    let environment = try VectorEnvironment(CartPole(), seeds: [3, 4], copies: 5, on: device)
    let networks = try PPONetworks(configuration(), environment, seeds: [3, 4], on: device)
    let rollout = try Rollout(environment, horizon: 60, on: device)
    let state = try RecurrentState(rollout, units: 7, on: device)
    let stepwise = try StepwiseRollout(rollout, networks, state, on: device)
    let sequences = RolloutSequences(rollout: rollout, state: state, length: length)
    let features = try Variable([2, 300, 7], on: device, label: "features")
    try device.run("reset") { environment.reset(in: $0) }
    let plan = try device.record("rollout") { program in
      try program.pass("step", repeats: 60) { stepwise.step($0, normalizer: nil) }
      try program.pass("features") { graph in
        let all = sequences.all(in: graph)
        let observations = rollout.samples(of: rollout.observations, sequences.samples(all))
        features.assign(sequences.inOrder(networks.features(observations, sequences.memory(all))))
      }
    }
    var last = [Float](repeating: 0, count: 2 * 5 * 7)
    for _ in 0..<2 {
      try plan.replay()
      let met: [Float] = try state.met.read()
      #expect(Array(met[..<70]) == last)
      last = try state.current.read()
      let (after, ends) = (try features.read(Float.self), try rollout.terminated.read(UInt32.self))
      #expect(ends.contains(1) && !ends.allSatisfy { $0 == 1 })
      let following = Array(met[70...]) + last
      for (place, found) in following.enumerated() {
        let (step, agent, copy) = (place / 70, place / 35 % 2, place / 7 % 5)
        let expected =
          ends[step * 10 + agent * 5 + copy] == 1
          ? 0 : after[agent * 2100 + step * 35 + copy * 7 + place % 7]
        guard abs(found - expected) > 1e-5 else { continue }
        Issue.record("step \(step), agent \(agent), copy \(copy): \(found), not \(expected)")
        return
      }
    }
  }

  /// With λ = 0 a return is r + γ·V of what comes next, which is the next step's value where the episode goes on.
  @Test(arguments: [20, 4])
  func theNextValueIsOfTheStateAfterTheStep(_ length: Int) throws {
    let settings = configuration {
      ($0.gaeLambda, $0.gamma, $0.sequenceLength) = (0, 0.9, length)
    }
    let counters = try trained(settings).0.counters
    let (values, returns) = (try counters.values.read(Float.self), try counters.returns.read(Float.self))
    var goingOn = 0
    for place in 0..<19 * 6 where abs(returns[place] - 1) > 1e-5 {
      goingOn += 1
      #expect(abs(returns[place] - 1 - 0.9 * values[place + 6]) < 1e-5, "step \(place / 6)")
    }
    #expect((90..<114).contains(goingOn))
  }

  /// With one update an iteration, all ratios are those of the first.
  @Test(arguments: ["cartpole", "pendulum"], [0, 5])
  func theFirstRatioIsOne(_ environment: String, _ length: Int) throws {
    let (_, seen) = try trained(
      configuration {
        ($0.environment, $0.sequenceLength) = (environment, length)
        ($0.epochs, $0.minibatches) = (1, 1)
        ($0.normalizeObservations, $0.normalizeRewards) = (true, true)
      })
    #expect(seen.count == 3)
    #expect(seen.allSatisfy { $0["approximate_kl"] == 0 && $0["clip_fraction"] == 0 })
    #expect(seen.allSatisfy { ($0["gradient_norm"] ?? 0) > 0 })
  }

  /// gSDE explores by the state; its variance is rounded otherwise where it is fused with a gradient.
  @Test func gSDEExploresByTheState() throws {
    let (ppo, seen) = try trained(
      configuration {
        ($0.environment, $0.exploration, $0.sampleEvery) = ("pendulum", .gsde, 4)
        ($0.epochs, $0.minibatches) = (1, 1)
      })
    #expect(try ppo.checkpoint().tensors["log_std.weight"]?.type.shape == [7, 1])
    #expect(seen.allSatisfy { abs($0["approximate_kl"] ?? 1) < 1e-7 && $0["clip_fraction"] == 0 })
  }

  @Test func agentsAreWhatTheyWouldBeAlone() throws {
    let settings = configuration {
      ($0.normalizeObservations, $0.sequenceLength) = (true, 10)
    }
    let (together, seen) = try trained(settings, seeds: [5, 9])
    for (agent, seed) in [5, 9].enumerated() as EnumeratedSequence<[UInt64]> {
      let (alone, expected) = try trained(settings, seeds: [seed])
      #expect(seen.filter { $0.seed == seed }.map(\.returnMean) == expected.map(\.returnMean))
      let (a, b) = (try together.checkpoint(agent: agent), try alone.checkpoint())
      for name in together.network.parameters.map(\.name) {
        let (found, wanted) = (a.floats(name), b.floats(name))
        // Sums are taken in another order, and Adam divides by small numbers.
        #expect(!wanted.isEmpty && largestDifference(found, wanted) < 2e-4, "\(name)")
      }
    }
  }

  @Test func sameSeedGivesSameBytesHoweverItRuns() throws {
    let bytes = try trained(configuration()).0.checkpoint().encoded()
    for options in [PlanOptions(serialBarriers: true), PlanOptions(noAliasing: true)] {
      #expect(try trained(configuration(), options: options).0.checkpoint().encoded() == bytes)
    }
    let eager = try PPO(configuration(), on: device)
    for _ in 0..<eager.loop.iterations { try eager.loop.plan.replay() }
    #expect(try eager.checkpoint().encoded() == bytes)
    let (other, _) = try trained(configuration { $0.seed = 2 })
    #expect(try other.checkpoint().encoded() != bytes)
  }

  @Test func checkpointHoldsTheStateAndPyTorchsNames() throws {
    let file = try trained(configuration()).0.checkpoint()
    #expect(
      Set(file.tensors.keys).isSuperset(of: [
        "trunk.0.weight", "gru.weight_ih", "gru.weight_hh", "gru.bias_ih", "gru.bias_hh", "policy.weight",
        "value.bias",
      ]))
    let state = try #require(file.tensors["recurrent_state"])
    #expect(state.type == TensorType([1, 6, 7]) && state.elements(Float.self).contains { $0 != 0 })
  }

  private static let refused: [(String, @Sendable (inout PPOConfiguration) -> Void)] = [
    ("minibatches", { $0.minibatches = 4 }), ("sequence-length", { $0.sequenceLength = 3 }),
    (
      "sequence-length",
      {
        $0.recurrentSize = 0; $0.sequenceLength = 5
      }
    ),
    ("sequence-length", { $0.horizon = 257 }), ("sequence-length", { $0.sequenceLength = 257 }),
    ("recurrent-size", { $0.recurrentSize = -1 }),
  ]

  @Test func badSettingsAreNamed() throws {
    for (field, change) in Self.refused {
      let error = #expect(throws: ConfigurationError.self) { try configuration(change).validate() }
      #expect(error?.field == field, "\(error?.description ?? "")")
    }
    // Four do not divide six copies, but they do twelve halves.
    try configuration { ($0.minibatches, $0.sequenceLength) = (4, 10) }.validate()
  }
}
