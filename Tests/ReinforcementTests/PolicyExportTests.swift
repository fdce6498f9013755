import Bundles
import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// Policies as files.
@Suite(.timeLimit(.minutes(5))) struct PolicyExportTests {
  private let device = TestDevice.shared

  /// The actions that the evaluation's own graph computes, before it steps with them.
  private func evaluated<Trained: Algorithm>(
    _: Trained.Type, _ configuration: Trained.Configuration, _ weights: Safetensors, _ rows: [[Float]]
  ) throws -> [UInt32] {
    let environment = try VectorEnvironment(configuration, seeds: [1], copies: rows.count, on: device)
    let policy = try Trained.policy(
      configuration, in: environment, weights: weights, file: "weights", isSampled: false, seed: 1, on: device
    )
    try environment.observations.write(rows.flatMap { $0 })
    let actions = try Variable(
      environment.actionType.shape, environment.actionType.dataType, on: device, label: "taken")
    try device.run { graph in
      let taken = try policy(graph.read(environment.observations))
      actions.assign(taken)
      environment.step(taken)
    }
    return try actions.read(UInt32.self)
  }

  private func exported<Trained: Algorithm>(
    _: Trained.Type, _ configuration: Trained.Configuration, _ weights: Safetensors, _ rows: [[Float]]
  ) throws -> [UInt32] {
    let bundle = try Trained.export(
      configuration, weights: weights, file: "weights", batch: rows.count, on: device)
    let plan = try BundledPlan(KernelBundle(bytes: bundle.encoded(), file: "policy.reprise"), on: device)
    #expect(plan.metadata["algorithm"] == Trained.name)
    #expect(plan.metadata["environment"] == configuration.environment)
    #expect(plan.inputs.map(\.shape) == [[rows.count, rows[0].count]])
    try plan.write(rows.flatMap { $0 }, to: "observations")
    try plan.run()
    return try plan.read("actions", as: UInt32.self)
  }

  /// The same bits for all rows at once, and for each row alone.
  private func check<Trained: Algorithm>(
    _: Trained.Type, _ configuration: Trained.Configuration, _ weights: Safetensors, size: Int
  ) throws {
    var random = SeededRandom(7)
    let rows = (0..<9).map { _ in random.values(size, scale: 2).map { Float($0) } }
    let together = try exported(Trained.self, configuration, weights, rows)
    #expect(together == (try evaluated(Trained.self, configuration, weights, rows)))
    #expect(Set(together).count > 1)
    let alone = try rows.flatMap { try exported(Trained.self, configuration, weights, [$0]) }
    #expect(together == alone)
  }

  private func environment(_ configuration: some AlgorithmConfiguration) throws -> VectorEnvironment {
    try VectorEnvironment(configuration, seeds: [5], copies: 1, on: device)
  }

  @Test(arguments: ["cartpole", "pendulum"]) func `PPO, with what it is normalised by`(_ name: String) throws
  {
    var configuration = PPOConfiguration()
    (configuration.environment, configuration.hidden) = (name, [32, 16])
    (configuration.normalizeObservations, configuration.frameStack) = (true, 2)
    let environment = try environment(configuration)
    var weights = Safetensors()
    try PPONetworks(configuration, environment, seeds: [5], on: device).network.save(into: &weights)
    let normalizer = try #require(
      try PPO.Normalizers(configuration, environment, on: device).observations)
    try normalizer.mean.write((0..<environment.observationSize).map { Float($0) / 5 })
    try normalizer.save(into: &weights, agent: 0)
    try check(PPO.self, configuration, weights, size: environment.observationSize)
  }

  @Test func `DQN, with dueling heads`() throws {
    var configuration = DQNConfiguration()
    (configuration.environment, configuration.hidden, configuration.dueling) = ("acrobot", [24], true)
    configuration.normalizeObservations = false
    var weights = Safetensors()
    try DQNLearner.network(configuration, environment(configuration), seeds: [5], on: device)
      .save(into: &weights)
    try check(DQN.self, configuration, weights, size: 6)
  }

  @Test func `SAC and TD3, whose actions are rescaled`() throws {
    var sac = SACConfiguration()
    (sac.environment, sac.hidden) = ("pendulum", [32, 32])
    var weights = Safetensors()
    try SquashedGaussianPolicy(sac, environment(sac), seeds: [5], on: device).network.save(into: &weights)
    try check(SAC.self, sac, weights, size: 3)
    var td3 = TD3Configuration()
    (td3.environment, td3.hidden) = ("mountaincar-continuous", [32, 32])
    weights = Safetensors()
    try TD3.network(td3, environment(td3), seeds: [5], on: device).save(into: &weights)
    try check(TD3.self, td3, weights, size: 2)
  }

  @Test func `A policy that remembers, and a batch of none, are refused`() throws {
    var configuration = PPOConfiguration()
    #expect(throws: ConfigurationError.self) {
      try PPO.export(configuration, weights: Safetensors(), file: "weights", batch: 0, on: device)
    }
    configuration.recurrentSize = 8
    let error = try #require(
      throws: ConfigurationError.self
    ) { try PPO.export(configuration, weights: Safetensors(), file: "weights", batch: 1, on: device) }
    #expect(error.field == "recurrent_size")
  }
}
