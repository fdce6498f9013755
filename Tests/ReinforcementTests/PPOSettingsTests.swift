import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// What single settings of PPO change.
struct PPOSettingsTests {
  let device = TestDevice.shared

  private func configuration(_ change: (inout PPOConfiguration) -> Void) -> PPOConfiguration {
    var configuration = PPOConfiguration()
    configuration.environments = 12
    configuration.horizon = 20
    configuration.epochs = 3
    configuration.minibatches = 2
    configuration.hidden = [16, 7]
    configuration.steps = 3 * 12 * 20
    change(&configuration)
    return configuration
  }

  private func progress(_ configuration: PPOConfiguration, seeds: [UInt64]? = nil) throws
    -> (PPO, [TrainingProgress])
  {
    let ppo = try PPO(configuration, seeds: seeds, on: device)
    var seen: [TrainingProgress] = []
    try ppo.train {
      seen.append($0)
      return true
    }
    return (ppo, seen)
  }

  /// With one update an iteration, all ratios are those of the first.
  @Test(arguments: [false, true])
  func theFirstRatioIsOne(_ isNormalized: Bool) throws {
    let (_, seen) = try progress(
      configuration {
        ($0.epochs, $0.minibatches) = (1, 1)
        ($0.normalizeObservations, $0.normalizeRewards) = (isNormalized, isNormalized)
      })
    #expect(seen.count == 3)
    #expect(seen.allSatisfy { $0["approximate_kl"] == 0 && $0["clip_fraction"] == 0 })
  }

  @Test func updatesEndBeyondTheTargetKL() throws {
    let (_, seen) = try progress(configuration { $0.targetKL = 1e-9 })
    // The first update's ratios are 1; the second sees what the first has moved.
    #expect(seen.map { $0["updates"] } == [2, 2, 2])
    let (_, all) = try progress(configuration { $0.targetKL = 1e3 })
    #expect(all.map { $0["updates"] } == [6, 6, 6])
    let (ppo, none) = try progress(configuration { _ in })
    let (same, _) = try progress(configuration { $0.targetKL = 1e3 })
    #expect(none.map { $0["updates"] } == [6, 6, 6])
    #expect(
      try ppo.checkpoint().encoded() == same.checkpoint().encoded(), "a stop that never comes changes no bit")
  }

  @Test func theStepSizeIsSteeredToTheKL() throws {
    let (_, slower) = try progress(configuration { $0.adaptiveKL = 1e-9 })
    // The first update has a KL of 0, which says nothing; then five are too far.
    let expected = 1e-3 / (1.5 * 1.5 * 1.5 * 1.5 * 1.5)
    #expect(abs((slower[0]["learning_rate"] ?? 0) / expected - 1) < 1e-5)
    let (_, faster) = try progress(configuration { $0.adaptiveKL = 100 })
    #expect((faster[2]["learning_rate"] ?? 0) == 1e-2.rounded(to: Float.self), "at its bound")
  }

  @Test func agentsAreWhatTheyWouldBeAlone() throws {
    let settings = configuration {
      ($0.normalizeObservations, $0.normalizeRewards) = (true, true)
      $0.adaptiveKL = 0.01
      $0.valueClip = 0.2
    }
    let (together, seen) = try progress(settings, seeds: [5, 9])
    #expect(seen.map(\.seed) == [5, 9, 5, 9, 5, 9])
    for (agent, seed) in [5, 9].enumerated() as EnumeratedSequence<[UInt64]> {
      let (alone, expected) = try progress(settings, seeds: [seed])
      let own = seen.filter { $0.seed == seed }
      #expect(own.map(\.returnMean) == expected.map(\.returnMean))
      let (a, b) = (try together.checkpoint(agent: agent), try alone.checkpoint())
      for name in together.network.parameters.map(\.name) + ["normalizer.observations.mean"] {
        let (found, wanted) = (a.floats(name), b.floats(name))
        // Sums are taken in another order, and Adam divides by small numbers.
        #expect(!wanted.isEmpty && largestDifference(found, wanted) < 2e-4, "\(name)")
      }
    }
  }

  @Test func targetKLIsForOneAgent() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try PPO(configuration { $0.targetKL = 0.01 }, seeds: [1, 2], on: device)
    }
    #expect(error?.field == "target-kl")
  }

  @Test func aSharedTrunkIsOnePolicyInKernelAndPasses() throws {
    let settings = configuration { $0.sharedTrunk = true }
    let (kernel, passes) = (try rollout(settings, isFused: true), try rollout(settings, isFused: false))
    #expect(kernel.actions == passes.actions)
    #expect(largestDifference(kernel.observations, passes.observations) < 1e-5)
    let names = Set(try PPO(settings, on: device).checkpoint().tensors.keys)
    #expect(names.isSuperset(of: ["trunk.0.weight", "trunk.2.bias", "policy.weight", "value.bias"]))
  }

  @Test(arguments: [false, true])
  func aRolloutIsTheSameInOneKernelAndInPasses(_ isNormalized: Bool) throws {
    let settings = configuration { $0.normalizeObservations = isNormalized }
    let (kernel, passes) = (try rollout(settings, isFused: true), try rollout(settings, isFused: false))
    #expect(kernel.actions == passes.actions && Set(kernel.actions) == [0, 1])
    #expect(largestDifference(kernel.observations, passes.observations) < 1e-5)
    #expect(kernel.statistics == passes.statistics && kernel.statistics.contains { $0 > 0 })
  }

  /// A rollout of two agents on CartPole by the kernel or by passes.
  private func rollout(_ configuration: PPOConfiguration, isFused: Bool) throws
    -> (actions: [Int32], observations: [Float], statistics: [Float])
  {
    let normalizer =
      configuration.normalizeObservations
      ? try Normalizer(agents: 2, size: 4, limit: 1.5, on: device, label: "normalizer") : nil
    try normalizer?.mean.write([0.01, 0.02, -0.01, 0, -0.02, 0.1, 0, 0.3] as [Float])
    try normalizer?.variance.write([1, 0.1, 0.01, 0.2, 0.04, 0.1, 0.03, 1] as [Float])
    let rollout = try CollectedRollout(
      CartPole(), configuration, normalizer: normalizer, isFused: isFused, on: device
    ).rollout
    return (
      try rollout.actions.read(Int32.self), try rollout.finalObservations.read(Float.self),
      try rollout.environment.statistics.read(Float.self)
    )
  }
}

extension Double {
  /// As the device has it.
  fileprivate func rounded(to type: Float.Type) -> Double { Double(Float(self)) }
}
