public import Learning
public import Recording
import Tensors
public import Vulkan

/// Proximal policy optimization (Schulman et al. 2017) on environments that live on the device.
///
/// One recorded iteration: a rollout, values and advantages, then epochs × minibatches of forward, backward and update.
/// It is replayed without the host; the learning rate, the counters and the metrics are on the device too. Agents, one for
/// each seed, have parameters, environments and random numbers of their own; all shapes begin with them.
public final class PPO: Algorithm {
  /// On the command line.
  public static let name = "ppo"
  /// The settings of the run.
  public let configuration: PPOConfiguration
  /// Policy and value function, of separate parameters.
  public let network: Network
  /// The recorded iteration and its replays.
  public let loop: TrainingLoop

  private let environment: VectorEnvironment
  private let optimizer: Adam
  private let counters: Counters

  /// Device state beside weights and trajectory.
  private struct Counters {
    let report: TrainingLoop.Report
    /// Updates done, uint32.
    let update: Variable
    /// Step size and clip range of this iteration.
    let learningRate, clip: Variable
    /// Advantages and returns of this iteration [horizon, agents, copies].
    let advantages, returns: Variable
    /// Sums over this iteration's updates [agents, losses].
    let losses: Variable
  }

  private static let losses = [
    "policy_loss", "value_loss", "entropy", "approximate_kl", "clip_fraction", "gradient_norm",
  ]

  /// Allocates and initialises everything, and records the iteration.
  ///
  /// - Parameter seeds: of the agents; by default one agent of the configuration's seed.
  /// - Throws: `ConfigurationError`, `RecordingError` or `VulkanError`; nothing has run then.
  public init(
    _ configuration: PPOConfiguration, seeds: [UInt64]? = nil, on device: Device,
    options: PlanOptions = .environment
  ) throws {
    try configuration.validate()
    let seeds = seeds ?? [configuration.seed]
    let kind = try Environments.named(configuration.environment)
    self.configuration = configuration
    network = try Self.network(configuration, kind, seeds: seeds, on: device)
    environment = try VectorEnvironment(kind, seeds: seeds, copies: configuration.environments, on: device)
    optimizer = try Adam(network, epsilon: 1e-5)
    let rollout = try Rollout(environment, horizon: configuration.horizon, on: device)
    let steps = rollout.rewards.type.shape
    counters = Counters(
      report: try TrainingLoop.Report(Self.losses + ["learning_rate", "clip"], seeds: seeds, on: device),
      update: try Variable([], .uint32, on: device, label: "update"),
      learningRate: try Variable([], on: device, label: "learning_rate"),
      clip: try Variable([], on: device, label: "clip"),
      advantages: try Variable(steps, on: device, label: "advantages"),
      returns: try Variable(steps, on: device, label: "returns"),
      losses: try Variable([seeds.count, Self.losses.count], on: device, label: "losses"))
    let (network, optimizer, counters) = (network, optimizer, counters)
    let plan = try device.record("ppo \(kind.name)", options: options) { program in
      try program.pass("rollout") { graph in
        Self.collect(graph, configuration, network, rollout, counters)
      }
      try program.pass("update", repeats: configuration.epochs * configuration.minibatches) { graph in
        Self.update(graph, configuration, network, rollout, optimizer, counters)
      }
      try program.pass("report") { graph in
        Self.report(graph, configuration, rollout, counters)
      }
    }
    loop = try TrainingLoop(
      plan, counters.report, iterations: configuration.iterations, stepsPerIteration: configuration.batch)
  }

  private static func policy(
    _ configuration: PPOConfiguration, _ environment: any Environment
  ) -> MultilayerPerceptron {
    MultilayerPerceptron(
      inputs: environment.observationSize, hidden: configuration.hidden,
      outputs: environment.actionSpace.outputs)
  }

  /// A policy for each seed, then a value function, then the policy's standard deviations where actions are a box.
  static func network(
    _ configuration: PPOConfiguration, _ environment: any Environment, seeds: [UInt64], on device: Device
  ) throws(VulkanError) -> Network {
    let value = MultilayerPerceptron(
      inputs: environment.observationSize, hidden: configuration.hidden, outputs: 1)
    let (policy, space) = (policy(configuration, environment).module(gain: 0.01), environment.actionSpace)
    guard space.counts == nil else {
      return try Network(
        ensemble: ["policy": policy, "value": value.module(gain: 1)], on: device, seeds: seeds)
    }
    let deviation = Parameter([space.size], .constant(configuration.logStandardDeviation))
    return try Network(
      ensemble: ["policy": policy, "value": value.module(gain: 1), "log_std": deviation], on: device,
      seeds: seeds)
  }

  /// What the policy makes of observations [agents, samples, observation].
  static func distribution(
    _ network: Network, _ space: ActionSpace, _ observations: Tensor
  ) -> ActionDistribution {
    ActionDistribution(
      space: space, outputs: network("policy", observations),
      logDeviations: space.counts == nil ? network("log_std", observations) : nil)
  }

  /// The rollout under the policy as it is, then values, advantages and returns, and this iteration's step sizes.
  private static func collect(
    _ graph: Graph, _ configuration: PPOConfiguration, _ network: Network, _ rollout: Rollout,
    _ counters: Counters
  ) {
    let kind = rollout.environment.environment
    rollout.collect(
      policy(configuration, kind),
      Rollout.Source(graph.read(network.flat), deviation: network.offset(of: "log_std.weight") ?? 0))

    let values = rollout.apply(graph.read(rollout.observations)) { network("value", $0) }
    let nextValues = rollout.apply(graph.read(rollout.finalObservations)) { network("value", $0) }
    let advantages = rollout.advantages(
      values: values, nextValues: nextValues, discount: configuration.gamma, decay: configuration.gaeLambda)
    counters.advantages.assign(advantages)
    counters.returns.assign(advantages + values)

    let iteration = graph.read(counters.report.iteration)
    let left = 1 - iteration.float() / Double(configuration.iterations)
    let fixed = graph.constant(1, left.type)
    func scale(_ setting: Anneal) -> Tensor { configuration.anneal.contains(setting) ? left : fixed }
    counters.learningRate.assign(configuration.learningRate * scale(.learningRate))
    counters.clip.assign(configuration.clip * scale(.clip))
    counters.losses.assign(graph.constant(0, counters.losses.type))
  }

