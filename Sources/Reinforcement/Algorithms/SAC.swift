public import Learning
public import Recording
public import Tensors
public import Vulkan

/// Soft actor-critic (Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications") on environments that live on the
/// device: twin critics, a squashed Gaussian policy, and an entropy weight that is learnt.
///
/// One recorded iteration: some steps of the environment into a replay buffer, then some updates out of it. Agents, one for
/// each seed, share nothing; all shapes begin with them.
public final class SAC: Algorithm {
  /// On the command line.
  public static let name = "sac"
  /// The settings of the run.
  public let configuration: SACConfiguration
  /// The recorded iteration and its replays.
  public let loop: TrainingLoop

  private let experience: Experience
  private let learner: Learner
  private let counters: Counters

  /// Agents that learn side by side.
  public var agents: Int { experience.environment.agents }
  /// What goes on from iteration to iteration beside the weights.
  public var state: [Variable] {
    learner.actorOptimizer.state + learner.criticOptimizer.state + counters.state + experience.state
  }

  /// Device state beside weights and experience.
  private struct Counters {
    let report: TrainingLoop.Report
    /// Updates done, uint32.
    let update: Variable
    /// Sums over this iteration's updates [agents, losses].
    let losses: Variable
    /// The matrices that gSDE holds [agents, copies, features, action].
    let noise: Variable?

    var state: [Variable] { [report.iteration, update] + (noise.map { [$0] } ?? []) }
  }

  private static let losses = [
    "actor_loss", "critic_loss", "alpha_loss", "q_mean", "entropy", "alpha", "actor_gradient_norm",
    "critic_gradient_norm",
  ]

  /// The names of what an iteration reports.
  public static var metricNames: [String] { losses + ["learning_rate"] }

  /// Allocates and initialises everything, and records the iteration.
  ///
  /// - Parameter seeds: of the agents; by default one agent of the configuration's seed.
  /// - Throws: `ConfigurationError`, `RecordingError` or `VulkanError`; nothing has been learnt then.
  public init(
    _ configuration: SACConfiguration, seeds: [UInt64]? = nil, on device: Device,
    options: PlanOptions = .environment
  ) throws {
    try configuration.validate()
    let seeds = seeds ?? [configuration.seed]
    self.configuration = configuration
    let experience = try Experience(configuration, seeds: seeds, on: device)
    let learner = try Learner(configuration, experience.environment, seeds: seeds, on: device)
    let matrices = learner.policy.noiseShape(agents: seeds.count, samples: configuration.environments)
    let counters = Counters(
      report: try TrainingLoop.Report(
        Self.metricNames, seeds: seeds, experience.environment, on: device),
      update: try Variable([], .uint32, on: device, label: "update"),
      losses: try Variable([seeds.count, Self.losses.count], on: device, label: "losses"),
      noise: configuration.gsde ? try Variable(matrices, on: device, label: "exploration_noise") : nil)
    (self.learner, self.experience, self.counters) = (learner, experience, counters)
    let plan = try device.record("sac \(configuration.environment)", options: options) { program in
      try program.pass("act", repeats: configuration.trainFrequency) { graph in
        Self.act(graph, configuration, learner.policy, experience, counters)
      }
      try program.pass("update", repeats: configuration.gradientSteps) { graph in
        Self.update(graph, configuration, learner, experience, counters)
      }
      try program.pass("report") { graph in
        experience.report(
          counters.report, counters.losses, updates: configuration.gradientSteps,
          constants: [configuration.learningRate], in: graph)
      }
    }
    loop = try TrainingLoop(
      plan, counters.report, iterations: configuration.iterations,
      stepsPerIteration: configuration.stepsPerIteration,
      warmUp: try experience.warmUp(configuration, on: device, options: options))
  }

  /// An action of all copies under the policy as it is.
  private static func act(
    _ graph: Graph, _ configuration: SACConfiguration, _ policy: SquashedGaussianPolicy,
    _ experience: Experience, _ counters: Counters
  ) {
    let environment = experience.environment
    let observations = experience.observations(in: graph)
    var noise = environment.generator(in: graph).normal(
      policy.noiseShape(agents: environment.agents, samples: environment.copies))
    if let held = counters.noise {
      let actions = graph.read(environment.clock) - Double(configuration.warmUpActions)
      let isNew = actions.remainder(Double(configuration.noiseInterval)) .== 0
      noise = .where(isNew, noise, graph.read(held))
      held.assign(noise)
    }
    experience.step(policy.draw(observations, noise: noise).action, at: observations)
  }

