public import Learning
public import Recording
import Tensors
public import Vulkan

/// Proximal policy optimization (Schulman et al. 2017) on environments that live on the device.
///
/// One recorded iteration: a rollout, values and advantages, then epochs × minibatches of forward, backward and update.
/// It is replayed without the host; the learning rate, the counters and the metrics are on the device too.
public final class PPO {
  /// The settings of the run.
  public let configuration: PPOConfiguration
  /// The recorded iteration.
  public let plan: Plan
  /// Policy and value function, of separate parameters.
  public let network: Network

  private let rollout: Rollout
  private let optimizer: Adam
  private let counters: Counters
  private let ring: Ring
  private let replay: Replay

  /// Device state beside weights and trajectory.
  private struct Counters {
    /// Iterations done, updates done: uint32.
    let iteration, update: Variable
    /// Step size and clip range of this iteration.
    let learningRate, clip: Variable
    /// Advantages and returns of this iteration [horizon, copies].
    let advantages, returns: Variable
    /// Sums over this iteration's updates, in the order of `Progress`.
    let losses: Variable
  }

  private static let lossCount = 6

  /// Allocates and initialises everything, and records the iteration.
  ///
  /// - Throws: `ConfigurationError`, `RecordingError` or `VulkanError`; nothing has run then.
  public init(_ configuration: PPOConfiguration, on device: Device, options: PlanOptions = .environment)
    throws
  {
    try configuration.validate()
    guard let environment = Environments.named(configuration.environment) else {
      throw ConfigurationError(field: "environment", reason: "\"\(configuration.environment)\" is not known")
    }
    self.configuration = configuration
    let policy = Self.policy(configuration, environment)
    network = try Self.network(configuration, environment, on: device)
    rollout = try Rollout(
      environment, copies: configuration.environments, horizon: configuration.horizon, on: device)
    optimizer = try Adam(network, epsilon: 1e-5)
    ring = try Ring(capacity: 512, width: Self.lossCount + 5, on: device, label: "metrics")
    let shape = Shape([configuration.horizon, configuration.environments])
    counters = Counters(
      iteration: try Variable([], .uint32, on: device, label: "iteration"),
      update: try Variable([], .uint32, on: device, label: "update"),
      learningRate: try Variable([], on: device, label: "learning_rate"),
      clip: try Variable([], on: device, label: "clip"),
      advantages: try Variable(shape, on: device, label: "advantages"),
      returns: try Variable(shape, on: device, label: "returns"),
      losses: try Variable([Self.lossCount], on: device, label: "losses"))
    let (network, rollout, optimizer, counters, ring) = (network, rollout, optimizer, counters, ring)
    plan = try device.record("ppo \(environment.name)", options: options) { program in
      try program.pass("rollout") { graph in
        Self.collect(graph, configuration, network, policy, rollout, counters)
      }
      try program.pass("update", repeats: configuration.epochs * configuration.minibatches) { graph in
        Self.update(graph, configuration, network, rollout, optimizer, counters)
      }
      try program.pass("report") { graph in
        Self.report(graph, configuration, rollout, counters, ring)
      }
    }
    replay = try Replay(plan)
  }

  static func policy(_ configuration: PPOConfiguration, _ environment: any Environment)
    -> MultilayerPerceptron
  {
    MultilayerPerceptron(
      inputs: environment.observationSize, hidden: configuration.hidden, outputs: environment.actionCount)
  }

  static func network(
    _ configuration: PPOConfiguration, _ environment: any Environment, on device: Device
  ) throws(VulkanError) -> Network {
    let value = MultilayerPerceptron(
      inputs: environment.observationSize, hidden: configuration.hidden, outputs: 1)
    return try Network(
      ["policy": policy(configuration, environment).module(gain: 0.01), "value": value.module(gain: 1)],
      on: device, seed: configuration.seed)
  }

