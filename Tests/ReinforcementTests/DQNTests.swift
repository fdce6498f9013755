import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// The recorded iteration as a whole.
struct DQNTests {
  let device = TestDevice.shared

  private var small: DQNConfiguration {
    var configuration = DQNConfiguration()
    configuration.environments = 3
    configuration.learningStarts = 40
    configuration.trainFrequency = 5
    configuration.gradientSteps = 2
    configuration.steps = 42 + 8 * 15
    configuration.hidden = [16, 7]
    configuration.bufferSize = 90
    configuration.batchSize = 33
    configuration.learningRate = 1e-3
    (configuration.targetUpdateInterval, configuration.tau) = (3, 1)
    configuration.explorationFraction = 0.2
    (configuration.dueling, configuration.prioritized, configuration.returnSteps) = (true, true, 3)
    return configuration
  }

  private func trained(_ configuration: DQNConfiguration, _ options: PlanOptions = PlanOptions()) throws
    -> [UInt8]
  {
    let dqn = try DQN(configuration, on: device, options: options)
    try dqn.train()
    return try dqn.checkpoint().encoded()
  }

  @Test func sameSeedGivesSameBytesHoweverItIsRun() throws {
    let first = try trained(small)
    #expect(try trained(small) == first)
    #expect(try trained(small, PlanOptions(serialBarriers: true)) == first)
    #expect(try trained(small, PlanOptions(noAliasing: true)) == first)
    let dqn = try DQN(small, on: device)
    try #require(dqn.loop.warmUp).plan.replay()
    for _ in 0..<dqn.loop.iterations { try dqn.loop.plan.replay() }
    #expect(try dqn.checkpoint().encoded() == first)
    var other = small
    other.seed = 2
    #expect(try trained(other) != first)
  }

  @Test(arguments: [false, true]) func agentsSideBySideLearnWhatTheyLearnAlone(_ prioritized: Bool) throws {
    var configuration = small
    configuration.prioritized = prioritized
    let both = try DQN(configuration, seeds: [5, 6], on: device)
    try both.train()
    for (agent, seed) in [UInt64(5), 6].enumerated() {
      let alone = try DQN(configuration, seeds: [seed], on: device)
      try alone.train()
      let (one, other) = (try both.checkpoint(agent: agent), try alone.checkpoint())
      for parameter in alone.network.parameters {
        func values(_ file: Safetensors) throws -> [Double] {
          try #require(file.tensors[parameter.name]).elements(Float.self).map { Double($0) }
        }
        // Products of two agents are cut otherwise and round otherwise.
        #expect(normalizedError(try values(one), try values(other)) < 1e-8, "\(parameter.name) of \(seed)")
      }
    }
  }

