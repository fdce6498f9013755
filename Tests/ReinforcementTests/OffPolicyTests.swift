import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// The recorded iterations of SAC and TD3 as a whole.
struct OffPolicyTests {
  let device = TestDevice.shared

  /// A short run: a warm-up that ends an episode, then three iterations.
  private func small<Configuration: OffPolicyConfiguration>(
    _ change: (inout Configuration) -> Void = { _ in }
  )
    -> Configuration
  {
    var configuration = Configuration()
    configuration.environments = 2
    configuration.learningStarts = 410
    configuration.trainFrequency = 5
    configuration.gradientSteps = 4
    configuration.steps = 410 + 3 * 2 * 5
    configuration.bufferSize = 420
    configuration.batch = 16
    configuration.returnSteps = 2
    configuration.hidden = [16, 7]
    change(&configuration)
    return configuration
  }

  private var gsde: SACConfiguration {
    small {
      $0.gsde = true
      $0.noiseInterval = 3
    }
  }

  private var correlated: TD3Configuration { small { $0.noiseCorrelation = 0.8 } }

  private func trained<A: Algorithm>(
    _: A.Type, _ configuration: A.Configuration, seeds: [UInt64]? = nil, agent: Int = 0,
    _ options: PlanOptions = PlanOptions()
  ) throws -> Safetensors {
    let run = try A(configuration, seeds: seeds, on: device, options: options)
    try run.train()
    return try run.checkpoint(agent: agent)
  }

  private func sameBytes<A: Algorithm>(_ kind: A.Type, _ configuration: A.Configuration) throws {
    let first = try trained(kind, configuration).encoded()
    #expect(try trained(kind, configuration).encoded() == first)
    var other = configuration
    other.seed = 2
    #expect(try trained(kind, other).encoded() != first)
    #expect(try trained(kind, configuration, PlanOptions(serialBarriers: true)).encoded() == first)
    #expect(try trained(kind, configuration, PlanOptions(noAliasing: true)).encoded() == first)
    let eager = try A(configuration, seeds: nil, on: device, options: PlanOptions())
    let warmUp = try #require(eager.loop.warmUp)
    for _ in 0..<warmUp.times { try warmUp.plan.replay() }
    for _ in 0..<eager.loop.iterations { try eager.loop.plan.replay() }
    #expect(try eager.checkpoint(agent: 0).encoded() == first)
  }

  @Test func sameSeedGivesSameBytesHoweverItRuns() throws {
    try sameBytes(SAC.self, small())
    try sameBytes(SAC.self, gsde)
    try sameBytes(TD3.self, correlated)
  }

  private func agentsAreApart<A: Algorithm>(_ kind: A.Type, _ configuration: A.Configuration) throws {
    for agent in 0..<2 {
      let together = try trained(kind, configuration, seeds: [5, 9], agent: agent)
      let alone = try trained(kind, configuration, seeds: [agent == 0 ? 5 : 9])
      #expect(together.tensors.count > 20)
      for (name, entry) in together.tensors {
        let expected = try #require(alone.tensors[name]).elements(Float.self)
        // Sums are taken in another order, and Adam's first steps are signs: 12 steps of 1e-3 are at stake.
        let worst = zip(entry.elements(Float.self), expected).map { abs($0 - $1) }.max() ?? 0
        #expect(worst < 1e-4, "\(name) of agent \(agent)")
      }
    }
  }

  @Test func agentsAreWhatTheyWouldBeAlone() throws {
    try agentsAreApart(SAC.self, small())
    try agentsAreApart(SAC.self, gsde)
    try agentsAreApart(TD3.self, correlated)
  }

