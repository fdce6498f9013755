import Learning
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Recording
@testable import Reinforcement

/// A run that was stopped and goes on in fresh objects gives the bits of one that was not: checkpoint and metrics.
struct ResumeTests {
  let device = TestDevice.shared

  /// What can't differ of a row of metrics: all but the times.
  private func text(_ row: TrainingProgress) -> String {
    "\(row.seed) \(row.iteration)/\(row.iterations) \(row.steps) \(row.returnMean ?? -1) \(row.lengthMean ?? -1) "
      + "\(row.episodes) \(row.faults) \(row.metrics)"
  }

  /// Trains in one go, and in two parts; all must be equal, and what is carried on must be more than nothing.
  private func expectSame<A: Algorithm>(
    _: A.Type, _ configuration: A.Configuration, seeds: [UInt64]? = nil, stopAt iteration: Int = 2,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var (all, parts): ([String], [String]) = ([], [])
    let whole = try A(configuration, seeds: seeds, on: device, options: PlanOptions())
    try whole.loop.run(progress: {
      all.append(text($0))
      return .goOn
    })
    let first = try A(configuration, seeds: seeds, on: device, options: PlanOptions())
    try first.loop.run(
      pausingEvery: [iteration],
      progress: {
        parts.append(text($0))
        return $0.iteration >= iteration ? .stop : .goOn
      })
    #expect(try first.loop.iterationsDone() == iteration, sourceLocation: sourceLocation)
    let bytes = try first.checkpointOfAll().encoded()
    let second = try A(configuration, seeds: seeds, on: device, options: PlanOptions())
    try second.restore(from: Safetensors(bytes: bytes, file: "run"), named: "run")
    #expect(try second.checkpointOfAll().encoded() == bytes, sourceLocation: sourceLocation)
    try second.loop.run(progress: {
      parts.append(text($0))
      return .goOn
    })
    #expect(parts == all && all.count > iteration, sourceLocation: sourceLocation)
    let (found, expected) = (try second.checkpointOfAll(), try whole.checkpointOfAll())
    let names = Set(found.tensors.keys).union(expected.tensors.keys)
    let different = names.filter { found.tensors[$0] != expected.tensors[$0] }.sorted()
    #expect(different == [], sourceLocation: sourceLocation)
    #expect(found.encoded() != bytes, "the second part changed nothing", sourceLocation: sourceLocation)
    expectCarried(by: whole, sourceLocation)
    // Whatever training goes on from lies beside the weights, a policy is made of these.
    let environment = try VectorEnvironment(
      configuration, in: Environments.named(configuration.environment), seeds: [1], copies: 1, on: device)
    #expect(throws: Never.self, sourceLocation: sourceLocation) {
      _ = try A.policy(
        configuration, in: environment, weights: whole.checkpoint(), file: "run", isSampled: true, seed: 1,
        on: device)
    }
  }

  /// What a plan reads before it writes it, and writes, is carried from iteration to iteration: a checkpoint must hold it.
  private func expectCarried(by algorithm: some Algorithm, _ sourceLocation: SourceLocation) {
    var (met, carried, written): (Set<ObjectIdentifier>, [ObjectIdentifier: String], Set<ObjectIdentifier>) =
      (
        [], [:], []
      )
    for dispatch in algorithm.loop.plan.record.segments.flatMap(\.dispatches) {
      for binding in dispatch.bindings {
        let buffer = ObjectIdentifier(binding.buffer)
        if met.insert(buffer).inserted, binding.access.reads { carried[buffer] = binding.buffer.label }
        if binding.access.writes { written.insert(buffer) }
      }
    }
    let state = Set(algorithm.state.map { ObjectIdentifier($0.buffer) })
    let left = carried.filter { written.contains($0.key) && !state.contains($0.key) }.values
    // Weights are saved by name. A rollout is made anew, row by row; so are the rows of the ring, gSDE's function, and the sums
    // of an iteration, which its last pass leaves at 0.
    let known = [
      "parameters", "target", "target_actor", "normalizer.observations", "rollout", "metrics", "losses",
      "environment.statistics", "environment.exploration",
    ]
    let unknown = left.filter { label in
      !label.hasSuffix(": index report") && !known.contains { label == $0 || label.hasPrefix("\($0).") }
    }
    #expect(unknown.sorted() == [], sourceLocation: sourceLocation)
  }

  private func ppo(_ environment: String = "cartpole", _ change: (inout PPOConfiguration) -> Void = { _ in })
    -> PPOConfiguration
  {
    var configuration = PPOConfiguration()
    configuration.environment = environment
    (configuration.environments, configuration.horizon) = (4, 16)
    (configuration.epochs, configuration.minibatches, configuration.hidden) = (2, 2, [8])
    change(&configuration)
    configuration.steps = 4 * configuration.stepsPerIteration
    return configuration
  }

  @Test func ppo() throws {
    try expectSame(PPO.self, ppo())
    try expectSame(PPO.self, ppo(), seeds: [3, 7])
    try expectSame(PPO.self, ppo(), stopAt: 3)
  }

  @Test func ppoWithAllThatAdapts() throws {
    try expectSame(
      PPO.self,
      ppo {
        (($0.normalizeObservations, $0.normalizeRewards), $0.adaptiveKL) = ((true, true), 0.001)
        $0.anneal = [.learningRate, .clip, .entropy]
        $0.entropy = 0.01
      })
    try expectSame(PPO.self, ppo { $0.targetKL = 1e-4 })
    try expectSame(
      PPO.self, ppo { ($0.normalizeObservations, $0.adaptiveKL) = (true, 0.001) }, seeds: [1, 2])
  }

  @Test func ppoStepByStep() throws {
    try expectSame(PPO.self, ppo { $0.stepByStep = true })
    try expectSame(
      PPO.self,
      ppo {
        ($0.frameStack, $0.actionRepeat) = (3, 2)
        $0.parameters = ["length": 0.3...0.8, "gravity": 8...12]
      })
    try expectSame(PPO.self, ppo { ($0.recurrentSize, $0.sequenceLength) = (5, 8) })
    try expectSame(PPO.self, ppo("pendulum") { ($0.exploration, $0.sampleEvery) = (.gsde, 5) })
    try expectSame(
      PPO.self, ppo("pendulum") { ($0.recurrentSize, $0.exploration) = (5, .gsde) }, seeds: [4, 5])
  }

  private func dqn(_ change: (inout DQNConfiguration) -> Void = { _ in }) -> DQNConfiguration {
    var configuration = DQNConfiguration()
    (configuration.environments, configuration.learningStarts) = (3, 40)
    (configuration.trainFrequency, configuration.gradientSteps) = (5, 2)
    configuration.steps = 42 + 5 * 15
    (configuration.hidden, configuration.bufferSize, configuration.batchSize) = ([8], 60, 16)
    (configuration.targetUpdateInterval, configuration.tau) = (3, 1)
    change(&configuration)
    return configuration
  }

  @Test func dqn() throws {
    try expectSame(DQN.self, dqn())
    try expectSame(
      DQN.self, dqn { ($0.prioritized, $0.dueling, $0.returnSteps, $0.doubleQ) = (true, true, 3, false) })
    try expectSame(
      DQN.self,
      dqn {
        ($0.explorationHold, $0.normalizeObservations, $0.frameStack) = (8, true, 2)
        ($0.explorationInitial, $0.explorationFinal) = (0.5, 0.5)
      })
    try expectSame(
      DQN.self, dqn { ($0.prioritized, $0.normalizeObservations) = (true, true) }, seeds: [5, 6])
  }

  private func offPolicy<Configuration: OffPolicyConfiguration>(
    _ change: (inout Configuration) -> Void = { _ in }
  ) -> Configuration {
    var configuration = Configuration()
    (configuration.environments, configuration.learningStarts) = (2, 20)
    (configuration.trainFrequency, configuration.gradientSteps) = (5, 4)
    (configuration.steps, configuration.bufferSize) = (20 + 5 * 2 * 5, 40)
    (configuration.batch, configuration.returnSteps, configuration.hidden) = (16, 2, [8])
    change(&configuration)
    return configuration
  }

  @Test func sac() throws {
    try expectSame(SAC.self, offPolicy())
    // The matrices are held over the end of an iteration.
    try expectSame(SAC.self, offPolicy { ($0.gsde, $0.noiseInterval, $0.alpha) = (true, 7, 0.1) })
    try expectSame(SAC.self, offPolicy { $0.frameStack = 2 }, seeds: [1, 9])
  }

  @Test func td3() throws {
    try expectSame(TD3.self, offPolicy { $0.noiseCorrelation = 0.8 })
    try expectSame(TD3.self, offPolicy { $0.actionRepeat = 2 }, seeds: [1, 9])
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let saved = try PPO(ppo(), on: device).checkpointOfAll()
    func error(_ change: (inout Safetensors) -> Void) throws -> CheckpointError? {
      var file = saved
      change(&file)
      let ppo = try PPO(ppo(), on: device)
      return #expect(throws: CheckpointError.self) { try ppo.restore(from: file, named: "run") }
    }
    for name in saved.tensors.keys.sorted() {
      let missing = try error { $0.tensors[name] = nil }
      #expect(missing?.description.contains("\"\(name)\"") == true)
      let different = try error {
        $0.tensors[name] = .init(TensorType([3], .int32), [Int32](repeating: 1, count: 3))
      }
      #expect(different?.description.contains("\"\(name)\"") == true)
    }
    let several = try PPO(ppo(), seeds: [1, 2], on: device).checkpointOfAll()
    #expect(throws: CheckpointError.self) { try PPO(ppo(), on: device).restore(from: several, named: "run") }
  }
}
