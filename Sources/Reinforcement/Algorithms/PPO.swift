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
  /// The recorded iteration and its replays.
  public let loop: TrainingLoop

  private let networks: PPONetworks
  private let normalizers: Normalizers
  private let environment: VectorEnvironment
  private let optimizer: Adam
  private let counters: Counters

  /// Policy and value function.
  public var network: Network { networks.network }

  /// What observations and rewards are normalised by; nil where they are not.
  private struct Normalizers {
    let observations, rewards: Normalizer?
    /// Discounted returns of the running episodes [agents, copies].
    let returns: Variable

    var state: [Variable] {
      (observations?.state ?? []) + (rewards.map { $0.state + [returns] } ?? [])
    }
  }

  /// Device state beside weights and trajectory.
  private struct Counters {
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
    guard seeds.count == 1 || configuration.targetKL == nil else {
      throw ConfigurationError(
        field: "target-kl",
        reason: "ends the updates of one agent; train \(seeds.count) seeds in runs of their own")
    }
    self.configuration = configuration
    environment = try VectorEnvironment(configuration, seeds: seeds, on: device)
    networks = try PPONetworks(configuration, environment, seeds: seeds, on: device)
    optimizer = try Adam(networks.network, epsilon: 1e-5)
    let rollout = try Rollout(environment, horizon: configuration.horizon, on: device)
    normalizers = try Self.normalizers(configuration, environment, on: device)
    counters = try Self.counters(configuration, rollout, seeds: seeds, on: device)
    let iteration = Iteration(
      configuration: configuration, networks: networks, normalizers: normalizers, rollout: rollout,
      optimizer: optimizer, counters: counters)
    if !configuration.isRolloutFused {
      try device.run("reset") { [environment] in environment.reset(in: $0) }
    }
    let explorer = try StepwiseRollout(rollout, networks, on: device)
    let plan = try device.record("ppo \(configuration.environment)", options: options) { program in
      if configuration.isRolloutFused {
        try program.pass("rollout") { iteration.collect($0) }
      } else {
        try program.pass("step", repeats: configuration.horizon) { graph in
          explorer.step(graph, normalizer: iteration.normalizers.observations)
        }
      }
      try program.pass("advantages") { iteration.estimate($0) }
      try program.pass(
        "update", repeats: configuration.updates,
        while: configuration.targetKL == nil ? nil : iteration.counters.isGoing
      ) { iteration.update($0) }
      try program.pass("report") { iteration.report($0) }
    }
    loop = try TrainingLoop(
      plan, counters.report, iterations: configuration.iterations,
      stepsPerIteration: configuration.stepsPerIteration)
  }

  private static func normalizers(
    _ configuration: PPOConfiguration, _ environment: VectorEnvironment, on device: Device
  ) throws(VulkanError) -> Normalizers {
    func normalizer(_ name: String, _ size: Int) throws(VulkanError) -> Normalizer {
      try Normalizer(
        agents: environment.agents, size: size, limit: configuration.normalizationLimit, on: device,
        label: "normalizer.\(name)")
    }
    return Normalizers(
      observations: configuration.normalizeObservations
        ? try normalizer("observations", environment.observationSize) : nil,
      rewards: configuration.normalizeRewards ? try normalizer("returns", 1) : nil,
      returns: try Variable(
        [environment.agents, environment.copies], on: device, label: "normalizer.running_returns"))
  }

  private static func counters(
    _ configuration: PPOConfiguration, _ rollout: Rollout, seeds: [UInt64], on device: Device
  ) throws(VulkanError) -> Counters {
    func variable(_ label: String, _ shape: Shape, _ type: DataType = .float32) throws(VulkanError)
      -> Variable
    {
      try Variable(shape, type, on: device, label: label)
    }
    let steps = rollout.rewards.type.shape
    let rate = [Float](repeating: Float(configuration.learningRate), count: seeds.count)
    return Counters(
      report: try TrainingLoop.Report(
        losses + ["updates", "learning_rate", "clip"], seeds: seeds, rollout.environment, on: device),
      update: try variable("update", [], .uint32), done: try variable("updates_done", []),
      isGoing: try variable("is_going", [], .bool),
      learningRate: try Variable([seeds.count], rate, on: device, label: "learning_rate"),
      clip: try variable("clip", []), values: try variable("values", steps),
      advantages: try variable("advantages", steps), returns: try variable("returns", steps),
      logProbabilities: try variable("log_probabilities", steps),
      losses: try variable("losses", [seeds.count, losses.count]))
  }

  /// What an iteration is made of, and its passes in their order.
  private struct Iteration {
    let configuration: PPOConfiguration
    let networks: PPONetworks
    let normalizers: Normalizers
    let rollout: Rollout
    let optimizer: Adam
    let counters: Counters

    /// The rollout under the policy as it is, in one dispatch.
    func collect(_ graph: Graph) {
      rollout.collect(
        networks.policy,
        Rollout.Source(
          graph.read(networks.network.flat), deviation: networks.network.offset(of: "log_std.weight") ?? 0,
          normalizer: normalizers.observations.map { ($0.values(in: graph), $0.limit) }))
    }

    private func normalized(_ observations: Tensor) -> Tensor {
      normalizers.observations?(observations) ?? observations
    }

    /// Values, advantages and returns of the rollout, and this iteration's step sizes.
    func estimate(_ graph: Graph) {
      let values = rollout.apply(graph.read(rollout.observations)) { networks.value(normalized($0)) }
      let nextValues = rollout.apply(graph.read(rollout.finalObservations)) { networks.value(normalized($0)) }
      var rewards = graph.read(rollout.rewards)
      if let normalizer = normalizers.rewards {
        let limit = normalizer.limit
        rewards = (rewards * normalizer.factor(in: graph)).clamp(-limit, limit)
      }
      let advantages = rollout.advantages(
        rewards: rewards, values: values, nextValues: nextValues, discount: configuration.gamma,
        decay: configuration.gaeLambda)
      counters.values.assign(values)
      counters.advantages.assign(advantages)
      counters.returns.assign(advantages + values)
      // By the kernels that updates use, so that the first ratio is 1 to the last bit.
      let actions = graph.read(rollout.actions)
      counters.logProbabilities.assign(
        rollout.apply(graph.read(rollout.observations), actions) { observations, actions in
          networks.distribution(normalized(observations)).distribution.logProbability(actions).unsqueezeLast()
        })

      let iteration = graph.read(counters.report.iteration)
      if configuration.adaptiveKL == nil {
        let rate = configuration.learningRate * left(.learningRate, iteration)
        counters.learningRate.assign(rate.expand(counters.learningRate.type.shape))
      }
      counters.clip.assign(configuration.clip * left(.clip, iteration))
      counters.losses.assign(graph.constant(0, counters.losses.type))
      counters.update.assign(iteration * Double(configuration.updates))
      counters.done.assign(graph.constant(0, counters.done.type))
      counters.isGoing.assign(graph.constant(1, counters.isGoing.type))
    }

    /// What is left of a setting: a line from 1 to 0 over the run where it is annealed.
    private func left(_ setting: Anneal, _ iteration: Tensor) -> Tensor {
      let left = 1 - iteration.float() / Double(configuration.iterations)
      return configuration.anneal.contains(setting) ? left : iteration.graph.constant(1, left.type)
    }

    /// One minibatch: forward, the clipped objective, backward, Adam.
    func update(_ graph: Graph) {
      let number = graph.read(counters.update)
      let rows = number.minibatchIndices(
        count: rollout.samples, batch: rollout.samples / configuration.minibatches,
        seeds: graph.read(rollout.environment.seeds))
      func batch(_ variable: Variable) -> Tensor { rollout.samples(of: variable, rows) }
      let minibatch = Minibatch(
        actions: batch(rollout.actions), logProbabilities: batch(counters.logProbabilities),
        advantages: batch(counters.advantages), returns: batch(counters.returns),
        values: batch(counters.values))
      let observations = normalized(batch(rollout.observations))
      let objective = Objective(
        configuration, minibatch, distribution: networks.distribution(observations).distribution,
        values: networks.value(observations).squeeze(2), clip: graph.read(counters.clip),
        entropyLeft: left(.entropy, graph.read(counters.report.iteration)))

      // Agents share nothing, so the gradient of the sum is that of each.
      let network = networks.network
      let gradient = network.clippedNorm(
        network.gradient(of: objective.loss.sum()), configuration.maximumGradientNorm)
      let rate = graph.read(counters.learningRate)
      optimizer.step(gradient.clipped, learningRate: network.spread(rate))

      let losses = [
        objective.policyLoss, objective.valueLoss, objective.entropy, objective.approximateKL,
        objective.clipFraction, gradient.norm,
      ]
      counters.losses.assign(graph.read(counters.losses) + .stack(losses, axis: 1))
      counters.update.assign(number + 1)
      counters.done.assign(graph.read(counters.done) + 1)
      if let target = configuration.adaptiveKL {
        // Half and twice the goal, as rsl_rl does.
        let kl = objective.approximateKL
        let slower = Tensor.where(kl .> 2 * target, rate / 1.5, rate)
        counters.learningRate.assign(
          Tensor.where((kl .< target / 2).logicalAnd(kl .> 0), rate * 1.5, slower).clamp(1e-6, 1e-2))
      }
      if let target = configuration.targetKL {
        counters.isGoing.assign(objective.approximateKL.reshape([]) .<= 1.5 * target)
      }
    }

    /// Appends the iteration's metrics to the ring and counts it; then the rollout joins the running statistics.
    func report(_ graph: Graph) {
      let agents = rollout.environment.agents
      let done = graph.read(counters.done)
      func column(_ value: Tensor) -> Tensor { value.reshape([value.shape.count, 1]).expand([agents, 1]) }
      counters.report.append(
        [
          graph.read(counters.losses) / done, column(done), column(graph.read(counters.learningRate)),
          column(graph.read(counters.clip)),
        ])

      normalizers.observations?.merge(rollout.perAgent(graph.read(rollout.observations)))
      if let normalizer = normalizers.rewards {
        let ended = graph.read(rollout.terminated).logicalOr(graph.read(rollout.truncated))
        let returns = graph.apply(
          DiscountedReturn(discount: configuration.gamma),
          [graph.read(rollout.rewards), ended, graph.read(normalizers.returns)])
        let last = rollout.horizon - 1
        normalizers.returns.assign(.where(ended.select(axis: 0, last), 0, returns.select(axis: 0, last)))
        normalizer.merge(rollout.perAgent(returns.unsqueezeLast()))
      }
    }
  }

  /// Everything that the run of an agent is made of: weights under PyTorch's names, the normalisers that travel with them,
  /// and, where there is one agent, optimizer, counters and environments. Waits for the device.
  public func checkpoint(agent: Int = 0) throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file, member: agent)
    try normalizers.observations?.save(into: &file, agent: agent)
    guard environment.agents == 1 else { return file }
    let own = normalizers.rewards.map { $0.state + [normalizers.returns] } ?? []
    let state = optimizer.state + environment.state + own + [counters.report.iteration, counters.update]
    for variable in state { try file.add(variable) }
    return file
  }

  /// Runs `episodes` whole episodes of a policy; see `Algorithm.evaluate`.
  public static func evaluate(
    _ configuration: PPOConfiguration, weights: Safetensors, file: String, episodes: Int,
    isSampled: Bool = false, seed: UInt64, on device: Device
  ) throws -> Evaluation {
    try Evaluator.run(configuration, episodes: episodes, seed: seed, on: device) { environment in
      let networks = try PPONetworks(configuration, environment, seeds: [seed], on: device)
      try networks.network.load(from: weights, named: file)
      let normalizers = try normalizers(configuration, environment, on: device)
      try normalizers.observations?.load(from: weights, named: file)
      return { observations in
        let distribution = networks.distribution(normalizers.observations?(observations) ?? observations)
          .distribution
        let generator = environment.generator(in: observations.graph)
        return networks.space.bounded(isSampled ? distribution.sample(generator) : distribution.mode())
      }
    }
  }
}
