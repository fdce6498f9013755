public import Learning

/// The settings that all algorithms have.
public struct CommonSettings: Sendable, Equatable {
  /// Name of the environment.
  public var environment: String
  /// Ranges by name, out of which each episode draws parameters of its own; the others are the environment's.
  public var parameters: [String: ClosedRange<Double>] = [:]
  /// Environment steps that an action is held; all of them count.
  public var actionRepeat = 1
  /// Frames that are seen at once.
  public var frameStack = 1
  /// Environment steps of the whole run, over all copies; rounded up to whole iterations.
  public var steps: Int
  /// Copies of the environment that are stepped side by side.
  public var environments: Int
  /// Decides every random number of the run.
  public var seed: UInt64 = 1

  /// The defaults but for these.
  public init(environment: String, steps: Int, environments: Int) {
    (self.environment, self.steps, self.environments) = (environment, steps, environments)
  }
}

/// The settings of an algorithm.
@dynamicMemberLookup
public protocol AlgorithmConfiguration: Configurable, Equatable {
  /// Those that all algorithms have, which are members of the configuration too: `configuration.steps`.
  var common: CommonSettings { get set }
  /// Whether the policy knows more than what it sees now.
  var remembers: Bool { get }
  /// Looks at what a single setting can't tell: that they fit each other and the environment. All of them are in range then.
  func checkTogether(in environment: any Environment) throws(ConfigurationError)
}

extension AlgorithmConfiguration {
  /// A setting that all algorithms have.
  public subscript<Value>(
    dynamicMember path: any WritableKeyPath<CommonSettings, Value> & Sendable
  ) -> Value {
    get { common[keyPath: path] }
    set { common[keyPath: path] = newValue }
  }

  /// It doesn't, unless an algorithm says so.
  public var remembers: Bool { false }

  /// Environment steps of an action of all copies.
  public var stepsPerAction: Int { common.environments * common.actionRepeat }

  /// Looks at every setting.
  ///
  /// - Throws: `ConfigurationError` for the first that can't be used.
  public func validate() throws(ConfigurationError) {
    try validate(in: Environments.named(common.environment))
  }

  /// Looks at every setting, for an environment that takes the place of the one with the name.
  func validate(in environment: any Environment) throws(ConfigurationError) {
    for setting in Self.settings { try setting.check(self) }
    try environment.check(common.parameters)
    try checkTogether(in: environment)
  }

  /// The settings that all algorithms have, but for `environments`, whose range is each one's own.
  static var common: [Setting<Self>] {
    [
      .word(
        "environment", \.environment, "The environment.", values: Environments.names.joined(separator: ", "),
        check: { (name) throws(ConfigurationError) in _ = try Environments.named(name) }),
      .ranges(
        "parameters", \.parameters,
        "Parameters of the environment, as gravity=8:12,length=0.7: a range, out of which each episode draws its own uniformly, or one value for all; the others are as in Gymnasium."
      ),
      .integer(
        "action_repeat", \.actionRepeat, in: VectorEnvironment.actionRepeats,
        "Environment steps that an action is held; all of them count."),
      .integer(
        "frame_stack", \.frameStack, in: VectorEnvironment.frameStacks,
        "Frames that are seen at once, the oldest first; an episode's first fills all of them."),
      .integer(
        "steps", \.steps, in: 1...1_000_000_000_000,
        "Environment steps of the whole run, over all copies; rounded up to whole iterations."),
      .seed(
        "seed", \.seed, "Decides every random number: the same seed, device and driver give the same bits."),
    ]
  }
}
