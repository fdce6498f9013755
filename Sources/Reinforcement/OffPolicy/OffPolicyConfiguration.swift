import Learning

/// The settings of algorithms that learn continuous actions from a replay buffer.
public protocol OffPolicyConfiguration: AlgorithmConfiguration {
  /// Copies of the environment that are stepped side by side.
  var environments: Int { get set }
  /// Steps of each copy in an iteration, before its updates.
  var trainFrequency: Int { get set }
  /// Updates of an iteration.
  var gradientSteps: Int { get set }
  /// Environment steps under random actions before the first iteration, over all copies.
  var learningStarts: Int { get set }
  /// Transitions that are kept.
  var bufferSize: Int { get set }
  /// Transitions of an update.
  var batch: Int { get set }
  /// Rewards that are summed before the critics' own estimate.
  var returnSteps: Int { get set }
  /// Units of the hidden layers, of actor and critics alike.
  var hidden: [Int] { get set }
  /// Adam's step size.
  var learningRate: Double { get set }
  /// γ, the discount of rewards.
  var gamma: Double { get set }
  /// τ, by how much the targets follow in an update.
  var tau: Double { get set }
}

extension OffPolicyConfiguration {
  /// Environment steps of an iteration, over all copies.
  public var stepsPerIteration: Int { environments * trainFrequency }
  /// Environment steps before the first iteration: `learningStarts`, rounded up to whole steps of the copies.
  public var warmUpSteps: Int { (learningStarts + environments - 1) / environments * environments }
  /// Iterations of the whole run.
  public var iterations: Int { (steps - warmUpSteps + stepsPerIteration - 1) / stepsPerIteration }

  /// The settings that all of them have.
  static var offPolicy: [Setting<Self>] {
    common + [
      .integer(
        "environments", \.environments, in: 1...1 << 16,
        "Copies of the environment that are stepped side by side."),
      .integer(
        "train_frequency", \.trainFrequency, in: 1...1 << 16,
        "Steps of each copy in an iteration, before its updates."),
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
      .number("gamma", \.gamma, in: 0...1, "γ, the discount of rewards a step."),
      .number("tau", \.tau, in: 0...1, "τ, by how much the targets follow in an update."),
    ]
  }

  /// What settings can't tell alone.
  func checkOffPolicy() throws(ConfigurationError) {
    let kind = try Environments.named(environment)
    guard case .box = kind.actionSpace else {
      throw ConfigurationError(
        field: "environment",
        reason: "\(environment) takes \(kind.actionSpace.description); this algorithm needs continuous ones")
    }
    guard batch <= bufferSize else {
      throw ConfigurationError(
        field: "batch", reason: "of \(batch) transitions is larger than the buffer, which keeps \(bufferSize)"
      )
    }
    guard warmUpSteps < steps else {
      throw ConfigurationError(
        field: "learning-starts",
        reason: "takes \(warmUpSteps) steps; the whole run has \(steps), so nothing would be learnt")
    }
  }
}