  /// The rollout under the policy as it is, then values, advantages and returns, and this iteration's step sizes.
  private static func collect(
    _ graph: Graph, _ configuration: PPOConfiguration, _ network: Network, _ policy: MultilayerPerceptron,
    _ rollout: Rollout, _ counters: Counters
  ) {
    let iteration = graph.read(counters.iteration)
    rollout.step(
      weights: graph.read(network.flat), offset: 0, policy: policy, iteration: iteration,
      seed: configuration.seed)

    let steps = Shape([rollout.horizon, rollout.copies])
    let samples = Shape([rollout.samples, rollout.environment.observationSize])
    let values = network("value", graph.read(rollout.observations).reshape(samples)).reshape(steps)
    let nextValues = network("value", graph.read(rollout.nextObservations).reshape(samples)).reshape(steps)
    let advantages = rollout.advantages(
      values: values, nextValues: nextValues, discount: configuration.gamma, decay: configuration.gaeLambda)
    counters.advantages.assign(advantages)
    counters.returns.assign(advantages + values)

    let left = 1 - iteration.float() / Double(configuration.iterations)
    let fixed = graph.constant(1, left.type)
    func scale(_ setting: Anneal) -> Tensor { configuration.anneal.contains(setting) ? left : fixed }
    counters.learningRate.assign(configuration.learningRate * scale(.learningRate))
    counters.clip.assign(configuration.clip * scale(.clip))
    counters.losses.assign(graph.constant(0, counters.losses.type))
  }

  /// One minibatch: forward, the clipped objective, backward, Adam.
  private static func update(
    _ graph: Graph, _ configuration: PPOConfiguration, _ network: Network, _ rollout: Rollout,
    _ optimizer: Adam,
    _ counters: Counters
  ) {
    let count = rollout.samples / configuration.minibatches
    let number = graph.read(counters.update)
    let rows = number.minibatchIndices(count: rollout.samples, batch: count, seed: configuration.seed)
    func batch(_ variable: Variable) -> Tensor {
      graph.read(variable).reshape([rollout.samples]).indexSelect(rows)
    }
    let observations = graph.read(rollout.observations)
      .reshape([rollout.samples, rollout.environment.observationSize]).indexSelect(rows)
    let oldLogProbabilities = batch(rollout.logProbabilities)
    let returns = batch(counters.returns)
    let advantages = normalized(batch(counters.advantages))

    let logProbabilities = network("policy", observations).logSoftmax()
    let taken = logProbabilities.gather(batch(rollout.actions).unsqueezeLast()).reshape([count])
    let difference = taken - oldLogProbabilities
    let ratio = difference.exp()
    let clip = graph.read(counters.clip)
    let policyLoss = -Tensor.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages).mean()
    let valueLoss = (network("value", observations).reshape([count]) - returns).square().mean()
    let entropy = -(logProbabilities.exp() * logProbabilities).sum(axes: [-1]).mean()
    let loss = policyLoss + configuration.valueCoefficient * valueLoss - configuration.entropy * entropy

    let gradient = network.gradient(of: loss).clippedNorm(configuration.maximumGradientNorm)
    optimizer.step(gradient.clipped, learningRate: graph.read(counters.learningRate))

    // Schulman, "Approximating KL divergence" (2020): the estimator k3.
    let approximateKL = (ratio - 1 - difference).mean()
    let clipped = Tensor.maximum(ratio - 1, 1 - ratio) .> clip
    let losses = [policyLoss, valueLoss, entropy, approximateKL, clipped.float().mean(), gradient.norm]
    counters.losses.assign(graph.read(counters.losses) + .pack(losses))
    counters.update.assign(number + 1)
  }

  private static func normalized(_ advantages: Tensor) -> Tensor {
    (advantages - advantages.mean()) / (advantages.variance().sqrt() + 1e-8)
  }

  /// Appends the iteration's metrics to the ring and counts it.
  private static func report(
    _ graph: Graph, _ configuration: PPOConfiguration, _ rollout: Rollout, _ counters: Counters, _ ring: Ring
  ) {
    let updates = Double(configuration.epochs * configuration.minibatches)
    let iteration = graph.read(counters.iteration)
    ring.append(
      .pack([
        graph.read(counters.losses) / updates, graph.read(rollout.statistics).sum(axes: [1]),
        graph.read(counters.learningRate), graph.read(counters.clip),
      ]), counter: iteration)
    counters.iteration.assign(iteration + 1)
  }
}

/// Training went wrong: a loss or a gradient is infinite or no number, and so are the weights.
public struct DivergenceError: Error, CustomStringConvertible {
  /// Where it was seen.
  public let iteration, steps: Int
  /// Means over the iteration's updates.
  public let policyLoss, valueLoss, gradientNorm: Double

