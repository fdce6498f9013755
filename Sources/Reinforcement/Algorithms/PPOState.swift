import Learning
import Tensors
import Vulkan

extension PPO {
  /// What observations and rewards are normalised by; nil where they are not.
  struct Normalizers {
    let observations, rewards: Normalizer?
    /// Discounted returns of the running episodes [agents, copies].
    let returns: Variable

    init(
      _ configuration: PPOConfiguration, _ environment: VectorEnvironment, on device: Device
    ) throws(VulkanError) {
      func normalizer(_ name: String, _ size: Int) throws(VulkanError) -> Normalizer {
        try Normalizer(
          agents: environment.agents, size: size, limit: configuration.normalizationLimit, on: device,
          label: "normalizer.\(name)")
      }
      observations =
        configuration.normalizeObservations
        ? try normalizer("observations", environment.observationSize) : nil
      rewards = configuration.normalizeRewards ? try normalizer("returns", 1) : nil
      returns = try Variable(
        [environment.agents, environment.copies], on: device, label: "normalizer.running_returns")
    }

    /// What going on needs beside what travels with a policy.
    var ofRewards: [Variable] { rewards.map { $0.state + [returns] } ?? [] }
  }

  /// Device state beside weights and trajectory.
  struct Counters {
    let report: TrainingLoop.Report
    /// Updates begun, uint32, and those of this iteration.
    let update, done: Variable
    /// Whether this iteration's updates go on.
    let isGoing: Variable
    /// Step size [agents] and clip range of this iteration.
    let learningRate, clip: Variable
    /// Of this iteration: values, advantages, returns and logarithms of probabilities [horizon, agents, copies].
    let values, advantages, returns, logProbabilities: Variable
    /// Sums over this iteration's updates [agents, losses].
    let losses: Variable

    static let losses = [
      "policy_loss", "value_loss", "entropy", "approximate_kl", "clip_fraction", "gradient_norm",
    ]

    init(
      _ configuration: PPOConfiguration, _ rollout: Rollout, seeds: [UInt64], on device: Device
    ) throws(VulkanError) {
      func variable(_ label: String, _ shape: Shape, _ type: DataType = .float32) throws(VulkanError)
        -> Variable
      {
        try Variable(shape, type, on: device, label: label)
      }
      let steps = rollout.rewards.type.shape
      let rate = [Float](repeating: Float(configuration.learningRate), count: seeds.count)
      report = try TrainingLoop.Report(
        PPO.metricNames, seeds: seeds, rollout.environment, on: device)
      (update, done) = (try variable("update", [], .uint32), try variable("updates_done", []))
      isGoing = try variable("is_going", [], .bool)
      learningRate = try Variable([seeds.count], rate, on: device, label: "learning_rate")
      clip = try variable("clip", [])
      (values, advantages) = (try variable("values", steps), try variable("advantages", steps))
      returns = try variable("returns", steps)
      logProbabilities = try variable("log_probabilities", steps)
      losses = try variable("losses", [seeds.count, Self.losses.count])
    }
  }
}
