public import Learning

/// The settings of a TD3 run; the defaults train Pendulum.
public struct TD3Configuration: OffPolicyConfiguration {
  /// Name of the environment.
  public var environment = "pendulum"
  /// Environment steps of the whole run, over all copies; rounded up to whole iterations.
  public var steps = 20_000
  /// Copies of the environment that are stepped side by side.
  public var environments = 4
  /// Steps of each copy in an iteration, before its updates.
  public var trainFrequency = 2
  /// Updates of the critics in an iteration.
  public var gradientSteps = 4
  /// Environment steps under random actions before the first iteration, over all copies.
  public var learningStarts = 1000
  /// Transitions that are kept.
  public var bufferSize = 20_000
  /// Transitions of an update.
  public var batch = 64
  /// Rewards that are summed before the critics' own estimate.
  public var returnSteps = 1
  /// Units of the hidden layers, of actor and critics alike.
  public var hidden = [64, 64]
  /// Adam's step size, for actor and critics.
  public var learningRate = 1e-3
  /// γ, the discount of rewards.
  public var gamma = 0.98
  /// τ, by how much the targets follow when the actor is updated.
  public var tau = 0.01
  /// Updates of the critics for one of the actor and the targets.
  public var policyDelay = 2
  /// Standard deviation of the noise on target actions, which are within ±1.
  public var targetNoise = 0.2
  /// Bound of the noise on target actions.
  public var targetNoiseClip = 0.5
  /// Standard deviation of the noise by which actions, which are within ±1, explore.
  public var explorationNoise = 0.1
  /// How much of that noise stays from step to step.
  public var noiseCorrelation = 0.0
  /// Decides every random number of the run.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  enum CodingKeys: String, CodingKey {
    case environment, steps, environments, batch, hidden, gamma, tau, seed
    case trainFrequency = "train_frequency"
    case gradientSteps = "gradient_steps"
    case learningStarts = "learning_starts"
    case bufferSize = "buffer_size"
    case returnSteps = "return_steps"
    case learningRate = "learning_rate"
    case policyDelay = "policy_delay"
    case targetNoise = "target_noise"
    case targetNoiseClip = "target_noise_clip"
    case explorationNoise = "exploration_noise"
    case noiseCorrelation = "noise_correlation"
  }

  /// All settings.
  public static var settings: [Setting<TD3Configuration>] {
    offPolicy + [
      .integer(
        "policy_delay", \.policyDelay, in: 1...64,
        "Updates of the critics for one of the actor and the targets; must divide gradient_steps."),
      .number(
        "target_noise", \.targetNoise, in: 0...10,
        "Standard deviation of the noise on target actions, which are within ±1."),
      .number("target_noise_clip", \.targetNoiseClip, in: 0...10, "Bound of the noise on target actions."),
      .number(
        "exploration_noise", \.explorationNoise, in: 0...10,
        "Standard deviation of the noise by which actions, which are within ±1, explore."),
      .number(
        "noise_correlation", \.noiseCorrelation, in: 0...0.999_999,
        "How much of that noise stays from step to step; 0 for noise that is drawn anew."),
    ]
  }

  /// What settings can't tell alone.
  public func checkTogether() throws(ConfigurationError) {
    try checkOffPolicy()
    guard gradientSteps % policyDelay == 0 else {
      throw ConfigurationError(
        field: "policy-delay", reason: "of \(policyDelay) does not divide the \(gradientSteps) gradient steps"
      )
    }
  }
}
