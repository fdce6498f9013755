public import Learning

/// The settings of a SAC run; the defaults train Pendulum.
public struct SACConfiguration: OffPolicyConfiguration {
  /// Name of the environment.
  public var environment = "pendulum"
  /// Environment steps of the whole run, over all copies; rounded up to whole iterations.
  public var steps = 20_000
  /// Copies of the environment that are stepped side by side.
  public var environments = 4
  /// Steps of each copy in an iteration, before its updates.
  public var trainFrequency = 2
  /// Updates of an iteration.
  public var gradientSteps = 8
  /// Environment steps under random actions before the first iteration, over all copies.
  public var learningStarts = 400
  /// Transitions that are kept.
  public var bufferSize = 20_000
  /// Transitions of an update.
  public var batch = 64
  /// Rewards that are summed before the critics' own estimate.
  public var returnSteps = 1
  /// Units of the hidden layers, of actor and critics alike.
  public var hidden = [64, 64]
  /// Adam's step size, for actor, critics and α.
  public var learningRate = 1e-3
  /// γ, the discount of rewards.
  public var gamma = 0.98
  /// τ, by how much the targets follow in an update.
  public var tau = 0.01
  /// The weight α of the entropy; nil to learn it.
  public var alpha: Double?
  /// The entropy that a learnt α aims at; nil for minus the number of an action's components.
  public var targetEntropy: Double?
  /// Whether exploration is state-dependent (gSDE).
  public var gsde = false
  /// Steps of each copy for which gSDE holds its random matrix.
  public var noiseInterval = 4
  /// Logarithm of the standard deviations that gSDE starts with.
  public var logStandardDeviation = -3.0
  /// Decides every random number of the run.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  enum CodingKeys: String, CodingKey {
    case environment, steps, environments, batch, hidden, gamma, tau, alpha, gsde, seed
    case trainFrequency = "train_frequency"
    case gradientSteps = "gradient_steps"
    case learningStarts = "learning_starts"
    case bufferSize = "buffer_size"
    case returnSteps = "return_steps"
    case learningRate = "learning_rate"
    case targetEntropy = "target_entropy"
    case noiseInterval = "noise_interval"
    case logStandardDeviation = "log_standard_deviation"
  }

  /// All settings.
  public static var settings: [Setting<SACConfiguration>] {
    offPolicy + [
      .optional("alpha", \.alpha, in: 1e-12...1e6, "The weight α of the entropy; none to learn it."),
      .optional(
        "target_entropy", \.targetEntropy, in: -1e6...1e6,
        "The entropy that a learnt α aims at; none for minus the number of an action's components."),
      .flag("gsde", \.gsde, "Whether exploration is state-dependent (gSDE)."),
      .integer(
        "noise_interval", \.noiseInterval, in: 1...1 << 30,
        "Steps of each copy for which gSDE holds its random matrix."),
      .number(
        "log_standard_deviation", \.logStandardDeviation, in: -20...2,
        "Logarithm of the standard deviations that gSDE starts with."),
    ]
  }

  /// What settings can't tell alone.
  public func checkTogether() throws(ConfigurationError) { try checkOffPolicy() }
}
