public import Learning
public import Recording
public import Tensors
public import Vulkan

/// Deep Q-learning (Mnih et al. 2015) on environments that live on the device, with what was found since then: double
/// Q-learning (van Hasselt et al. 2016), dueling heads (Wang et al. 2016), returns of n steps, prioritized replay (Schaul et
/// al. 2016).
///
/// One recorded iteration: some ε-greedy steps, then some updates of forward, backward, Adam and target network. It is
/// replayed without the host; ε, counters, the replay buffer and its priorities are on the device too. Agents, one for each
/// seed, have parameters, environments and random numbers of their own; all shapes begin with them.
public final class DQN: Algorithm {
  /// On the command line.
  public static let name = "dqn"
  /// The names of what an iteration reports.
  public static var metricNames: [String] { DQNLearner.losses + ["epsilon", "learning_rate"] }
  /// The settings of the run.
  public let configuration: DQNConfiguration
  /// The recorded iteration and its replays.
  public let loop: TrainingLoop
  /// What learns, and all that it learns from.
  let learner: DQNLearner

  /// Action values: `q`.
  public var network: Network { learner.network }
  /// Agents that learn side by side.
  public var agents: Int { learner.environment.agents }
  /// What goes on from iteration to iteration beside the weights.
  public var state: [Variable] { learner.state }

  /// Allocates and initialises everything, and records the iteration.
  ///
  /// - Parameter seeds: of the agents; by default one agent of the configuration's seed.
  /// - Throws: `ConfigurationError`, `RecordingError` or `VulkanError`; nothing has run then.
  public init(
    _ configuration: DQNConfiguration, seeds: [UInt64]? = nil, on device: Device,
    options: PlanOptions = .environment
  ) throws {
    try configuration.validate()
    let seeds = seeds ?? [configuration.seed]
    self.configuration = configuration
    let learner = try DQNLearner(configuration, seeds: seeds, on: device)
    self.learner = learner
    let beginning = try device.record("dqn warm-up", options: options) { program in
      try program.pass("reset") { learner.environment.reset(in: $0) }
      guard configuration.warmUpActions > 0 else { return }
      try program.pass("explore", repeats: configuration.warmUpActions) { learner.act($0, isRandom: true) }
    }
    let plan = try device.record("dqn \(configuration.environment)", options: options) { program in
      try program.pass("act", repeats: configuration.trainFrequency) { learner.act($0) }
      try program.pass("update", repeats: configuration.gradientSteps) { learner.update($0) }
      try program.pass("report") { learner.reportIteration($0) }
    }
    loop = try TrainingLoop(
      plan, learner.report, iterations: configuration.iterations,
      stepsPerIteration: configuration.stepsPerIteration,
      warmUp: TrainingLoop.WarmUp(
        beginning, times: 1, stepsPerReplay: configuration.warmUpActions * configuration.stepsPerAction))
  }

  /// The weights of an agent under PyTorch's names, and the normaliser that travels with them. Waits for the device.
  public func weights(agent: Int) throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file, member: agent)
    try learner.normalizer?.save(into: &file, agent: agent)
    return file
  }

  /// Takes what `weights` gave; see `Algorithm`.
  public func load(weights: Safetensors, named file: String, agent: Int) throws {
    try network.load(from: weights.modules(["q"]), named: file, member: agent)
    try learner.normalizer?.load(from: weights, named: file, agent: agent)
  }

  /// The gradients of a batch that is drawn uniformly, before they are clipped.
  public func gradientProbe(options: PlanOptions = .environment) throws -> GradientProbe {
    try GradientProbe([GradientProbe.Part(network)], "dqn gradients", options: options) { [learner] graph in
      let places = learner.replay.uniformPlaces(learner.configuration.batchSize, learner.generator(in: graph))
      return [learner.network.gradient(of: learner.objective(at: places).loss.sum())]
    }
  }

  /// The policy of a checkpoint; see `Algorithm.policy`. Sampled, it takes random actions as often as at the end of training.
  public static func policy(
    _ configuration: DQNConfiguration, in environment: VectorEnvironment, weights: Safetensors, file: String,
    isSampled: Bool, seed: UInt64, on device: Device
  ) throws -> (_ observations: Tensor) throws -> Tensor {
    let network = try DQNLearner.network(configuration, environment, seeds: [seed], on: device)
    try network.load(from: weights.modules(["q"]), named: file)
    let normalizer = try DQNLearner.normalizer(configuration, environment, on: device)
    try normalizer?.load(from: weights, named: file)
    return { observations in
      let values = network("q", normalizer.normalized(observations))
      guard isSampled else { return values.argmax(axis: 2, keepDimensions: true) }
      let epsilon = observations.graph.constant(configuration.explorationFinal, TensorType([]))
      return values.epsilonGreedy(epsilon, environment.generator(in: observations.graph))
    }
  }
}