  /// Samples of a minibatch, each [agents, samples…].
  struct Minibatch {
    let observations, actions, logProbabilities, advantages, returns: Tensor
  }

  /// The clipped objective of a minibatch, and its parts, each [agents].
  struct Objective {
    let loss, policyLoss, valueLoss, entropy, approximateKL, clipFraction: Tensor

    init(
      _ configuration: PPOConfiguration, _ batch: Minibatch, distribution: ActionDistribution, values: Tensor,
      clip: Tensor
    ) {
      func mean(_ x: Tensor) -> Tensor { x.mean(axes: [1]) }
      let spread = batch.advantages.variance(axes: [1], keepDimensions: true).sqrt()
      let advantages =
        (batch.advantages - batch.advantages.mean(axes: [1], keepDimensions: true)) / (spread + 1e-8)
      let difference = distribution.logProbability(batch.actions) - batch.logProbabilities
      let ratio = difference.exp()
      policyLoss = -mean(
        Tensor.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages))
      valueLoss = mean((values - batch.returns).square())
      entropy = mean(distribution.entropy())
      loss = policyLoss + configuration.valueCoefficient * valueLoss - configuration.entropy * entropy
      // Schulman, "Approximating KL divergence" (2020): the estimator k3.
      approximateKL = mean(ratio - 1 - difference)
      clipFraction = mean((Tensor.maximum(ratio - 1, 1 - ratio) .> clip).float())
    }
  }

  /// One minibatch: forward, the clipped objective, backward, Adam.
  private static func update(
    _ graph: Graph, _ configuration: PPOConfiguration, _ network: Network, _ rollout: Rollout,
    _ optimizer: Adam, _ counters: Counters
  ) {
    let number = graph.read(counters.update)
    let rows = number.minibatchIndices(
      count: rollout.samples, batch: rollout.samples / configuration.minibatches,
      seeds: graph.read(rollout.environment.seeds))
    func batch(_ variable: Variable) -> Tensor { rollout.samples(of: variable, rows) }
    let minibatch = Minibatch(
      observations: batch(rollout.observations), actions: batch(rollout.actions),
      logProbabilities: batch(rollout.logProbabilities), advantages: batch(counters.advantages),
      returns: batch(counters.returns))
    let space = rollout.environment.environment.actionSpace
    let objective = Objective(
      configuration, minibatch, distribution: distribution(network, space, minibatch.observations),
      values: network("value", minibatch.observations).squeeze(2), clip: graph.read(counters.clip))

    // Agents share nothing, so the gradient of the sum is that of each.
    let gradient = network.clippedNorm(
      network.gradient(of: objective.loss.sum()), configuration.maximumGradientNorm)
    optimizer.step(gradient.clipped, learningRate: graph.read(counters.learningRate))

    let losses = [
      objective.policyLoss, objective.valueLoss, objective.entropy, objective.approximateKL,
      objective.clipFraction, gradient.norm,
    ]
    counters.losses.assign(graph.read(counters.losses) + .stack(losses, axis: 1))
    counters.update.assign(number + 1)
  }

  /// Appends the iteration's metrics to the ring and counts it.
  private static func report(
    _ graph: Graph, _ configuration: PPOConfiguration, _ rollout: Rollout, _ counters: Counters
  ) {
    let updates = Double(configuration.epochs * configuration.minibatches)
    let agents = rollout.environment.agents
    let sizes = [graph.read(counters.learningRate), graph.read(counters.clip)]
    counters.report.append(
      [graph.read(counters.losses) / updates] + sizes.map { $0.reshape([1, 1]).expand([agents, 1]) },
      rollout.environment)
  }

  /// Everything that the run of an agent is made of: weights under PyTorch's names, and, where there is one agent, optimizer,
  /// counters and environments. Waits for the device.
  public func checkpoint(agent: Int = 0) throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file, member: agent)
    guard environment.agents == 1 else { return file }
    let state = optimizer.state + environment.state + [counters.report.iteration, counters.update]
    for variable in state { try file.add(variable) }
    return file
  }

  /// Runs `episodes` whole episodes of a policy; see `Algorithm.evaluate`.
  public static func evaluate(
    _ configuration: PPOConfiguration, weights: Safetensors, file: String, episodes: Int,
    isSampled: Bool = false, seed: UInt64, on device: Device
  ) throws -> Evaluation {
    try configuration.validate()
    try ConfigurationError.check("episodes", episodes, in: 1...1 << 20)
    let kind = try Environments.named(configuration.environment)
    let network = try network(configuration, kind, seeds: [seed], on: device)
    try network.load(from: weights, named: file)
    let environment = try VectorEnvironment(kind, seeds: [seed], copies: episodes, on: device)
    let results = try Evaluator.run(environment, on: device) { observations in
      let distribution = distribution(network, kind.actionSpace, observations)
      let generator = environment.generator(in: observations.graph)
      return kind.actionSpace.bounded(isSampled ? distribution.sample(generator) : distribution.mode())
    }
    return results[0]
  }
}
