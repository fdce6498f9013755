public import Learning

/// What goes down in a straight line to 0 at the end of training.
public enum Anneal: String, Codable, CaseIterable, Sendable {
  case learningRate = "learning-rate"
  case clip
}

/// The settings of a PPO run; the defaults train CartPole.
public struct PPOConfiguration: AlgorithmConfiguration {
  /// Name of the environment.
  public var environment = "cartpole"
  /// Environment steps of the whole run, over all copies; rounded up to whole iterations.
  public var steps = 200_000
  /// Copies of the environment that are stepped side by side.
  public var environments = 64
  /// Steps of each copy in an iteration.
  public var horizon = 32
  /// Passes over the samples of an iteration.
  public var epochs = 10
  /// Parts that a pass is cut into; each gives one update.
  public var minibatches = 8
  /// Units of the hidden layers, of the policy and of the value function alike.
  public var hidden = [64, 64]
  /// Adam's step size.
  public var learningRate = 1e-3
  /// γ, the discount of rewards.
  public var gamma = 0.98
  /// λ of generalized advantage estimation.
  public var gaeLambda = 0.8
  /// Bound of the importance ratio's distance from 1.
  public var clip = 0.2
  /// Weight of the entropy in the loss.
  public var entropy = 0.0
  /// Weight of the value loss.
  public var valueCoefficient = 0.5
  /// Bound of the gradient's norm.
  public var maximumGradientNorm = 0.5
  /// Logarithm of the standard deviations that continuous actions start with.
  public var logStandardDeviation = 0.0
  /// What goes down in a straight line to 0.
  public var anneal: [Anneal] = [.learningRate, .clip]
  /// Decides every random number of the run.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  enum CodingKeys: String, CodingKey {
    case environment, steps, environments, horizon, epochs, minibatches, hidden, gamma, clip, entropy, anneal,
      seed
    case learningRate = "learning_rate"
    case gaeLambda = "gae_lambda"
    case valueCoefficient = "value_coefficient"
    case maximumGradientNorm = "maximum_gradient_norm"
    case logStandardDeviation = "log_standard_deviation"
  }

  /// Samples of an iteration.
  public var batch: Int { environments * horizon }
  /// Iterations of the whole run.
  public var iterations: Int { (steps + batch - 1) / batch }

  /// All settings.
  public static var settings: [Setting<PPOConfiguration>] {
    common + [
      .integer(
        "environments", \.environments, in: 1...1 << 20,
        "Copies of the environment that are stepped side by side."),
      .integer("horizon", \.horizon, in: 1...1 << 15, "Steps of each copy in an iteration."),
      .integer("epochs", \.epochs, in: 1...1000, "Passes over the samples of an iteration."),
      .integer(
        "minibatches", \.minibatches, in: 1...1 << 20,
        "Parts that each pass is cut into, one update each; must divide environments × horizon."),
      .integers(
        "hidden", \.hidden, count: 0...MultilayerPerceptron.maximumLayers - 1, in: 1...1024,
        "Units of the hidden layers, of the policy and of the value function alike."),
      .number("learning_rate", \.learningRate, in: 1e-12...10, "Adam's step size."),
      .number("gamma", \.gamma, in: 0...1, "γ, the discount of rewards a step."),
      .number("gae_lambda", \.gaeLambda, in: 0...1, "λ of generalized advantage estimation."),
      .number("clip", \.clip, in: 1e-6...1e6, "Bound of the probability ratio's distance from 1."),
      .number("entropy", \.entropy, in: 0...1e6, "Weight of the entropy in the loss."),
      .number("value_coefficient", \.valueCoefficient, in: 0...1e6, "Weight of the value loss in the loss."),
      .number("max_gradient_norm", \.maximumGradientNorm, in: 1e-12...1e12, "Bound of the gradient's norm."),
      .number(
        "log_standard_deviation", \.logStandardDeviation, in: -20...5,
        "Logarithm of the standard deviations that continuous actions start with."),
      .choices("anneal", \.anneal, "What goes down in a straight line to 0 over the run"),
    ]
  }

  /// What settings can't tell alone.
  public func checkTogether() throws(ConfigurationError) {
    guard batch <= 1 << 28 else {
      throw ConfigurationError(
        field: "environments",
        reason: "times horizon is \(batch) samples an iteration; the most is \(1 << 28)")
    }
    guard batch % minibatches == 0 else {
      throw ConfigurationError(
        field: "minibatches",
        reason:
          "\(minibatches) do not divide the \(batch) samples of an iteration (\(environments) environments × \(horizon) steps)"
      )
    }
    guard batch / minibatches > 1 else {
      throw ConfigurationError(
        field: "minibatches", reason: "of one sample have no spread to normalise advantages by; use fewer")
    }
  }
}