/// The parts of the algorithm, each traced into a pass.
struct DQNLearner {
  let configuration: DQNConfiguration
  /// Action values of each agent.
  let network: Network
  /// The target network, laid out as `network.flat`.
  let target: Variable
  let environment: VectorEnvironment
  /// Nil where observations are taken as they are.
  let normalizer: Normalizer?
  /// Nil where random actions are for one step.
  let exploration: HeldExploration?
  let replay: ReplayBuffer
  /// Nil where transitions are drawn uniformly.
  let priorities: PrioritizedReplay?
  let optimizer: Adam
  let report: TrainingLoop.Report
  /// Updates done, uint32.
  let updates: Variable
  /// Sums over this iteration's updates [agents, losses].
  let losses: Variable

  static let losses = ["loss", "q_mean", "td_error", "gradient_norm"]

  init(_ configuration: DQNConfiguration, seeds: [UInt64], on device: Device) throws {
    self.configuration = configuration
    environment = try VectorEnvironment(configuration, seeds: seeds, on: device)
    network = try Self.network(configuration, environment, seeds: seeds, on: device)
    target = try Variable(
      network.flat.type.shape, try network.flat.read(), on: device, label: "target_parameters")
    normalizer = try Self.normalizer(configuration, environment, on: device)
    exploration =
      configuration.explorationHold > 1
      ? try HeldExploration(environment, limit: configuration.explorationHold, on: device) : nil
    let replay = try ReplayBuffer(environment, capacity: configuration.bufferSize, on: device)
    self.replay = replay
    priorities =
      configuration.prioritized
      ? try PrioritizedReplay(
        replay, agents: seeds.count, exponent: configuration.priorityExponent, on: device) : nil
    optimizer = try Adam(network)
    report = try TrainingLoop.Report(
      DQN.metricNames, seeds: seeds, environment, on: device)
    updates = try Variable([], .uint32, on: device, label: "update")
    losses = try Variable([seeds.count, Self.losses.count], on: device, label: "losses")
  }

  /// What going on needs beside the weights.
  var state: [Variable] {
    optimizer.state + environment.state + replay.state + (priorities?.state ?? [])
      + (exploration?.state ?? []) + [target, updates, report.iteration]
  }

  /// Bound of normalised observations.
  static let normalizationLimit = 10.0

  static func normalizer(
    _ configuration: DQNConfiguration, _ environment: VectorEnvironment, on device: Device
  ) throws(VulkanError) -> Normalizer? {
    guard configuration.normalizeObservations else { return nil }
    return try Normalizer(
      agents: environment.agents, size: environment.observationSize, limit: normalizationLimit,
      on: device, label: "normalizer.observations")
  }

  /// Hidden layers with relu between, PyTorch's start; two heads are the rows of one product.
  static func network(
    _ configuration: DQNConfiguration, _ environment: VectorEnvironment, seeds: [UInt64], on device: Device
  ) throws(VulkanError) -> Network {
    let values = module(
      configuration, inputs: environment.observationSize,
      actions: environment.environment.actionSpace.outputs)
    return try Network(ensemble: ["q": values], on: device, seeds: seeds)
  }

  /// What gives the values of `actions` actions for `inputs` numbers.
  static func module(_ configuration: DQNConfiguration, inputs: Int, actions: Int) -> Sequential {
    let widths = [inputs] + configuration.hidden
    let last = widths[widths.count - 1]
    return Sequential {
      for (inputs, outputs) in zip(widths, widths.dropFirst()) {
        Linear(inputs, outputs)
        ReLU()
      }
      Linear(last, configuration.dueling ? 1 + actions : actions)
      if configuration.dueling { DuelingHeads(actions: actions) }
    }
  }

  /// A part of the run, from 0 to 1, that has passed at this point.
  private func progress(_ graph: Graph, of fraction: Double = 1) -> Tensor {
    let length = fraction * Double(configuration.steps) / Double(configuration.stepsPerAction)
    return Tensor.minimum(graph.read(environment.clock).float() / length, 1)
  }

  /// ε at this point of the run, a scalar.
  func epsilon(_ graph: Graph) -> Tensor {
    let (first, last) = (configuration.explorationInitial, configuration.explorationFinal)
    guard configuration.explorationFraction > 0 else { return graph.constant(last, TensorType([])) }
    return first + progress(graph, of: configuration.explorationFraction) * (last - first)
  }

  /// One step of all copies, which the buffer remembers.
  func act(_ graph: Graph, isRandom: Bool = false) {
    // A copy: what was seen before the step is wanted after it.
    let observations = graph.read(environment.observations) * 1
    let epsilon = isRandom ? graph.constant(1, TensorType([])) : epsilon(graph)
    let (values, generator) = (
      network("q", normalizer.normalized(observations)), environment.generator(in: graph)
    )
    let actions =
      exploration?(values, epsilon, generator) ?? values.epsilonGreedy(epsilon, generator)
    normalizer?.merge(observations)
    environment.step(actions)
    priorities?.appendNext(in: graph)
    replay.append(observations: observations, actions: actions)
  }