  /// Transitions and noise of update `number`.
  private static func draw(
    _ number: Tensor, _ configuration: SACConfiguration, _ learner: Learner, _ experience: Experience
  ) -> (batch: ReplayBuffer.Batch, noise: Tensor) {
    let environment = experience.environment
    let generator = environment.updateGenerator(number)
    let batch = experience.batch(configuration, generator)
    let noise = generator.normal(
      learner.policy.noiseShape(
        agents: environment.agents, samples: 2 * configuration.batch, isShared: true))
    return (batch, noise)
  }

  /// One update by transitions of the buffer.
  private static func update(
    _ graph: Graph, _ configuration: SACConfiguration, _ learner: Learner, _ experience: Experience,
    _ counters: Counters
  ) {
    let number = graph.read(counters.update)
    let drawn = draw(number, configuration, learner, experience)
    let update = learner.update(configuration, drawn.batch, noise: drawn.noise)
    let losses = [
      update.actorLoss, update.criticLoss, update.alphaLoss, update.valueMean, update.entropy, update.alpha,
      update.actorGradientNorm, update.criticGradientNorm,
    ]
    counters.losses.assign(graph.read(counters.losses) + .stack(losses, axis: 1))
    counters.update.assign(number + 1)
  }

  /// Policy, critics, and how they are updated.
  struct Learner: Sendable {
    let policy: SquashedGaussianPolicy
    let critics: TwinCritics
    let actorOptimizer, criticOptimizer: Adam

    init(
      _ configuration: SACConfiguration, _ environment: VectorEnvironment, seeds: [UInt64], on device: Device
    ) throws {
      policy = try SquashedGaussianPolicy(configuration, environment, seeds: seeds, on: device)
      critics = try TwinCritics(environment, hidden: configuration.hidden, seeds: seeds, on: device)
      actorOptimizer = try Adam(policy.network, label: "optimizer.actor")
      criticOptimizer = try Adam(critics.network, label: "optimizer.critic")
    }

    /// What an update was made of: losses and their like [agents], gradients as flat as their networks.
    struct Update {
      let actorLoss, criticLoss, alphaLoss, valueMean, entropy, alpha: Tensor
      let actorGradient, criticGradient, actorGradientNorm, criticGradientNorm: Tensor
    }

    /// Updates critics, actor, α and targets by transitions, and by noise of the present and then of the next actions.
    func update(_ configuration: SACConfiguration, _ batch: ReplayBuffer.Batch, noise: Tensor)
      -> Update
    {
      let graph = noise.graph
      let agents = batch.rewards.shape[0]
      let learningRate = graph.constant(configuration.learningRate, TensorType([]))
      let losses = Losses(self, configuration, batch, noise: noise)
      let (criticLoss, values) = losses.critics()
      // Agents share nothing, so the gradient of the sum is that of each.
      let criticGradient = critics.network.gradient(of: criticLoss.sum())
      criticOptimizer.step(criticGradient, learningRate: learningRate)

      // By the critics as they are now.
      let (actorLoss, alphaLoss, logProbability) = losses.actor()
      let actorGradient = policy.network.gradient(of: (actorLoss + alphaLoss).sum())
      actorOptimizer.step(actorGradient, learningRate: learningRate)
      let tau = graph.constant(configuration.tau, TensorType([]))
      critics.target.follow(critics.network.flat, tau)

      return Update(
        actorLoss: actorLoss, criticLoss: criticLoss, alphaLoss: alphaLoss,
        valueMean: values.mean(axes: [1, 2]), entropy: -logProbability.mean(axes: [1]), alpha: losses.alpha,
        actorGradient: actorGradient, criticGradient: criticGradient,
        actorGradientNorm: policy.network.norm(of: actorGradient, groups: agents),
        criticGradientNorm: critics.network.norm(of: criticGradient, groups: agents))
    }
  }

  /// What updates make small, on a batch.
  struct Losses {
    /// The weight of the entropy [agents].
    let alpha: Tensor
    private let learner: Learner
    private let configuration: SACConfiguration
    private let batch: ReplayBuffer.Batch
    private let logAlpha: Tensor
    private let draws: SquashedGaussianPolicy.Draw

