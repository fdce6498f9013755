public import Learning

/// The settings of a DQN run; the defaults train CartPole.
public struct DQNConfiguration: AlgorithmConfiguration {
  /// What all algorithms have.
  public var common = CommonSettings(environment: "cartpole", steps: 50_000, environments: 8)
  /// Actions of each copy in an iteration.
  public var trainFrequency = 4
  /// Updates in an iteration.
  public var gradientSteps = 16
  /// Units of the hidden layers.
  public var hidden = [64, 64]
  /// Adam's step size.
  public var learningRate = 2.3e-3
  /// Whether the step size goes down in a straight line to 0.
  public var annealLearningRate = true
  /// γ, the discount of rewards.
  public var gamma = 0.99
  /// Transitions that are kept.
  public var bufferSize = 50_000
  /// Steps of random actions before the first update.
  public var learningStarts = 1000
  /// Transitions of an update.
  public var batchSize = 64
  /// Updates from one change of the target network to the next.
  public var targetUpdateInterval = 1
  /// τ, the part of the way to the network that the target network then goes.
  public var tau = 0.005
  /// Bound of the gradient's norm.
  public var maximumGradientNorm = 10.0
  /// Part of the run over which ε goes down.
  public var explorationFraction = 0.16
  /// ε at the beginning.
  public var explorationInitial = 1.0
  /// ε from the end of that part on.
  public var explorationFinal = 0.04
  /// Actions that a random one is held, at most.
  public var explorationHold = 1
  /// Whether observations are normalised by their running statistics.
  public var normalizeObservations = false
  /// Whether the network chooses the action that the target network values.
  public var doubleQ = true
  /// Whether the network has a head for the state's value and one for advantages.
  public var dueling = false
  /// Actions whose rewards a return sums.
  public var returnSteps = 10
  /// Whether transitions are drawn by their errors.
  public var prioritized = false
  /// α, which tells how much priorities count.
  public var priorityExponent = 0.6
  /// β at the beginning: how much of the bias of priorities is corrected. It goes up to 1.
  public var priorityCorrection = 0.4

  /// The defaults.
  public init() {}

  /// Random actions of each copy before the first iteration.
  var warmUpActions: Int { (learningStarts + stepsPerAction - 1) / stepsPerAction }
  /// Environment steps of an iteration, over all copies.
  public var stepsPerIteration: Int { stepsPerAction * trainFrequency }
  /// Iterations of the whole run.
  public var iterations: Int {
    (max(1, self.steps - warmUpActions * stepsPerAction) + stepsPerIteration - 1) / stepsPerIteration
  }

  /// All settings.
  public static var settings: [Setting<DQNConfiguration>] {
    common + [
      .integer(
        "environments", \.environments, in: 1...SumTree.maximumChange,
        "Copies of the environment that are stepped side by side."),
      .integer("train_frequency", \.trainFrequency, in: 1...1 << 16, "Actions of each copy in an iteration."),
      .integer("gradient_steps", \.gradientSteps, in: 1...1 << 16, "Updates in an iteration."),
      .integers(
        "hidden", \.hidden, count: 0...MultilayerPerceptron.maximumLayers - 1, in: 1...1024,
        "Units of the hidden layers."),
      .number("learning_rate", \.learningRate, in: 1e-12...10, "Adam's step size."),
      .flag(
        "anneal_learning_rate", \.annealLearningRate,
        "Whether the step size goes down in a straight line to 0 over the run."),
      .number("gamma", \.gamma, in: 0...1, "γ, the discount of rewards an action."),
      .integer(
        "buffer_size", \.bufferSize, in: 1...1 << 24,
        "Transitions that are kept, rounded up to whole steps of all copies; at least batch_size."),
      .integer(
        "learning_starts", \.learningStarts, in: 0...1 << 30,
        "Steps of random actions, over all copies, before the first update."),
      .integer("batch_size", \.batchSize, in: 1...SumTree.maximumChange, "Transitions of an update."),
      .integer(
        "target_update_interval", \.targetUpdateInterval, in: 1...1 << 30,
        "Updates from one change of the target network to the next."),
      .number(
        "tau", \.tau, in: 1e-9...1,
        "τ, the part of the way to the network that the target network then goes: 1 makes it a copy."),
      .number("max_gradient_norm", \.maximumGradientNorm, in: 1e-12...1e12, "Bound of the gradient's norm."),
      .number(
        "exploration_fraction", \.explorationFraction, in: 0...1,
        "Part of the run over which ε, the chance of a random action, goes down in a straight line."),
      .number("exploration_initial", \.explorationInitial, in: 0...1, "ε at the beginning."),
      .number("exploration_final", \.explorationFinal, in: 0...1, "ε from the end of that part on."),
      .integer(
        "exploration_hold", \.explorationHold, in: 1...1 << 16,
        "Actions that a random one is held, at most: n or more with probability 1/n; 1 for plain ε-greedy."),
      .flag(
        "normalize_observations", \.normalizeObservations,
        "Whether observations are normalised by their running mean and variance."),
      .flag(
        "double_q", \.doubleQ,
        "Whether the network chooses the next action that the target network values (double Q-learning)."),
      .flag(
        "dueling", \.dueling, "Whether the network has a head for the state's value and one for advantages."),
      .integer(
        "return_steps", \.returnSteps, in: 1...64,
        "Actions whose rewards a return sums before the target network's value."),
      .flag("prioritized", \.prioritized, "Whether transitions are drawn in proportion to their errors."),
      .number(
        "priority_exponent", \.priorityExponent, in: 0...1, "α, the power that priorities are taken to."),
      .number(
        "priority_correction", \.priorityCorrection, in: 0...1,
        "β of importance weights at the beginning; it goes up in a straight line to 1 over the run."),
    ]
  }

  /// What settings can't tell alone.
  public func checkTogether(in environment: any Environment) throws(ConfigurationError) {
    let space = environment.actionSpace
    guard case .discrete = space else {
      throw ConfigurationError(
        field: "environment",
        reason: "\(environment.name) takes \(space.description); DQN chooses one of some discrete actions")
    }
    guard batchSize <= bufferSize else {
      throw ConfigurationError(
        field: "batch-size",
        reason: "is \(batchSize), but the buffer keeps \(bufferSize) transitions (buffer-size)")
    }
    guard learningStarts < self.steps else {
      throw ConfigurationError(
        field: "learning-starts",
        reason: "is \(learningStarts), but the whole run has \(self.steps) steps; nothing would be learnt")
    }
  }
}