  /// The random numbers of the next update.
  fileprivate func generator(in graph: Graph) -> Generator {
    // Other numbers than those of the environment, whose counter runs over the same values.
    Generator(seeds: graph.read(environment.seeds).bitwiseNot(), counter: graph.read(updates))
  }

  /// One update, on transitions drawn from the buffer.
  func update(_ graph: Graph) {
    let generator = generator(in: graph)
    guard let priorities else {
      return learn(from: replay.uniformPlaces(configuration.batchSize, generator))
    }
    let numbers = priorities.draw(configuration.batchSize, generator)
    learn(from: replay.places(of: numbers), numbers: numbers)
  }

  /// The temporal difference error of a batch, and its loss.
  struct Objective {
    /// δ = r + γⁿ Q⁻(s′, a′) − Q(s, a) [agents, batch]; a′ is the best by Q⁻, the target network, or by Q.
    let errors: Tensor
    /// Huber's loss, weighted, and the mean of Q(s, a), each [agents].
    let loss, qMean: Tensor

    init(_ network: Network, target: Variable, _ batch: ReplayBuffer.Batch, weights: Tensor?, isDouble: Bool)
    {
      let chosen = network("q", batch.observations).gather(batch.actions).squeeze(2)
      let next = network("q", batch.nextObservations, weights: target)
      let best =
        isDouble
        ? next.gather(network("q", batch.nextObservations).argmax(axis: 2, keepDimensions: true)).squeeze(2)
        : next.max(axes: [2])
      let goal = (batch.rewards + batch.discounts * best).stopGradient()
      errors = goal - chosen
      let losses = chosen.huberLoss(goal, reduction: .none)
      loss = (weights.map { losses * $0 } ?? losses).mean(axes: [1])
      qMean = chosen.mean(axes: [1])
    }
  }

  /// The loss of the transitions at `places`.
  ///
  /// - Parameter numbers: those of the transitions, where they have priorities.
  fileprivate func objective(at places: ReplayBuffer.Places, numbers: Tensor? = nil) -> Objective {
    let graph = places.ages.graph
    var batch = replay.transitions(
      at: places, returnSteps: configuration.returnSteps, gamma: configuration.gamma)
    batch.observations = normalizer.normalized(batch.observations)
    batch.nextObservations = normalizer.normalized(batch.nextObservations)
    let correction = 1 - (1 - progress(graph)) * (1 - configuration.priorityCorrection)
    let weights = numbers.flatMap { priorities?.weights(of: $0, correction: correction) }
    return Objective(network, target: target, batch, weights: weights, isDouble: configuration.doubleQ)
  }

  /// One update on the transitions at `places`: forward, loss, backward, Adam, target network, priorities.
  ///
  /// - Parameter numbers: those of the transitions, where they have priorities.
  func learn(from places: ReplayBuffer.Places, numbers: Tensor? = nil) {
    let graph = places.ages.graph
    let objective = objective(at: places, numbers: numbers)
    // Agents share nothing, so the gradient of the sum is that of each.
    let gradient = network.clippedNorm(
      network.gradient(of: objective.loss.sum()), configuration.maximumGradientNorm)
    optimizer.step(gradient.clipped, learningRate: learningRate(graph))

    let number = graph.read(updates) + 1
    let isDue = number.remainder(Double(configuration.targetUpdateInterval)) .== 0
    target.follow(network.flat, isDue.float() * configuration.tau)
    if let numbers { priorities?.update(numbers, errors: objective.errors) }

    let losses = [
      objective.loss, objective.qMean, objective.errors.abs().mean(axes: [1]), gradient.norm,
    ]
    self.losses.assign(graph.read(self.losses) + .stack(losses, axis: 1))
    updates.assign(number)
  }

  /// Adam's step size in this iteration, a scalar.
  private func learningRate(_ graph: Graph) -> Tensor {
    let first = graph.constant(configuration.learningRate, TensorType([]))
    guard configuration.annealLearningRate else { return first }
    return first * (1 - graph.read(report.iteration).float() / Double(configuration.iterations))
  }

  /// Appends the iteration's metrics to the ring, counts it, and begins the sums of the next.
  func reportIteration(_ graph: Graph) {
    let means = graph.read(losses) / Double(configuration.gradientSteps)
    let sizes = [epsilon(graph), learningRate(graph)].map {
      $0.reshape([1, 1]).expand([environment.agents, 1])
    }
    report.append([means] + sizes)
    losses.assign(graph.constant(0, losses.type))
  }
}

/// Action values from two heads (Wang et al. 2016): V and A [… , 1 + actions] → V + A − mean A [… , actions].
struct DuelingHeads: Module {
  let actions: Int

  func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    let axis = input.shape.rank - 1
    let (value, advantages) = (
      input.slice(axis: axis, 0..<1), input.slice(axis: axis, 1..<1 + actions)
    )
    return value + advantages - advantages.mean(axes: [axis], keepDimensions: true)
  }
}