  /// A sentence for people.
  public var description: String {
    "training diverged in iteration \(iteration), after \(steps) steps: policy loss \(policyLoss), value loss "
      + "\(valueLoss), gradient norm \(gradientNorm); a smaller learning rate may help, and the last checkpoint is from before"
  }
}

extension PPO {
  /// What an iteration gave.
  public struct Progress: Codable, Sendable {
    /// Iterations done, and those of the whole run.
    public let iteration, iterations: Int
    /// Environment steps done, over all copies.
    public let steps: Int
    /// Seconds since training began.
    public let seconds: Double
    /// Steps a second since the first iteration ended; 0 until the second has.
    public let stepsPerSecond: Double
    /// Mean return and length of the episodes that ended in this iteration; nil when none did.
    public let returnMean, lengthMean: Double?
    /// Episodes that ended in this iteration.
    public let episodes: Int
    /// Means over this iteration's updates; the gradient's norm is that before clipping.
    public let policyLoss, valueLoss, entropy, approximateKL, clipFraction, gradientNorm: Double
    /// Step size and clip range of this iteration.
    public let learningRate, clip: Double

    enum CodingKeys: String, CodingKey {
      case iteration, iterations, steps, seconds, episodes, entropy, clip
      case stepsPerSecond = "steps_per_second"
      case returnMean = "return_mean"
      case lengthMean = "length_mean"
      case policyLoss = "policy_loss"
      case valueLoss = "value_loss"
      case approximateKL = "approximate_kl"
      case clipFraction = "clip_fraction"
      case gradientNorm = "gradient_norm"
      case learningRate = "learning_rate"
    }
  }

  /// Iterations of the whole run.
  public var iterations: Int { configuration.iterations }

  /// What replaying has cost so far.
  public var profile: Replay.Profile { replay.profile }

  /// Trains to the end of the run.
  ///
  /// - Parameter progress: called for each iteration in order, while later ones run on the device; returning false ends
  ///   training after those that are in flight.
  /// - Throws: what `progress` throws; `DivergenceError` when a loss is no number; `VulkanError` when the device fails.
  public func train(progress: (Progress) throws -> Bool = { _ in true }) throws {
    let clock = ContinuousClock()
    let start = clock.now
    var firstEnd: Double?
    var reported = 0
    var going = true
    func report(upTo done: Int) throws {
      let seconds = (clock.now - start).seconds
      while reported < done {
        let rate = firstEnd.map { Double(reported * configuration.batch) / max(seconds - $0, 1e-9) }
        let row = self.progress(reported, seconds: seconds, stepsPerSecond: rate ?? 0)
        guard (row.policyLoss + row.valueLoss + row.gradientNorm).isFinite else {
          throw DivergenceError(
            iteration: row.iteration, steps: row.steps, policyLoss: row.policyLoss, valueLoss: row.valueLoss,
            gradientNorm: row.gradientNorm)
        }
        firstEnd = firstEnd ?? seconds
        reported += 1
        going = try progress(row) && going
      }
    }
    let done = try replay.run(times: iterations) { done in
      try report(upTo: done)
      return going
    }
    try report(upTo: done)
  }

  private func progress(_ iteration: Int, seconds: Double, stepsPerSecond: Double) -> Progress {
    let row = ring.row(iteration).map(Double.init)
    let episodes = row[Self.lossCount + 2]
    return Progress(
      iteration: iteration + 1, iterations: iterations, steps: (iteration + 1) * configuration.batch,
      seconds: seconds, stepsPerSecond: stepsPerSecond,
      returnMean: episodes > 0 ? row[Self.lossCount] / episodes : nil,
      lengthMean: episodes > 0 ? row[Self.lossCount + 1] / episodes : nil, episodes: Int(episodes),
      policyLoss: row[0], valueLoss: row[1], entropy: row[2], approximateKL: row[3], clipFraction: row[4],
      gradientNorm: row[5], learningRate: row[Self.lossCount + 3], clip: row[Self.lossCount + 4])
  }

  /// Everything that the run is made of: weights under PyTorch's names, optimizer, counters, environments. Waits for the
  /// device.
  public func checkpoint() throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file)
    let state = optimizer.state + [counters.iteration, counters.update, rollout.states, rollout.episodes]
    for variable in state { try file.add(variable) }
    return file
  }
}
