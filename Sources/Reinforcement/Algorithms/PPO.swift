public import Learning
public import Recording
public import Tensors
public import Vulkan

/// Proximal policy optimization (Schulman et al. 2017) on environments that live on the device.
///
/// One recorded iteration: a rollout, values and advantages, then epochs × minibatches of forward, backward and update.
/// It is replayed without the host; the learning rate, the counters and the metrics are on the device too. Agents, one for
/// each seed, have parameters, environments and random numbers of their own; all shapes begin with them.
public final class PPO: Algorithm {
  /// On the command line.
  public static let name = "ppo"
  /// The names of what an iteration reports.
  public static var metricNames: [String] { Counters.losses + ["updates", "learning_rate", "clip"] }
  /// The settings of the run.
  public let configuration: PPOConfiguration
  /// The recorded iteration and its replays.
  public let loop: TrainingLoop

  private let networks: PPONetworks
  private let normalizers: Normalizers
  private let environment: VectorEnvironment
  private let optimizer: Adam
  let counters: Counters
  /// What a recurrent policy knows; nil for others.
  private let recurrent: RecurrentState?
  private let iteration: Iteration

  /// Agents that learn side by side.
  public var agents: Int { environment.agents }
  /// What goes on from iteration to iteration beside the weights; a rollout is made anew.
  public var state: [Variable] {
    optimizer.state + environment.state + (recurrent.map { [$0.current] } ?? []) + normalizers.ofRewards
      + [counters.report.iteration, counters.update, counters.learningRate]
  }

  /// Policy and value function.
  public var network: Network { networks.network }

  /// Allocates and initialises everything, and records the iteration.
  ///
  /// - Parameter seeds: of the agents; by default one agent of the configuration's seed.
  /// - Throws: `ConfigurationError`, `RecordingError` or `VulkanError`; nothing has run then.
  public convenience init(
    _ configuration: PPOConfiguration, seeds: [UInt64]? = nil, on device: Device,
    options: PlanOptions = .environment
  ) throws {
    let environment = try Environments.named(configuration.environment)
    try self.init(configuration, environment: environment, seeds: seeds, on: device, options: options)
  }