  private func reports<A: Algorithm>(_: A.Type, _ configuration: A.Configuration, _ names: [String]) throws {
    let run = try A(configuration, seeds: nil, on: device, options: PlanOptions())
    var rows: [TrainingProgress] = []
    try run.train {
      rows.append($0)
      return true
    }
    #expect(rows.map(\.steps) == [420, 430, 440])
    // Those of the warm-up count in the first iteration; the next end at step 400 of each copy.
    #expect(rows.map(\.episodes) == [2, 0, 0])
    for row in rows { #expect(names.allSatisfy { row[$0]?.isFinite == true }) }
    let names = Set(try run.checkpoint(agent: 0).tensors.keys)
    for name in [
      "actor.0.weight", "critic1.4.bias", "critic2.0.weight", "target_critic1.2.weight",
      "optimizer.actor.exp_avg", "optimizer.critic.exp_avg_sq", "replay.transitions", "environment.states",
    ] { #expect(names.contains(name), "\(name)") }
  }

  @Test func reportsAndCheckpointsHaveTheirNames() throws {
    let common = ["actor_loss", "critic_loss", "q_mean", "actor_gradient_norm", "critic_gradient_norm"]
    try reports(SAC.self, small(), common + ["entropy", "alpha", "alpha_loss", "learning_rate"])
    try reports(TD3.self, small(), common + ["learning_rate"])
  }

  @Test func bufferHoldsWhatWasDone() throws {
    let configuration: TD3Configuration = small { $0.explorationNoise = 3 }
    let file = try trained(TD3.self, configuration)
    // [steps, agents, copies, 3 + 1 + 3 + 3]: the action is within ±1 where the environment's is within ±2.
    let entry = try #require(file.tensors["replay.transitions"])
    #expect(entry.type.shape == [210, 1, 2, 10])
    let rows = entry.elements(Float.self)
    let actions = stride(from: 3, to: rows.count, by: 10).map { rows[$0] }
    #expect(actions.allSatisfy { abs($0) <= 1 } && actions.contains { abs($0) == 1 })
    let mean = actions.reduce(0, +) / Float(actions.count)
    #expect(abs(mean) < 0.15)
    #expect(try #require(file.tensors["replay.count"]).elements(UInt32.self) == [220])
    // What a copy sees before a step is what it saw after the last, unless that ended its episode.
    for step in 0..<209 where step % 210 != 9 {
      for copy in 0..<2 {
        let (row, next) = ((2 * step + copy) * 10, (2 * step + 2 + copy) * 10)
        guard rows[row + 6] == 0 else { continue }
        #expect(rows[row + 7..<row + 10] == rows[next..<next + 3], "step \(step)")
      }
    }
  }

  @Test func aFixedAlphaStays() throws {
    let configuration: SACConfiguration = small { $0.alpha = 0.25 }
    let entry = try #require(try trained(SAC.self, configuration).tensors["log_alpha.weight"])
    #expect(abs(Double(entry.elements(Float.self)[0]) - -1.3862944) < 1e-6)
    let learnt = try #require(try trained(SAC.self, small()).tensors["log_alpha.weight"])
    #expect(learnt.elements(Float.self)[0] < -1e-3)
  }

  private func evaluates<A: Algorithm>(_: A.Type, _ configuration: A.Configuration) throws {
    let file = try trained(A.self, configuration)
    func run(_ seed: UInt64, isSampled: Bool) throws -> Reinforcement.Evaluation {
      try A.evaluate(
        configuration, weights: file, file: "run", episodes: 3, isSampled: isSampled, seed: seed, on: device)
    }
    let likeliest = try run(1, isSampled: false)
    #expect(likeliest.lengths == [200, 200, 200] && likeliest.returns.allSatisfy { $0 < 0 && $0 > -2000 })
    #expect(try run(1, isSampled: false) == likeliest)
    #expect(try run(1, isSampled: true) != likeliest)
    #expect(throws: CheckpointError.self) {
      try A.evaluate(
        configuration, weights: Safetensors(), file: "run", episodes: 3, isSampled: false, seed: 1, on: device
      )
    }
  }

  @Test func evaluatesTheActorAlone() throws {
    try evaluates(SAC.self, small())
    try evaluates(SAC.self, gsde)
    try evaluates(TD3.self, small())
  }

  private func refuses<Configuration: OffPolicyConfiguration>(
    _: Configuration.Type, _ cases: [(String, (inout Configuration) -> Void)]
  ) {
    let common: [(String, (inout Configuration) -> Void)] = [
      ("environment", { $0.environment = "cartpole" }), ("batch", { $0.batch = 421 }),
      ("learning-starts", { $0.learningStarts = 440 }), ("steps", { $0.steps = 0 }),
      ("hidden", { $0.hidden = [] }), ("tau", { $0.tau = 1.5 }), ("gamma", { $0.gamma = .nan }),
      ("train-frequency", { $0.trainFrequency = 0 }), ("return-steps", { $0.returnSteps = 65 }),
    ]
    for (field, change) in common + cases {
      let configuration: Configuration = small(change)
      let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
      #expect(error?.field == field)
    }
  }

  @Test func badSettingsAreNamed() throws {
    refuses(
      SACConfiguration.self,
      [
        ("alpha", { $0.alpha = -1 }), ("noise-interval", { $0.noiseInterval = 0 }),
        ("log-standard-deviation", { $0.logStandardDeviation = 3 }),
      ])
    refuses(
      TD3Configuration.self,
      [
        ("policy-delay", { $0.policyDelay = 3 }), ("noise-correlation", { $0.noiseCorrelation = 1 }),
        ("exploration-noise", { $0.explorationNoise = -0.1 }),
      ])
    var discrete = SACConfiguration()
    discrete.environment = "cartpole"
    let error = #expect(throws: ConfigurationError.self) { try SAC(discrete, on: device) }
    #expect(error?.reason == "cartpole takes 2 discrete actions; this algorithm needs continuous ones")
  }
}
