public import Learning

/// What an environment of one's own is but for its dynamics: the header of its GLSL file, and the manifest of its bundle.
public struct EnvironmentManifest: Codable, Sendable, Equatable {
  /// Its name: lower-case letters, digits and `-`.
  public var name: String
  /// float32 numbers of state that a copy carries, and that the policy sees.
  public var stateSize, observationSize: Int
  /// What it takes for an action.
  public var actionSpace: ActionSpace
  /// Steps after which an episode is truncated.
  public var maximumSteps: Int
  /// The mean return from which it counts as solved; nil where there is none.
  public var rewardThreshold: Double?
  /// What its dynamics are made of, by the place in `parameters`.
  public var parameters: [EnvironmentParameter]
  /// Names of the numbers of its state, for its picture; nil where there are none.
  public var stateNames: [String]?
  /// Its picture; nil where there is none.
  public var picture: EnvironmentPicture?

  /// The names in files; where Gymnasium has one, it is that.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    /// `name`.
    case name
    /// `parameters`, an object in headers, a list in manifests.
    case parameters
    /// `state_size`.
    case stateSize = "state_size"
    /// `observation_size`.
    case observationSize = "observation_size"
    /// `action_space`.
    case actionSpace = "action_space"
    /// `max_episode_steps`.
    case maximumSteps = "max_episode_steps"
    /// `reward_threshold`, which may be missing.
    case rewardThreshold = "reward_threshold"
    /// `state_names`, which may be missing.
    case stateNames = "state_names"
    /// `picture`, which may be missing.
    case picture
  }

  /// What an environment's kernels can carry in registers.
  public static let (stateSizes, observationSizes) = (1...256, 1...256)
  /// Components of an action, and choices of each.
  public static let (actionSizes, actionChoices) = (1...64, 2...1024)

  /// All that an environment says of itself.
  public init(
    name: String, stateSize: Int, observationSize: Int, actionSpace: ActionSpace, maximumSteps: Int,
    rewardThreshold: Double? = nil, parameters: [EnvironmentParameter], stateNames: [String]? = nil,
    picture: EnvironmentPicture? = nil
  ) {
    (self.name, self.stateSize, self.observationSize) = (name, stateSize, observationSize)
    (self.actionSpace, self.maximumSteps) = (actionSpace, maximumSteps)
    (self.rewardThreshold, self.parameters) = (rewardThreshold, parameters)
    (self.stateNames, self.picture) = (stateNames, picture)
  }

  /// Looks at every number and name.
  ///
  /// - Throws: `ConfigurationError` with the key, for the first that can't be used.
  public func check() throws(ConfigurationError) {
    func check(_ holds: Bool, _ key: String, _ reason: String) throws(ConfigurationError) {
      guard holds else { throw ConfigurationError(field: key, reason: reason) }
    }
    try check(
      name.wholeMatch(of: #/[a-z][a-z0-9]*(-[a-z0-9]+)*/#) != nil, "name",
      "is \"\(name)\"; expected lower-case letters and digits, in words with - between")
    try ConfigurationError.check("state_size", stateSize, in: Self.stateSizes)
    try ConfigurationError.check("observation_size", observationSize, in: Self.observationSizes)
    // The length of an episode is counted in float32.
    try ConfigurationError.check("max_episode_steps", maximumSteps, in: 1...1 << 24)
    try check(rewardThreshold?.isFinite ?? true, "reward_threshold", "is no finite number")
    try check(
      Self.actionSizes ~= actionSpace.size, "action_space",
      "has \(actionSpace.size) components; expected 1 to 64")
    switch actionSpace {
    case .box(let low, let high):
      try check(
        low.count == high.count, "action_space", "has \(low.count) lower and \(high.count) upper bounds")
      for (low, high) in zip(low, high) {
        try check(
          Float(low).isFinite && Float(high).isFinite && Float(low) < Float(high), "action_space",
          "has bounds \(low) and \(high); expected finite ones, the lower first")
      }
    case .discrete, .multiDiscrete:
      for count in actionSpace.counts ?? [] {
        try check(Self.actionChoices ~= count, "action_space", "has \(count) choices; expected 2 to 1024")
      }
    }
    try check(!parameters.isEmpty, "parameters", "are none; expected at least one")
    var names = Set<String>()
    for parameter in parameters {
      try check(
        parameter.name.wholeMatch(of: #/[a-z][a-z0-9_]*/#) != nil, "parameters",
        "have the name \"\(parameter.name)\"; expected lower-case letters, digits and _")
      try check(parameter.name != "count", "parameters", "have the name \"count\", which PARAMETER_COUNT has")
      try check(names.insert(parameter.name).inserted, "parameters", "have \"\(parameter.name)\" twice")
      try check(
        Float(parameter.value).isFinite, "parameters",
        "have \(parameter.name) \(parameter.value); expected a finite number")
    }
    if let stateNames {
      try check(
        stateNames.count == stateSize, "state_names",
        "has \(stateNames.count) names; expected one for each of the \(stateSize) numbers of state")
      for (index, name) in stateNames.enumerated() {
        try check(
          name.wholeMatch(of: #/[a-z][a-z0-9_]*/#) != nil && !["sin", "cos", "pi"].contains(name),
          "state_names",
          "has the name \"\(name)\"; expected lower-case letters, digits and _, not sin, cos or pi")
        try check(!stateNames[..<index].contains(name), "state_names", "has \"\(name)\" twice")
      }
    }
    _ = try picture?.drawings(stateNames: stateNames ?? [])
  }
}

extension ActionSpace: Codable {
  private enum Key: String, CodingKey {
    case discrete, box
    case multiDiscrete = "multi_discrete"
  }

  private struct Bounds: Codable {
    let low, high: [Double]
  }

  /// Reads `{discrete: 3}`, `{multi_discrete: [3, 2]}` or `{box: {low: […], high: […]}}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    guard container.allKeys.count == 1, let key = container.allKeys.first else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "expected one of discrete, multi_discrete, box"))
    }
    switch key {
    case .discrete: self = .discrete(try container.decode(Int.self, forKey: key))
    case .multiDiscrete: self = .multiDiscrete(try container.decode([Int].self, forKey: key))
    case .box:
      let bounds = try container.decode(Bounds.self, forKey: key)
      self = .box(low: bounds.low, high: bounds.high)
    }
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .discrete(let count): try container.encode(count, forKey: .discrete)
    case .multiDiscrete(let counts): try container.encode(counts, forKey: .multiDiscrete)
    case .box(let low, let high): try container.encode(Bounds(low: low, high: high), forKey: .box)
    }
  }
}
