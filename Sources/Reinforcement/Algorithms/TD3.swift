public import Learning
public import Recording
public import Tensors
public import Vulkan

/// Twin delayed deep deterministic policy gradient (Fujimoto et al. 2018) on environments that live on the device: twin
/// critics, an actor that is updated less often, and target actions with noise.
///
/// One recorded iteration: some steps of the environment into a replay buffer, then some updates out of it. Agents, one for
/// each seed, share nothing; all shapes begin with them.
public final class TD3: Algorithm {
  /// On the command line.
  public static let name = "td3"
  /// The settings of the run.
  public let configuration: TD3Configuration
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
    /// Updates of the actor done, uint32.
    let update: Variable
    /// Sums over this iteration's updates of the actor [agents, losses].
    let losses: Variable
    /// What exploration adds, over its standard deviation [agents, copies, action].
    let noise: Variable

    var state: [Variable] { [report.iteration, update, noise] }
  }

  private static let losses = [
    "actor_loss", "critic_loss", "q_mean", "actor_gradient_norm", "critic_gradient_norm",
  ]

  /// The names of what an iteration reports.
  public static var metricNames: [String] { losses + ["learning_rate"] }

  /// Allocates and initialises everything, and records the iteration.
  ///
  /// - Parameter seeds: of the agents; by default one agent of the configuration's seed.
  /// - Throws: `ConfigurationError`, `RecordingError` or `VulkanError`; nothing has been learnt then.
  public init(
    _ configuration: TD3Configuration, seeds: [UInt64]? = nil, on device: Device,
    options: PlanOptions = .environment
  ) throws {
    try configuration.validate()
    let seeds = seeds ?? [configuration.seed]
    self.configuration = configuration
    let experience = try Experience(configuration, seeds: seeds, on: device)
    let learner = try Learner(configuration, experience.environment, seeds: seeds, on: device)
    let counters = Counters(
      report: try TrainingLoop.Report(
        Self.metricNames, seeds: seeds, experience.environment, on: device),
      update: try Variable([], .uint32, on: device, label: "update"),
      losses: try Variable([seeds.count, Self.losses.count], on: device, label: "losses"),
      noise: try Variable(experience.environment.actionType.shape, on: device, label: "exploration_noise"))
    (self.learner, self.experience, self.counters) = (learner, experience, counters)
    let actorUpdates = configuration.gradientSteps / configuration.policyDelay
    let plan = try device.record("td3 \(configuration.environment)", options: options) { program in
      try program.pass("act", repeats: configuration.trainFrequency) { graph in
        Self.act(graph, configuration, learner, experience, counters)
      }
      try program.pass("update", repeats: actorUpdates) { graph in
        Self.update(graph, configuration, learner, experience, counters)
      }
      try program.pass("report") { graph in
        experience.report(
          counters.report, counters.losses, updates: actorUpdates, constants: [configuration.learningRate],
          in: graph)
      }
    }
    loop = try TrainingLoop(
      plan, counters.report, iterations: configuration.iterations,
      stepsPerIteration: configuration.stepsPerIteration,
      warmUp: try experience.warmUp(configuration, on: device, options: options))
  }

  /// An action of all copies under the actor as it is, and noise.
  private static func act(
    _ graph: Graph, _ configuration: TD3Configuration, _ learner: Learner, _ experience: Experience,
    _ counters: Counters
  ) {
    let environment = experience.environment
    let observations = experience.observations(in: graph)
    // An Ornstein-Uhlenbeck process at whole steps, which begins at 0: what stays is made up for, so that the deviation
    // comes to 1.
    let stays = configuration.noiseCorrelation
    let fresh = environment.generator(in: graph).normal(environment.actionType.shape)
    let noise = stays * graph.read(counters.noise) + (1 - stays * stays).squareRoot() * fresh
    counters.noise.assign(noise)
    let actions = learner.network("actor", observations) + configuration.explorationNoise * noise
    experience.step(actions.clamp(-1, 1), at: observations)
  }

  /// As many updates of the critics as go with one of the actor, by transitions of the buffer.
  private static func update(
    _ graph: Graph, _ configuration: TD3Configuration, _ learner: Learner, _ experience: Experience,
    _ counters: Counters
  ) {
    let number = graph.read(counters.update)
    let generator = experience.environment.updateGenerator(number)
    let batches = (0..<configuration.policyDelay).map { _ in
      let batch = experience.batch(configuration, generator)
      return (batch, generator.normal(batch.actions.shape))
    }
    let update = learner.update(configuration, batches)
    let losses = [
      update.actorLoss, update.criticLoss, update.valueMean, update.actorGradientNorm,
      update.criticGradientNorm,
    ]
    counters.losses.assign(graph.read(counters.losses) + .stack(losses, axis: 1))
    counters.update.assign(number + 1)
  }

  /// Actor, critics, and how they are updated.
  struct Learner: Sendable {
    /// `actor`, which gives actions within ±1.
    let network: Network
    /// The actor's target, laid out as `network.flat`.
    let target: Variable
    let critics: TwinCritics
    let actorOptimizer, criticOptimizer: Adam

    init(
      _ configuration: TD3Configuration, _ environment: VectorEnvironment, seeds: [UInt64], on device: Device
    ) throws {
      network = try TD3.network(configuration, environment, seeds: seeds, on: device)
      target = try Variable(network.flat.type.shape, network.flat.read(), on: device, label: "target_actor")
      critics = try TwinCritics(environment, hidden: configuration.hidden, seeds: seeds, on: device)
      actorOptimizer = try Adam(network, label: "optimizer.actor")
      criticOptimizer = try Adam(critics.network, label: "optimizer.critic")
    }

    /// What updates were made of, those of the critics by the last batch: losses and their like [agents], gradients as flat
    /// as their networks.
    struct Update {
      let actorLoss, criticLoss, valueMean: Tensor
      let actorGradient, criticGradient, actorGradientNorm, criticGradientNorm: Tensor
    }

    /// The critics' error [agents] on a batch, with standard normal noise for its target actions [agents, batch, action], and
    /// the values [agents, 2, batch].
    func criticLoss(_ configuration: TD3Configuration, _ batch: ReplayBuffer.Batch, noise: Tensor)
      -> (loss: Tensor, values: Tensor)
    {
      // ã = π′(s′) + clip(ε), and y = r + γ min Q′(s′, ã)
      let clip = configuration.targetNoiseClip
      let smoothing = (configuration.targetNoise * noise).clamp(-clip, clip)
      let next = (network("actor", batch.nextObservations, weights: target) + smoothing).clamp(-1, 1)
      let nextValues = TwinCritics.lesser(critics(batch.nextObservations, next, weights: critics.target))
      let targets = batch.rewards + batch.discounts * nextValues
      let values = critics(batch.observations, batch.actions)
      return (TwinCritics.loss(values, targets), values)
    }

    /// Minus the value [agents] of the actor's actions by the first critic, as it is now.
    func actorLoss(_ batch: ReplayBuffer.Batch) -> Tensor {
      let actions = network("actor", batch.observations)
      return -critics(batch.observations, actions).select(axis: 1, 0).mean(axes: [1])
    }

    /// Updates the critics by each of `batches`, with standard normal noise for its target actions [agents, batch, action],
    /// then actor and targets by the last.
    func update(_ configuration: TD3Configuration, _ batches: [(batch: ReplayBuffer.Batch, noise: Tensor)])
      -> Update
    {
      let last = batches[batches.count - 1].batch
      let graph = last.rewards.graph
      let agents = last.rewards.shape[0]
      let learningRate = graph.constant(configuration.learningRate, TensorType([]))
      var criticUpdates: [(values: Tensor, loss: Tensor, gradient: Tensor)] = []
      for (batch, noise) in batches {
        let (loss, values) = criticLoss(configuration, batch, noise: noise)
        // Agents share nothing, so the gradient of the sum is that of each.
        let gradient = critics.network.gradient(of: loss.sum())
        criticOptimizer.step(gradient, learningRate: learningRate)
        criticUpdates.append((values, loss, gradient))
      }

      let actorLoss = actorLoss(last)
      let actorGradient = network.gradient(of: actorLoss.sum())
      actorOptimizer.step(actorGradient, learningRate: learningRate)
      let tau = graph.constant(configuration.tau, TensorType([]))
      critics.target.follow(critics.network.flat, tau)
      target.follow(network.flat, tau)

      let critic = criticUpdates[criticUpdates.count - 1]
      return Update(
        actorLoss: actorLoss, criticLoss: critic.loss, valueMean: critic.values.mean(axes: [1, 2]),
        actorGradient: actorGradient, criticGradient: critic.gradient,
        actorGradientNorm: network.norm(of: actorGradient, groups: agents),
        criticGradientNorm: critics.network.norm(of: critic.gradient, groups: agents))
    }
  }

  /// The gradients of actor and critics on one batch.
  public func gradientProbe(options: PlanOptions = .environment) throws -> GradientProbe {
    let (configuration, learner, experience) = (configuration, learner, experience)
    let parts = [GradientProbe.Part(learner.network), learner.critics.probed]
    return try GradientProbe(parts, "td3 gradients", options: options) { [counters] graph in
      let generator = experience.environment.updateGenerator(graph.read(counters.update))
      let batch = experience.batch(configuration, generator)
      let noise = generator.normal(batch.actions.shape)
      return [
        learner.network.gradient(of: learner.actorLoss(batch).sum()),
        learner.critics.network.gradient(
          of: learner.criticLoss(configuration, batch, noise: noise).loss.sum()),
      ]
    }
  }

  /// An actor for each seed.
  static func network(
    _ configuration: TD3Configuration, _ environment: VectorEnvironment, seeds: [UInt64], on device: Device
  ) throws(VulkanError) -> Network {
    let actor = actor(
      configuration, inputs: environment.observationSize, actions: environment.environment.actionSpace.size)
    return try Network(ensemble: ["actor": actor], on: device, seeds: seeds)
  }

  /// What gives actions of `actions` components within ±1 for `inputs` numbers.
  static func actor(_ configuration: TD3Configuration, inputs: Int, actions: Int) -> Sequential {
    Sequential {
      Sequential.hiddenLayers(inputs, configuration.hidden)
      Linear(configuration.hidden.last ?? inputs, actions)
      Tanh()
    }
  }

  /// The weights of an agent under PyTorch's names, targets among them. Waits for the device.
  public func weights(agent: Int) throws -> Safetensors {
    var file = Safetensors()
    try learner.network.save(into: &file, member: agent)
    var target = Safetensors()
    try learner.network.save(into: &target, weights: learner.target, member: agent)
    for (name, entry) in target.tensors { file.tensors["target_\(name)"] = entry }
    try learner.critics.save(into: &file, agent: agent)
    return file
  }

  /// Takes what `weights` gave; see `Algorithm`.
  public func load(weights: Safetensors, named file: String, agent: Int) throws {
    try learner.network.load(from: weights.modules(["actor"]), named: file, member: agent)
    var target = weights.modules(["target_actor"])
    for (name, entry) in target.tensors { target.tensors[String(name.dropFirst("target_".count))] = entry }
    try learner.network.load(
      from: target.modules(["actor"]), named: file, into: learner.target, member: agent)
    try learner.critics.load(from: weights, named: file, agent: agent)
  }

  /// The policy of a checkpoint; see `Algorithm.policy`. Sampled, it is the actor with noise that is drawn anew for each step.
  public static func policy(
    _ configuration: TD3Configuration, in environment: VectorEnvironment, weights: Safetensors, file: String,
    isSampled: Bool, seed: UInt64, on device: Device
  ) throws -> (_ observations: Tensor) throws -> Tensor {
    let network = try network(configuration, environment, seeds: [seed], on: device)
    try network.load(from: weights.modules(["actor"]), named: file)
    let space = environment.environment.actionSpace
    return { observations in
      let actions = network("actor", observations)
      guard isSampled else { return space.scaled(actions) }
      let noise = environment.generator(in: observations.graph).normal(actions.shape)
      return space.scaled((actions + configuration.explorationNoise * noise).clamp(-1, 1))
    }
  }
}