    init(_ learner: Learner, _ configuration: SACConfiguration, _ batch: ReplayBuffer.Batch, noise: Tensor) {
      (self.learner, self.configuration, self.batch) = (learner, configuration, batch)
      logAlpha = learner.policy.logAlpha(in: noise.graph)
      alpha = logAlpha.exp().stopGradient()
      // The policy is the same for both kinds of actions: one pass through it gives them.
      draws = learner.policy.draw(
        .concatenate([batch.observations, batch.nextObservations], axis: 1), noise: noise)
    }

    /// The error [agents] against y = r + γ (min Q′(s′, a′) − α log π(a′|s′)), and the values [agents, 2, batch].
    func critics() -> (loss: Tensor, values: Tensor) {
      let samples = batch.rewards.shape[1]
      let next = draws.samples(samples..<2 * samples)
      let critics = learner.critics
      let nextValues = TwinCritics.lesser(
        critics(batch.nextObservations, next.action, weights: critics.target))
      let soft = nextValues - alpha.unsqueezeLast() * next.logProbability
      let targets = batch.rewards + batch.discounts * soft
      let values = critics(batch.observations, batch.actions)
      return (TwinCritics.loss(values, targets), values)
    }

    /// E[α log π(a|s) − min Q(s, a)] by the critics as they are now, α's loss, each [agents], and log π(a|s) [agents, batch].
    func actor() -> (loss: Tensor, alphaLoss: Tensor, logProbability: Tensor) {
      let draw = draws.samples(0..<batch.rewards.shape[1])
      let logProbability = draw.logProbability
      let value = TwinCritics.lesser(learner.critics(batch.observations, draw.action))
      let actorLoss = (alpha.unsqueezeLast() * logProbability - value).mean(axes: [1])
      // −log α (log π(a|s) + target), whose gradient is that of α's dual problem but for a factor.
      let target = configuration.targetEntropy ?? -Double(batch.actions.shape[2])
      let distance = logProbability.stopGradient().mean(axes: [1]) + target
      let alphaLoss = -(configuration.alpha == nil ? logAlpha : logAlpha.stopGradient()) * distance
      return (actorLoss, alphaLoss, logProbability)
    }
  }

  /// The gradients of actor and critics on one batch.
  public func gradientProbe(options: PlanOptions = .environment) throws -> GradientProbe {
    let (configuration, learner, experience) = (configuration, learner, experience)
    let parts = [GradientProbe.Part(learner.policy.network), learner.critics.probed]
    return try GradientProbe(parts, "sac gradients", options: options) { [counters] graph in
      let drawn = Self.draw(graph.read(counters.update), configuration, learner, experience)
      let losses = Losses(learner, configuration, drawn.batch, noise: drawn.noise)
      let actor = losses.actor()
      return [
        learner.policy.network.gradient(of: (actor.loss + actor.alphaLoss).sum()),
        learner.critics.network.gradient(of: losses.critics().loss.sum()),
      ]
    }
  }

  /// The weights of an agent under PyTorch's names, targets among them. Waits for the device.
  public func weights(agent: Int) throws -> Safetensors {
    var file = Safetensors()
    try learner.policy.network.save(into: &file, member: agent)
    try learner.critics.save(into: &file, agent: agent)
    return file
  }

  /// Takes what `weights` gave; see `Algorithm`.
  public func load(weights: Safetensors, named file: String, agent: Int) throws {
    try learner.policy.network.load(
      from: weights.modules(SquashedGaussianPolicy.modules), named: file, member: agent)
    try learner.critics.load(from: weights, named: file, agent: agent)
  }

  /// The policy of a checkpoint; see `Algorithm.policy`. Sampled, gSDE draws a matrix for each step.
  public static func policy(
    _ configuration: SACConfiguration, in environment: VectorEnvironment, weights: Safetensors, file: String,
    isSampled: Bool, seed: UInt64, on device: Device
  ) throws -> (_ observations: Tensor) throws -> Tensor {
    let policy = try SquashedGaussianPolicy(configuration, environment, seeds: [seed], on: device)
    try policy.network.load(from: weights.modules(SquashedGaussianPolicy.modules), named: file)
    let space = environment.environment.actionSpace
    return { observations in
      guard isSampled else { return space.scaled(policy.mode(observations)) }
      let noise = environment.generator(in: observations.graph).normal(
        policy.noiseShape(agents: 1, samples: environment.copies))
      return space.scaled(policy.draw(observations, noise: noise).action)
    }
  }
}
