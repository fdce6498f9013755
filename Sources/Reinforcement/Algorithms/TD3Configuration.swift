public import Learning

/// The settings of a TD3 run; the defaults train Pendulum.
public struct TD3Configuration: OffPolicyConfiguration {
  /// What all algorithms have.
  public var common = CommonSettings(environment: "pendulum", steps: 20_000, environments: 4)
  /// What algorithms that learn continuous actions from a replay buffer have.
  public var offPolicy = OffPolicySettings(gradientSteps: 4, learningStarts: 1000)
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

  /// The defaults.
  public init() {}

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
  public func checkTogether(in environment: any Environment) throws(ConfigurationError) {
    try checkOffPolicy(in: environment)
    guard self.gradientSteps % policyDelay == 0 else {
      throw ConfigurationError(
        field: "policy-delay",
        reason: "of \(policyDelay) does not divide the \(self.gradientSteps) gradient steps"
      )
    }
  }
}
