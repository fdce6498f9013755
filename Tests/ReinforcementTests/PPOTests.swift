import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// The recorded iteration as a whole.
struct PPOTests {
  let device = TestDevice.shared

  private var small: PPOConfiguration {
    var configuration = PPOConfiguration()
    configuration.steps = 4 * 8 * 33
    configuration.environments = 8
    configuration.horizon = 33
    configuration.minibatches = 3
    configuration.hidden = [16, 7]
    configuration.anneal = [.learningRate, .clip]
    return configuration
  }

  private func trained(_ configuration: PPOConfiguration, _ options: PlanOptions = PlanOptions()) throws
    -> [UInt8]
  {
    let ppo = try PPO(configuration, on: device, options: options)
    try ppo.train()
    return try ppo.checkpoint().encoded()
  }

  @Test func sameSeedGivesSameBytesAndAnotherSeedOthers() throws {
    let first = try trained(small)
    #expect(try trained(small) == first)
    var other = small
    other.seed = 2
    #expect(try trained(other) != first)
  }

  @Test func debugSwitchesChangeNothing() throws {
    let bytes = try trained(small)
    #expect(try trained(small, PlanOptions(serialBarriers: true)) == bytes)
    #expect(try trained(small, PlanOptions(noAliasing: true)) == bytes)
  }

  @Test func replayedAndEagerGiveTheSameBits() throws {
    let bytes = try trained(small)
    let ppo = try PPO(small, on: device)
    for _ in 0..<ppo.loop.iterations { try ppo.loop.plan.replay() }
    #expect(try ppo.checkpoint().encoded() == bytes)
  }

  @Test func reportsEachIterationInOrderInFewSubmissions() throws {
    let ppo = try PPO(small, on: device)
    var seen: [TrainingProgress] = []
    try ppo.train {
      seen.append($0)
      return true
    }
    #expect(seen.map(\.iteration) == [1, 2, 3, 4])
    #expect(seen.last?.steps == small.steps)
    // Three for each of the first iteration's segments, to measure them; then one an iteration, but for long ones.
    let long = Int(ppo.loop.profile.deviceSeconds / 0.05)
    #expect(ppo.loop.profile.submissions <= 9 + ppo.loop.iterations - 1 + long)
    func values(_ name: String) throws -> [Double] { try seen.map { try #require($0[name]) } }
    #expect(try values("entropy").allSatisfy { $0 > 0.5 && $0 < 0.6932 })
    #expect(try values("gradient_norm").allSatisfy { $0 > 0 })
    #expect(try values("policy_loss").allSatisfy(\.isFinite))
    #expect(try values("value_loss").allSatisfy { $0 > 0 })
    #expect(try values("approximate_kl").allSatisfy { $0 > -1e-4 })
    // A straight line from the whole to a quarter.
    for (index, left) in [1, 0.75, 0.5, 0.25].enumerated() {
      #expect(abs(try values("learning_rate")[index] - left * small.learningRate) < 1e-9)
      #expect(abs(try values("clip")[index] - left * small.clip) < 1e-7)
    }
    let episodes = seen.filter { $0.episodes > 0 }
    #expect(episodes.allSatisfy { ($0.returnMean ?? 0) > 5 && $0.returnMean == $0.lengthMean })
    #expect(!episodes.isEmpty)
  }

  @Test func stopsWhenProgressSaysSo() throws {
    let ppo = try PPO(small, on: device)
    var seen = 0
    try ppo.train { _ in
      seen += 1
      return false
    }
    #expect(seen >= 1 && seen < ppo.loop.iterations)
    let iteration = try #require(ppo.checkpoint().tensors["iteration"]).elements(UInt32.self)
    #expect(iteration == [UInt32(seen)], "the checkpoint is of the last iteration reported")
  }

  @Test func endsWhenALossIsNoNumber() throws {
    let ppo = try PPO(small, on: device)
    try ppo.network.flat.write([Float.nan], at: 0)
    var seen = 0
    let error = #expect(throws: DivergenceError.self) {
      try ppo.train { _ in
        seen += 1
        return true
      }
    }
    #expect(error?.iteration == 1 && seen == 0)
  }

  @Test func checkpointHoldsPyTorchsNames() throws {
    let names = Set(try PPO(small, on: device).checkpoint().tensors.keys)
    for part in ["policy", "value"] {
      for layer in [0, 2, 4] {
        #expect(names.contains("\(part).\(layer).weight") && names.contains("\(part).\(layer).bias"))
      }
    }
    #expect(names.contains("optimizer.exp_avg") && names.contains("iteration"))
  }

  @Test func planOfAnIterationIsRefusedWhenItDoesNotFit() throws {
    var huge = PPOConfiguration()
    huge.environments = 1 << 20
    huge.horizon = 1 << 8
    // A device of its own: other tests allocate at the same time.
    let device = try TestDevice.make()
    let before = device.allocatedBytes
    #expect(throws: VulkanError.self) { try PPO(huge, on: device) }
    #expect(device.allocatedBytes == before)
  }

  private static let badSettings: [(String, @Sendable (inout PPOConfiguration) -> Void)] = [
    ("environments", { $0.environments = 0 }), ("horizon", { $0.horizon = -1 }), ("steps", { $0.steps = 0 }),
    ("minibatches", { $0.minibatches = 5 }), ("minibatches", { $0.minibatches = 8 * 33 }),
    ("hidden", { $0.hidden = [0] }), ("hidden", { $0.hidden = [Int](repeating: 8, count: 33) }),
    ("exploration", { $0.exploration = .gsde }),
    ("gamma", { $0.gamma = 1.1 }), ("learning-rate", { $0.learningRate = .nan }), ("clip", { $0.clip = 0 }),
    ("environment", { $0.environment = "cartpool" }),
  ]

  @Test func badSettingsAreNamed() throws {
    for (field, change) in Self.badSettings {
      var configuration = small
      change(&configuration)
      let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
      #expect(error?.field == field)
    }
  }
}
