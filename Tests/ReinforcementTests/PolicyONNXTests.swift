import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// Policies as ONNX files, against what ONNX Runtime makes of them (`Tools/References/onnx_policies.py`).
@Suite(.timeLimit(.minutes(5))) struct PolicyONNXTests {
  private let device = TestDevice.shared
  private let golden: Safetensors

  init() throws { golden = try Golden.load("onnx_policies") }

  /// The tensors of the golden file under `prefix`, without it.
  private func tensors(_ prefix: String) -> Safetensors {
    let chosen = golden.tensors.filter { $0.key.hasPrefix("\(prefix)/") }
    return Safetensors(
      tensors: Dictionary(
        uniqueKeysWithValues: chosen.map { (String($0.key.dropFirst(prefix.count + 1)), $0.value) }))
  }

  /// What the policy's own graph takes, as bits.
  private func taken<Trained: Algorithm>(
    _: Trained.Type, _ configuration: Trained.Configuration, in kind: (any Environment)?,
    _ weights: Safetensors, _ rows: Safetensors.Entry
  ) throws -> [UInt32] {
    let count = rows.type.shape[0]
    let environment = try VectorEnvironment(configuration, in: kind, seeds: [1], copies: count, on: device)
    let policy = try Trained.policy(
      configuration, in: environment, weights: weights, file: "weights", isSampled: false, seed: 1, on: device
    )
    let seen = try Variable(
      [1, count, environment.observationSize], rows.elements(Float.self), on: device, label: "seen")
    let actions = try Variable(
      environment.actionType.shape, environment.actionType.dataType, on: device, label: "taken")
    try device.run { graph in actions.assign(try policy(graph.read(seen))) }
    return try actions.read(UInt32.self)
  }

  /// The stored file, bit for bit, whose actions in ONNX Runtime are the policy's; and another with another weight.
  private func check<Trained: Algorithm>(
    _ name: String, _: Trained.Type, in kind: (any Environment)? = nil, changing changed: String,
    _ settings: (inout Trained.Configuration) -> Void
  ) throws {
    var configuration = Trained.Configuration()
    settings(&configuration)
    let environment = try kind ?? Environments.named(configuration.environment)
    let weights = tensors("\(name)/weights")
    func file(_ weights: Safetensors) throws -> [UInt8] {
      try Trained.onnx(configuration, in: environment, weights: weights, file: "weights", version: "0")
    }
    try Golden.check(file(weights), "onnx/\(name).onnx")
    let rows = try #require(golden.tensors["\(name)/observations"])
    guard let expected = golden.tensors["\(name)/action"] else {
      Issue.record("\(name) has no actions: run Tools/References/onnx_policies.py")
      return
    }
    var bits = try taken(Trained.self, configuration, in: kind, weights, rows)
    func agrees() -> Bool {
      environment.actionSpace.counts != nil
        ? bits == expected.elements(UInt32.self)
        : zip(bits, expected.elements(Float.self)).allSatisfy { abs(Float(bitPattern: $0) - $1) <= 1e-5 }
    }
    #expect(bits.count == expected.type.shape.count && Set(bits).count > 1)
    #expect(agrees())

    var other = weights
    let entry = try #require(weights.tensors[changed])
    var values: [Float] = entry.elements()
    values[0] += 3
    other.tensors[changed] = Safetensors.Entry(entry.type, values)
    #expect(try file(other) != file(weights))
    bits = try taken(Trained.self, configuration, in: kind, other, rows)
    #expect(!agrees())
  }

  @Test func `PPO, of one action or of one for each component`() throws {
    try check("ppo_discrete", PPO.self, changing: "policy.4.bias") { $0.hidden = [8, 6] }
    try check("ppo_components", PPO.self, in: Dials(), changing: "policy.2.bias") { $0.hidden = [8] }
  }

  @Test func `PPO of a box, by frames that are normalised, on a trunk`() throws {
    try check("ppo_box", PPO.self, changing: "normalizer.observations.mean") {
      ($0.environment, $0.hidden, $0.frameStack, $0.sharedTrunk) = ("pendulum", [8], 2, true)
      ($0.normalizeObservations, $0.normalizationLimit) = (true, 1.5)
    }
  }

  @Test func `PPO whose exploration is a function of the state`() throws {
    try check("ppo_gsde", PPO.self, changing: "policy.2.bias") {
      ($0.environment, $0.hidden, $0.exploration) = ("mountaincar-continuous", [6], .gsde)
      $0.stepByStep = true
    }
  }

  @Test func `DQN, with dueling heads and without`() throws {
    try check("dqn_dueling", DQN.self, changing: "normalizer.observations.mean") {
      ($0.environment, $0.hidden, $0.dueling, $0.normalizeObservations) = ("acrobot", [8], true, true)
    }
    try check("dqn", DQN.self, changing: "q.0.bias") { ($0.environment, $0.hidden) = ("mountaincar", []) }
  }

  @Test func `SAC, with either kind of exploration`() throws {
    try check("sac", SAC.self, changing: "head.bias") { ($0.environment, $0.hidden) = ("pendulum", [8, 6]) }
    try check("sac_gsde", SAC.self, changing: "head.bias") {
      ($0.environment, $0.hidden, $0.gsde) = ("pendulum", [8], true)
    }
  }

  @Test func `TD3, which is rescaled`() throws {
    try check("td3", TD3.self, changing: "actor.2.bias") {
      ($0.environment, $0.hidden) = ("mountaincar-continuous", [8])
    }
  }

  @Test func `What a file can't hold is refused`() throws {
    var configuration = PPOConfiguration()
    configuration.hidden = [8, 6]
    var weights = tensors("ppo_discrete/weights")
    configuration.recurrentSize = 8
    let error = try #require(throws: ConfigurationError.self) {
      try PPO.onnx(configuration, weights: weights, file: "weights", version: "0")
    }
    #expect(error.field == "recurrent_size")
    configuration.recurrentSize = 0
    weights.tensors["policy.2.bias"] = Safetensors.Entry(TensorType([2]), [Float](repeating: 0, count: 2))
    let different = try #require(throws: CheckpointError.self) {
      try PPO.onnx(configuration, weights: weights, file: "weights", version: "0")
    }
    #expect("\(different)".contains("weights: \"policy.2.bias\""))
    weights.tensors["policy.2.bias"] = nil
    #expect(throws: CheckpointError.missing(file: "weights", name: "policy.2.bias")) {
      try PPO.onnx(configuration, weights: weights, file: "weights", version: "0")
    }
  }
}
