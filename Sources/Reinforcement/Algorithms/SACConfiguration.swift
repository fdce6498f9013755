public import Learning

/// The settings of a SAC run; the defaults train Pendulum.
public struct SACConfiguration: OffPolicyConfiguration {
  /// What all algorithms have.
  public var common = CommonSettings(environment: "pendulum", steps: 20_000, environments: 4)
  /// What algorithms that learn continuous actions from a replay buffer have.
  public var offPolicy = OffPolicySettings(gradientSteps: 8, learningStarts: 400)
  /// The weight α of the entropy; nil to learn it.
  public var alpha: Double?
  /// The entropy that a learnt α aims at; nil for minus the number of an action's components.
  public var targetEntropy: Double?
  /// Whether exploration is state-dependent (gSDE).
  public var gsde = false
  /// Actions of each copy for which gSDE holds its random matrix.
  public var noiseInterval = 4
  /// Logarithm of the standard deviations that gSDE starts with.
  public var logStandardDeviation = -3.0

  /// The defaults.
  public init() {}

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
        "Actions of each copy for which gSDE holds its random matrix."),
      .number(
        "log_standard_deviation", \.logStandardDeviation, in: -20...2,
        "Logarithm of the standard deviations that gSDE starts with."),
    ]
  }

  /// What settings can't tell alone.
  public func checkTogether(in environment: any Environment) throws(ConfigurationError) {
    try checkOffPolicy(in: environment)
  }
}