  @Test func reportsEachIterationInOrder() throws {
    let dqn = try DQN(small, on: device)
    var seen: [TrainingProgress] = []
    try dqn.train {
      seen.append($0)
      return true
    }
    #expect(seen.map(\.iteration) == Array(1...8))
    #expect(seen.map(\.steps) == (1...8).map { 42 + 15 * $0 })
    func values(_ name: String) throws -> [Double] { try seen.map { try #require($0[name]) } }
    for name in ["loss", "td_error", "gradient_norm"] { #expect(try values(name).allSatisfy { $0 > 0 }) }
    #expect(try values("q_mean").allSatisfy(\.isFinite))
    for (index, rate) in try values("learning_rate").enumerated() {
      #expect(abs(rate - small.learningRate * (1 - Double(index) / 8)) < 1e-9)
    }
    // From 1 to 0.04 over a fifth of the run; then it stays.
    for (steps, epsilon) in zip(seen.map(\.steps), try values("epsilon")) {
      let passed = min(1, Double(steps) / (0.2 * Double(small.steps)))
      #expect(abs(epsilon - (1 - 0.96 * passed)) < 1e-6)
    }
    #expect(seen.allSatisfy { $0.episodes == 0 || ($0.returnMean ?? 0) > 5 })
    #expect(seen.contains { $0.episodes > 0 })
    // Three for each of the first iteration's segments, to measure them; then at most one an iteration, but for long ones.
    let long = Int(dqn.loop.profile.deviceSeconds / 0.05)
    #expect(dqn.loop.profile.submissions <= 9 + dqn.loop.iterations - 1 + long)
  }

  @Test func bufferHoldsWhatTheEnvironmentDid() throws {
    let dqn = try DQN(small, on: device)
    try #require(dqn.loop.warmUp).plan.replay()
    #expect(try dqn.learner.replay.count.read(UInt32.self) == [14])
    let numbers: [Float] = try dqn.learner.replay.storage.read()
    func transition(_ time: Int, _ copy: Int) -> [Float] {
      Array(numbers[12 * (3 * time + copy)..<12 * (3 * time + copy + 1)])
    }
    var ends = 0
    for copy in 0..<3 {
      for time in 0..<13 {
        let (now, next) = (transition(time, copy), transition(time + 1, copy))
        let hasFallen = abs(now[10]) > 0.20944 || abs(now[8]) > 2.4
        #expect(now[5] == 1 && now[6] == (hasFallen ? 1 : 0) && now[7] == 0)
        // A push to the right makes the cart faster.
        #expect((now[9] > now[1]) == (now[4] == 1))
        #expect((Array(now[8...]) == Array(next[..<4])) == !hasFallen)
        ends += hasFallen ? 1 : 0
      }
    }
    #expect(ends > 0)
  }

  @Test func epsilonGoesDownOnItsSteps() throws {
    var configuration = small
    (configuration.environments, configuration.steps) = (4, 1000)
    configuration.explorationFraction = 0.2
    (configuration.explorationInitial, configuration.explorationFinal) = (0.9, 0.1)
    let learner = try DQNLearner(configuration, seeds: [1], on: device)
    let epsilon = try Variable([], on: device, label: "epsilon")
    for (step, expected) in [(0, 0.9), (1, 0.884), (25, 0.5), (49, 0.116), (50, 0.1), (51, 0.1), (1000, 0.1)]
    {
      try learner.environment.clock.write([UInt32(step)])
      try device.run("epsilon") { epsilon.assign(learner.epsilon($0)) }
      #expect(abs(Double(try epsilon.read(Float.self)[0]) - expected) < 1e-6, "step \(step) of each copy")
    }
  }

  @Test func heldActionsCountWithAllTheirSteps() throws {
    var configuration = small
    (configuration.actionRepeat, configuration.returnSteps, configuration.learningStarts) = (2, 1, 42)
    let dqn = try DQN(configuration, on: device)
    var steps: [Int] = []
    try dqn.train {
      steps.append($0.steps)
      return true
    }
    // 7 actions of 3 copies for 2 steps, then 5 an iteration.
    #expect(steps == (1...4).map { 42 + 30 * $0 })
    #expect(try dqn.learner.environment.clock.read(UInt32.self) == [7 + 4 * 5])
    // The reward of an action is that of its steps.
    let stored: [Float] = try dqn.learner.replay.storage.read()
    let rewards = stride(from: 5, to: stored.count, by: 12).prefix(27 * 3).map { stored[$0] }
    #expect(rewards.contains(2) && rewards.allSatisfy { $0 == 1 || $0 == 2 })
  }

  @Test func randomActionsAreAsManyAsEpsilonSays() throws {
    let (agents, samples) = (2, 4000)
    let values = try Variable([agents, samples, 3], on: device, label: "values")
    try values.write((0..<agents * samples).flatMap { _ in [0, 2, 1] as [Float] })
    let seeds = try Variable([agents, 2], .uint32, on: device, label: "seeds")
    try seeds.write([1, 0, 2, 0] as [UInt32])
    let chosen = try Variable([agents, samples, 1], .int32, on: device, label: "actions")
    for epsilon in [0, 0.3, 1] {
      try device.run("choose") { graph in
        let generator = Generator(
          seeds: graph.read(seeds), counter: graph.constant(0, TensorType([], .uint32)))
        chosen.assign(graph.read(values).epsilonGreedy(graph.constant(epsilon, TensorType([])), generator))
      }
      let actions = try chosen.read(Int32.self)
      for (action, chance) in [(Int32(0), epsilon / 3), (1, 1 - epsilon * 2 / 3), (2, epsilon / 3)] {
        let count = Double(actions.count { $0 == action })
        let spread = 5 * (Double(actions.count) * chance * (1 - chance)).squareRoot()
        #expect(abs(count - Double(actions.count) * chance) <= spread, "action \(action), ε \(epsilon)")
      }
      #expect(epsilon == 0 || actions[..<samples] != actions[samples...])
    }
  }

  /// n steps or more with probability 1/n: half are 1 long, a fifth are 5 long in a limit of 5.
  @Test func randomActionsAreHeldAsLongAsTheyShould() throws {
    let (agents, copies, steps, limit) = (2, 300, 60, 5)
    let environment = try VectorEnvironment(CartPole(), seeds: [1, 2], copies: copies, on: device)
    let exploration = try HeldExploration(environment, limit: limit, on: device)
    let chosen = try Variable([agents, copies, 1], .int32, on: device, label: "actions")
    // Of 1000 actions, so that two draws in a row are hardly ever the same; action 1000 is the best.
    let values = try Variable([1001], (0...1000).map(Float.init), on: device, label: "values")
    func choose(_ epsilon: Double, _ step: Int) throws -> [Int32] {
      try environment.clock.write([UInt32(step)])
      try device.run("choose") { graph in
        let all = graph.read(values).reshape([1, 1, 1001]).expand([agents, copies, 1001])
        let generator = environment.generator(in: graph)
        chosen.assign(exploration(all, graph.constant(epsilon, TensorType([])), generator))
      }
      return try chosen.read(Int32.self)
    }
    let rows = try (0..<steps).map { try choose(1, $0) }
    var lengths = [Int](repeating: 0, count: limit + 1)
    for copy in 0..<agents * copies {
      var length = 1
      for step in 1..<steps {
        if rows[step][copy] == rows[step - 1][copy] {
          length += 1
        } else {
          lengths[min(length, limit)] += 1
          length = 1
        }
      }
    }
    let total = Double(lengths.reduce(0, +))
    for (length, chance) in [(1, 1 / 2.0), (2, 1 / 6.0), (3, 1 / 12.0), (4, 1 / 20.0), (5, 1 / 5.0)] {
      let spread = 5 * (total * chance * (1 - chance)).squareRoot()
      // Two in a row that are the same, one in a thousand, look like one.
      #expect(abs(Double(lengths[length]) - total * chance) <= spread + total / 500, "\(length): \(lengths)")
    }
    // Begun ones are held to their end at ε 0, and then the best is taken.
    let after = try (steps..<steps + limit).map { try choose(0, $0) }
    #expect(after[0].contains { $0 != 1000 } && after[limit - 1].allSatisfy { $0 == 1000 })
    #expect(zip(after[0], rows[steps - 1]).allSatisfy { $0 == 1000 || $0 == $1 })
  }

  @Test func targetNetworkIsReplacedEachSoManyUpdates() throws {
    var configuration = small
    (configuration.gradientSteps, configuration.steps) = (1, 42 + 7 * 15)
    let dqn = try DQN(configuration, on: device)
    try #require(dqn.loop.warmUp).plan.replay()
    var weights: [Float] = try dqn.network.flat.read()
    for update in 1...7 {
      let before: [Float] = try dqn.learner.target.read()
      try dqn.loop.plan.replay()
      let target: [Float] = try dqn.learner.target.read()
      weights = try dqn.network.flat.read()
      #expect(update % 3 == 0 ? target == weights : target == before)
    }
    #expect(try dqn.learner.target.read(Float.self) != weights)
  }

  @Test func evaluatesWhatItSaved() throws {
    let dqn = try DQN(small, on: device)
    let file = try dqn.checkpoint()
    let (greedy, again) = (
      try DQN.evaluate(small, weights: file, file: "run", episodes: 5, seed: 3, on: device),
      try DQN.evaluate(small, weights: file, file: "run", episodes: 5, seed: 3, on: device)
    )
    #expect(greedy == again && greedy.returns.allSatisfy { $0 >= 8 && $0 <= 500 })
    var random = small
    random.explorationFinal = 1
    let sampled = try DQN.evaluate(
      random, weights: file, file: "run", episodes: 5, isSampled: true, seed: 3, on: device)
    #expect(sampled != greedy)
  }

  private static let badSettings: [(String, @Sendable (inout DQNConfiguration) -> Void)] = [
    ("environments", { $0.environments = 0 }), ("train-frequency", { $0.trainFrequency = 0 }),
    ("gradient-steps", { $0.gradientSteps = -1 }), ("steps", { $0.steps = 0 }),
    ("hidden", { $0.hidden = [0] }),
    ("learning-rate", { $0.learningRate = .nan }), ("gamma", { $0.gamma = 1.1 }), ("tau", { $0.tau = 0 }),
    ("exploration-final", { $0.explorationFinal = 2 }), ("return-steps", { $0.returnSteps = 0 }),
    ("priority-exponent", { $0.priorityExponent = -1 }), ("batch-size", { $0.batchSize = 91 }),
    ("learning-starts", { $0.learningStarts = $0.steps }), ("environment", { $0.environment = "pendulum" }),
    ("environment", { $0.environment = "cartpool" }),
  ]

  @Test func badSettingsAreNamed() throws {
    for (field, change) in Self.badSettings {
      var configuration = small
      change(&configuration)
      let error = #expect(throws: ConfigurationError.self) { try DQN(configuration, on: device) }
      #expect(error?.field == field)
    }
    var pendulum = small
    pendulum.environment = "pendulum"
    let error = #expect(throws: ConfigurationError.self) { try pendulum.validate() }
    #expect(error?.reason.contains("pendulum takes 1 continuous component; DQN") == true)
  }
}