  /// The same in an environment of one's own, which takes the place of the one that the configuration names.
  public init(
    _ configuration: PPOConfiguration, environment kind: any Environment, seeds: [UInt64]? = nil,
    on device: Device, options: PlanOptions = .environment
  ) throws {
    try configuration.validate(in: kind)
    let seeds = seeds ?? [configuration.seed]
    guard seeds.count == 1 || configuration.targetKL == nil else {
      throw ConfigurationError(
        field: "target-kl",
        reason: "ends the updates of one agent; train \(seeds.count) seeds in runs of their own")
    }
    self.configuration = configuration
    environment = try VectorEnvironment(configuration, in: kind, seeds: seeds, on: device)
    networks = try PPONetworks(configuration, environment, seeds: seeds, on: device)
    optimizer = try Adam(networks.network, epsilon: 1e-5)
    let rollout = try Rollout(environment, horizon: configuration.horizon, on: device)
    normalizers = try Normalizers(configuration, environment, on: device)
    counters = try Counters(configuration, rollout, seeds: seeds, on: device)
    recurrent = try networks.cell.map { cell throws(VulkanError) in
      try RecurrentState(rollout, units: cell.units, on: device)
    }
    let iteration = Iteration(
      configuration: configuration, networks: networks, normalizers: normalizers, rollout: rollout,
      optimizer: optimizer, counters: counters,
      sequences: recurrent.map {
        RolloutSequences(rollout: rollout, state: $0, length: configuration.unrolledSteps)
      })
    self.iteration = iteration
    if !configuration.isRolloutFused {
      try device.run("reset") { [environment] in environment.reset(in: $0) }
    }
    let explorer = try StepwiseRollout(rollout, networks, recurrent, on: device)
    let plan = try device.record("ppo \(kind.name)", options: options) { program in
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

  /// What an iteration is made of, and its passes in their order.
  private struct Iteration {
    let configuration: PPOConfiguration
    let networks: PPONetworks
    let normalizers: Normalizers
    let rollout: Rollout
    let optimizer: Adam
    let counters: Counters
    /// What minibatches are made of where the policy is recurrent; nil where they are of single samples.
    let sequences: RolloutSequences?

    /// The rollout under the policy as it is, in one dispatch.
    func collect(_ graph: Graph) {
      rollout.collect(
        networks.policy,
        Rollout.Source(
          graph.read(networks.network.flat), deviation: networks.network.offset(of: "log_std.weight") ?? 0,
          normalizer: normalizers.observations.map { ($0.values(in: graph), $0.limit) }))
    }

    /// What policy and value function have in common, of observations [agents, samples, observation] as they were seen.
    private func features(of observations: Tensor, _ memory: PPONetworks.Memory? = nil) -> Tensor {
      networks.features(normalizers.observations.normalized(observations), memory)
    }

    /// The same of all samples in their order.
    private func features(in graph: Graph) -> Tensor {
      guard let sequences else {
        return features(of: rollout.perAgent(graph.read(rollout.observations)))
      }
      let all = sequences.all(in: graph)
      let observations = rollout.samples(of: rollout.observations, sequences.samples(all))
      return sequences.inOrder(features(of: observations, sequences.memory(all)))
    }

    /// Values, advantages and returns of the rollout, and this iteration's step sizes.
    func estimate(_ graph: Graph) {
      let features = features(in: graph)
      let values = rollout.perStep(networks.value(features))
      // Before any reset, what remembers has the state after the step.
      let nextFeatures = self.features(
        of: rollout.perAgent(graph.read(rollout.finalObservations)),
        sequences.map { _ in PPONetworks.Memory(state: features) })
      let nextValues = rollout.perStep(networks.value(nextFeatures))
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
      let actions = rollout.perAgent(graph.read(rollout.actions))
      counters.logProbabilities.assign(
        rollout.perStep(networks.distribution(features).distribution.logProbability(actions)))

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

    /// The clipped objective of the next minibatch.
    func objective(in graph: Graph) -> Objective {
      let number = graph.read(counters.update)
      let count = sequences?.count ?? rollout.samples
      let drawn = number.minibatchIndices(
        count: count, batch: count / configuration.minibatches,
        seeds: graph.read(rollout.environment.seeds))
      let rows = sequences?.samples(drawn) ?? drawn
      func batch(_ variable: Variable) -> Tensor { rollout.samples(of: variable, rows) }
      let minibatch = Minibatch(
        actions: batch(rollout.actions), logProbabilities: batch(counters.logProbabilities),
        advantages: batch(counters.advantages), returns: batch(counters.returns),
        values: batch(counters.values))
      let features = features(of: batch(rollout.observations), sequences?.memory(drawn))
      return Objective(
        configuration, minibatch, distribution: networks.distribution(features).distribution,
        values: networks.value(features).squeeze(2), clip: graph.read(counters.clip),
        entropyLeft: left(.entropy, graph.read(counters.report.iteration)))
    }

    /// One minibatch: forward, the clipped objective, backward, Adam.
    func update(_ graph: Graph) {
      let objective = objective(in: graph)
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
      counters.update.assign(graph.read(counters.update) + 1)
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

  /// The weights of an agent under PyTorch's names, and the normaliser that travels with them. Waits for the device.
  public func weights(agent: Int) throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file, member: agent)
    try normalizers.observations?.save(into: &file, agent: agent)
    return file
  }

  /// Takes what `weights` gave; see `Algorithm`.
  public func load(weights: Safetensors, named file: String, agent: Int) throws {
    try network.load(from: weights, named: file, member: agent)
    try normalizers.observations?.load(from: weights, named: file, agent: agent)
  }

  /// The gradients of the minibatch that would come next out of the last rollout, before they are clipped.
  public func gradientProbe(options: PlanOptions = .environment) throws -> GradientProbe {
    try GradientProbe([GradientProbe.Part(network)], "ppo gradients", options: options) { [iteration] graph in
      [iteration.networks.network.gradient(of: iteration.objective(in: graph).loss.sum())]
    }
  }

  /// Runs `episodes` whole episodes of a policy in an environment of one's own, which takes the place of the one that the
  /// configuration names; see `Algorithm.evaluate`.
  public static func evaluate(
    _ configuration: PPOConfiguration, environment kind: any Environment, weights: Safetensors, file: String,
    episodes: Int, isSampled: Bool = false, seed: UInt64, on device: Device
  ) throws -> Evaluation {
    try Evaluator.run(configuration, in: kind, episodes: episodes, seed: seed, on: device) { environment in
      try policy(
        configuration, in: environment, weights: weights, file: file, isSampled: isSampled, seed: seed,
        on: device)
    }
  }

  /// The policy of a checkpoint; see `Algorithm.policy`.
  public static func policy(
    _ configuration: PPOConfiguration, in environment: VectorEnvironment, weights: Safetensors, file: String,
    isSampled: Bool, seed: UInt64, on device: Device
  ) throws -> (_ observations: Tensor) throws -> Tensor {
    let networks = try PPONetworks(configuration, environment, seeds: [seed], on: device)
    try networks.network.load(from: weights, named: file)
    let normalizers = try Normalizers(configuration, environment, on: device)
    try normalizers.observations?.load(from: weights, named: file)
    let state = try networks.cell.map { cell throws(VulkanError) in
      try Variable([1, environment.copies, cell.units], on: device, label: "recurrent_state")
    }
    return { observations in
      let features = networks.features(
        normalizers.observations.normalized(observations),
        state.map { PPONetworks.Memory(state: observations.graph.read($0)) })
      // Only a copy's first episode counts, so that no state begins anew.
      state?.assign(features)
      let distribution = networks.distribution(features).distribution
      let generator = environment.generator(in: observations.graph)
      return networks.space.bounded(isSampled ? distribution.sample(generator) : distribution.mode())
    }
  }
}
