import FoundationEssentials
package import Learning
import Reinforcement
package import Supervised
import Vulkan
import Yams

/// What settings have to offer for config.yaml.
package protocol RunSettings: Codable {
  /// Looks at every setting.
  func validate() throws(ConfigurationError)
  /// The settings with the files that the run keeps in place of those that they name.
  func kept(in run: RunDirectory) -> Self
}

extension RunSettings {
  package func kept(in _: RunDirectory) -> Self { self }
}

extension SupervisedSettings: RunSettings {
  package func validate() throws(ConfigurationError) { try training.validate() }
}

/// What trains.
package enum RunKind: RawRepresentable, Codable, Equatable {
  /// An algorithm of reinforcement learning, by its name.
  case reinforcement(String)
  case classifier, regressor

  /// All names.
  package static var names: [String] { Algorithms.names + ["classifier", "regressor"] }

  package init?(rawValue: String) {
    switch rawValue {
    case "classifier": self = .classifier
    case "regressor": self = .regressor
    default:
      guard Algorithms.names.contains(rawValue) else { return nil }
      self = .reinforcement(rawValue)
    }
  }

  package var rawValue: String {
    switch self {
    case .reinforcement(let name): name
    case .classifier: "classifier"
    case .regressor: "regressor"
    }
  }
}

/// What stands in config.yaml beside the settings.
package enum RunKey: String, CodingKey, CaseIterable {
  case format, version, algorithm, device, driver
  case evaluateEvery = "evaluate_every"
  case evaluateEpisodes = "evaluate_episodes"
  case checkpointEvery = "checkpoint_every"
  case onNan = "on_nan"
  case noFusion = "no_fusion"
  case seeds, pretrained
}

/// What config.yaml holds: the settings of a run, all else that its result depends on, and what it ran on.
package struct RunConfiguration<Settings: RunSettings>: Codable {
  /// The version of Reprise that wrote it.
  package let version: String
  /// What trained.
  package let algorithm: RunKind
  /// The device's and the driver's name.
  package let device, driver: String
  /// How it goes on; in the file these stand beside the rest.
  package var options = RunOptions()
  /// The algorithm's settings; in the file they stand beside the rest.
  package var settings: Settings

  package init(
    _ algorithm: RunKind, _ settings: Settings, _ options: RunOptions, device: String, driver: String
  ) {
    version = repriseVersion
    self.options = options
    self.algorithm = algorithm
    self.device = device
    self.driver = driver
    self.settings = settings
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: RunKey.self)
    version = try container.decode(String.self, forKey: .version)
    algorithm = try container.decode(RunKind.self, forKey: .algorithm)
    device = try container.decode(String.self, forKey: .device)
    driver = try container.decode(String.self, forKey: .driver)
    options.evaluateEvery = try container.decodeIfPresent(Int.self, forKey: .evaluateEvery)
    let episodes = try container.decodeIfPresent(Int.self, forKey: .evaluateEpisodes)
    options.evaluateEpisodes = episodes ?? options.evaluateEpisodes
    options.checkpointEvery = try container.decodeIfPresent(Int.self, forKey: .checkpointEvery)
    options.onNan = try container.decodeIfPresent(FaultAnswer.self, forKey: .onNan) ?? .reset
    options.noFusion = try container.decodeIfPresent(Bool.self, forKey: .noFusion) ?? false
    options.seeds = try container.decodeIfPresent([UInt64].self, forKey: .seeds)
    options.pretrained = try container.decodeIfPresent(String.self, forKey: .pretrained)
    settings = try Settings(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: RunKey.self)
    try container.encode(RunFormat.current, forKey: .format)
    try container.encode(version, forKey: .version)
    try container.encode(algorithm, forKey: .algorithm)
    try container.encode(device, forKey: .device)
    try container.encode(driver, forKey: .driver)
    try container.encodeIfPresent(options.evaluateEvery, forKey: .evaluateEvery)
    if options.evaluateEvery != nil {
      try container.encode(options.evaluateEpisodes, forKey: .evaluateEpisodes)
    }
    try container.encodeIfPresent(options.checkpointEvery, forKey: .checkpointEvery)
    if options.onNan != .reset { try container.encode(options.onNan, forKey: .onNan) }
    if options.noFusion { try container.encode(true, forKey: .noFusion) }
    try container.encodeIfPresent(options.seeds, forKey: .seeds)
    try container.encodeIfPresent(options.pretrained, forKey: .pretrained)
    try settings.encode(to: encoder)
  }

  /// The text of config.yaml.
  package func yaml() throws -> String {
    let node = try Yams.compose(yaml: YAMLEncoder().encode(self)) ?? [:]
    // Yams writes 0.99 as 9.9e-1 and keeps 15 digits; JSON's numbers are exact and are YAML's too.
    let exact = try Yams.compose(yaml: jsonText(self, keys: .useDefaultKeys)) ?? [:]
    return try Yams.serialize(node: node.withPlainScalars(of: exact))
  }

  /// Reads config.yaml of a run.
  ///
  /// - Throws: `CommandFailure` with the file, the line and what is wrong there.
  package init(of run: RunDirectory) throws(CommandFailure) {
    // A newer version's settings may mean something else, or be unknown.
    _ = try run.algorithm()
    self = try decodeYAML(Self.self, file: run.config) { configuration in
      Result { () throws(ConfigurationError) in try configuration.settings.kept(in: run).validate() }
    }
    settings = settings.kept(in: run)
  }
}

extension Node {
  /// This node with the numbers, true, false and null as `exact`, a node of the same structure, has them.
  fileprivate func withPlainScalars(of exact: Node) -> Node {
    switch (self, exact) {
    case (.mapping(var mapping), .mapping(let other)):
      for (key, value) in mapping {
        if let exact = other[key] { mapping[key] = value.withPlainScalars(of: exact) }
      }
      return .mapping(mapping)
    case (.sequence(var sequence), .sequence(let other)):
      for index in sequence.indices where index < other.count {
        sequence[index] = sequence[index].withPlainScalars(of: other[index])
      }
      // Short lists of numbers stand on one line.
      if !sequence.isEmpty, sequence.allSatisfy({ $0.scalar?.style == .plain }) { sequence.style = .flow }
      return .sequence(sequence)
    case (.scalar, .scalar(let other)) where other.style == .plain: return exact
    default: return self
    }
  }
}

extension RunDirectory {
  /// What trained this run.
  ///
  /// - Throws: `CommandFailure` as `RunConfiguration`, and for a run of a newer version.
  package func algorithm() throws(CommandFailure) -> RunKind {
    guard let kind = try SettingsFile(config).algorithm else {
      throw CommandFailure("\(config): \"algorithm\" is missing")
    }
    return kind
  }
}
