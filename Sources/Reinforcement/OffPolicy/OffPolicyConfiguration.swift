import Learning

/// What the settings of algorithms that learn continuous actions from a replay buffer have in common.
public struct OffPolicySettings: Sendable, Equatable {
  /// Actions of each copy in an iteration, before its updates.
  public var trainFrequency = 2
  /// Updates of the critics in an iteration.
  public var gradientSteps: Int
  /// Environment steps under random actions before the first iteration, over all copies.
  public var learningStarts: Int
  /// Transitions that are kept.
  public var bufferSize = 20_000
  /// Transitions of an update.
  public var batch = 64
  /// Rewards that are summed before the critics' own estimate.
  public var returnSteps = 1
  /// Units of the hidden layers, of actor and critics alike.
  public var hidden = [64, 64]
  /// Adam's step size, for all that is learnt.
  public var learningRate = 1e-3
  /// γ, the discount of rewards.
  public var gamma = 0.98
  /// τ, by how much the targets follow in an update of the actor.
  public var tau = 0.01

  /// The defaults but for these.
  public init(gradientSteps: Int, learningStarts: Int) {
    (self.gradientSteps, self.learningStarts) = (gradientSteps, learningStarts)
  }
}

/// The settings of algorithms that learn continuous actions from a replay buffer.
public protocol OffPolicyConfiguration: AlgorithmConfiguration {
  /// Those that all of them have, which are members of the configuration too: `configuration.batch`.
  var offPolicy: OffPolicySettings { get set }
}

extension OffPolicyConfiguration {
  /// A setting that all of them have.
  public subscript<Value>(
    dynamicMember path: any WritableKeyPath<OffPolicySettings, Value> & Sendable
  ) -> Value {
    get { offPolicy[keyPath: path] }
    set { offPolicy[keyPath: path] = newValue }
  }

  /// Environment steps of an iteration, over all copies.
  public var stepsPerIteration: Int { stepsPerAction * self.trainFrequency }
  /// Random actions of each copy before the first iteration.
  var warmUpActions: Int { (self.learningStarts + stepsPerAction - 1) / stepsPerAction }
  /// Environment steps before the first iteration: `learningStarts`, rounded up to whole actions of all copies.
  public var warmUpSteps: Int { warmUpActions * stepsPerAction }
  /// Iterations of the whole run.
  public var iterations: Int { (self.steps - warmUpSteps + stepsPerIteration - 1) / stepsPerIteration }

  /// The settings that all of them have.
  static var offPolicy: [Setting<Self>] {
    common + [
      .integer(
        "environments", \.environments, in: 1...1 << 16,
        "Copies of the environment that are stepped side by side."),
      .integer(
        "train_frequency", \.trainFrequency, in: 1...1 << 16,
        "Actions of each copy in an iteration, before its updates."),
      .integer("gradient_steps", \.gradientSteps, in: 1...1 << 16, "Updates of the critics in an iteration."),
      .integer(
        "learning_starts", \.learningStarts, in: 0...1 << 30,
        "Environment steps under random actions before the first iteration, over all copies."),
      .integer("buffer_size", \.bufferSize, in: 1...1 << 30, "Transitions that the replay buffer keeps."),
      .integer("batch", \.batch, in: 1...1 << 20, "Transitions of an update."),
      .integer(
        "return_steps", \.returnSteps, in: 1...64,
        "Rewards that are summed before the critics' own estimate (n-step returns)."),
      .integers(
        "hidden", \.hidden, count: 1...8, in: 1...4096,
        "Units of the hidden layers, of actor and critics alike."),
      .number("learning_rate", \.learningRate, in: 1e-12...10, "Adam's step size."),
      .number("gamma", \.gamma, in: 0...1, "γ, the discount of rewards an action."),
      .number("tau", \.tau, in: 0...1, "τ, by how much the targets follow in an update."),
    ]
  }

  /// What settings can't tell alone.
  func checkOffPolicy(in environment: any Environment) throws(ConfigurationError) {
    guard case .box = environment.actionSpace else {
      throw ConfigurationError(
        field: "environment",
        reason:
          "\(environment.name) takes \(environment.actionSpace.description); this algorithm needs continuous ones"
      )
    }
    guard self.batch <= self.bufferSize else {
      throw ConfigurationError(
        field: "batch",
        reason: "of \(self.batch) transitions is larger than the buffer, which keeps \(self.bufferSize)"
      )
    }
    guard warmUpSteps < self.steps else {
      throw ConfigurationError(
        field: "learning-starts",
        reason: "takes \(warmUpSteps) steps; the whole run has \(self.steps), so nothing would be learnt")
    }
  }
}
