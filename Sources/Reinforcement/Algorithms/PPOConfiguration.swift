public import Learning

/// What goes down in a straight line to 0 at the end of training.
public enum Anneal: String, Codable, CaseIterable, Sendable {
  case learningRate = "learning-rate"
  case clip
}

/// The settings of a PPO run; the defaults train CartPole.
public struct PPOConfiguration: Codable, Sendable, Equatable {
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

  /// Looks at every setting.
  ///
  /// - Throws: `ConfigurationError` for the first that can't be used.
  public func validate() throws(ConfigurationError) {
    _ = try Environments.named(environment)
    let counts = [
      ("steps", steps, 1_000_000_000_000), ("environments", environments, 1 << 20),
      ("horizon", horizon, 1 << 15),
      ("epochs", epochs, 1000), ("minibatches", minibatches, 1 << 20),
    ]
    for (field, value, limit) in counts { try ConfigurationError.check(field, value, in: 1...limit) }
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
    let mostLayers = MultilayerPerceptron.maximumLayers - 1
    guard hidden.count <= mostLayers, hidden.allSatisfy({ (1...1024).contains($0) }) else {
      throw ConfigurationError(
        field: "hidden",
        reason:
          "is \(hidden); it must be at most \(mostLayers) sizes from 1 to 1024, the most that a rollout evaluates in place"
      )
    }
    let reals = [
      ("learning-rate", learningRate, 1e-12...10), ("gamma", gamma, 0...1), ("gae-lambda", gaeLambda, 0...1),
      ("clip", clip, 1e-6...1e6), ("entropy", entropy, 0...1e6),
      ("value-coefficient", valueCoefficient, 0...1e6),
      ("max-gradient-norm", maximumGradientNorm, 1e-12...1e12),
      ("log-standard-deviation", logStandardDeviation, -20...5),
    ]
    for (field, value, range) in reals { try ConfigurationError.check(field, value, in: range) }
  }
}
