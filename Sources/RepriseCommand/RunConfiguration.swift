import Learning
import Reinforcement
import Yams

/// What config.yaml holds: the settings of a run, and what they ran on.
struct RunConfiguration: Codable {
  /// The version of Reprise that wrote it.
  let version: String
  /// What trained.
  let algorithm: String
  /// The device's and the driver's name.
  let device, driver: String
  /// The algorithm's settings; in the file they stand beside the rest.
  let settings: PPOConfiguration

  /// The algorithm that this version knows.
  static let algorithm = "ppo"

  private enum CodingKeys: CodingKey {
    case version, algorithm, device, driver
  }

  init(_ settings: PPOConfiguration, device: String, driver: String) {
    version = RepriseCommand.version
    algorithm = Self.algorithm
    self.device = device
    self.driver = driver
    self.settings = settings
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    version = try container.decode(String.self, forKey: .version)
    algorithm = try container.decode(String.self, forKey: .algorithm)
    device = try container.decode(String.self, forKey: .device)
    driver = try container.decode(String.self, forKey: .driver)
    settings = try PPOConfiguration(from: decoder)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version, forKey: .version)
    try container.encode(algorithm, forKey: .algorithm)
    try container.encode(device, forKey: .device)
    try container.encode(driver, forKey: .driver)
    try settings.encode(to: encoder)
  }

  /// The text of config.yaml.
  func yaml() throws -> String {
    var node = try Yams.compose(yaml: YAMLEncoder().encode(self)) ?? [:]
    // Yams writes 0.99 as 9.9e-1 and keeps 15 digits; JSON's numbers are exact and are YAML's too.
    for (key, value) in try Yams.compose(yaml: jsonText(self))?.mapping ?? [:]
    where value.scalar?.style == .plain {
      node.mapping?[key] = value
    }
    return try Yams.serialize(node: node)
  }

  /// Reads config.yaml of a run.
  ///
  /// - Throws: `CommandFailure` with the file, the line and what is wrong there.
  init(of run: RunDirectory) throws(CommandFailure) {
    let text = try readText(run.config)
    func failure(_ line: Int?, _ reason: String) -> CommandFailure {
      CommandFailure("\(run.config)\(line.map { ":\($0)" } ?? ""): \(reason)")
    }
    let composed: Node?
    do {
      composed = try Yams.compose(yaml: text)
    } catch {
      let (line, reason) = explanation(of: error)
      throw failure(line, reason)
    }
    guard let root = composed, root.mapping != nil else {
      throw failure(1, "found no settings; expected lines of 'name: value'")
    }
    do {
      self = try YAMLDecoder().decode(RunConfiguration.self, from: root)
    } catch {
      let (path, reason) = explanation(ofDecoding: error)
      throw failure(line(of: path, in: root), reason)
    }
    guard algorithm == Self.algorithm else {
      throw failure(
        root["algorithm"]?.mark?.line, "algorithm: \(algorithm) is not known; there is: \(Self.algorithm)")
    }
    do throws(ConfigurationError) {
      try settings.validate()
    } catch {
      throw failure(root[error.field.replacing("-", with: "_")]?.mark?.line, error.description)
    }
  }
}

/// The line and the reason of text that is no YAML.
private func explanation(of error: any Error) -> (line: Int?, reason: String) {
  switch error {
  case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
    YamlError.composer(_, let problem, let mark, _):
    (mark.line, "it is no YAML: \(problem)")
  case YamlError.reader(let problem, let offset, _, let yaml):
    (offset.map { 1 + yaml.prefix($0).count { $0 == "\n" } }, "it is no YAML: \(problem)")
  case YamlError.duplicatedKeysInMapping(let duplicates, let context):
    (context.mark.line, "\(duplicates.sorted().joined(separator: ", ")) stands there more than once")
  default: (nil, "it is no YAML: \("\(error)".prefix { $0 != "\n" })")
  }
}

/// The place and the reason of YAML that is no configuration.
private func explanation(ofDecoding error: any Error) -> (path: [any CodingKey], reason: String) {
  func name(_ path: [any CodingKey]) -> String {
    path.first.map { "\"\($0.stringValue)\"" } ?? "the file"
  }
  return switch error as? DecodingError {
  case .keyNotFound(let key, _): ([], "\"\(key.stringValue)\" is missing")
  case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
    (context.codingPath, "\(name(context.codingPath)) is no \(type)")
  case .dataCorrupted(let context):
    (context.codingPath, "\(name(context.codingPath)) can't be used: \(context.debugDescription)")
  default: ([], "it can't be used: \(error)")
  }
}

/// The line of a value, or of the nearest one around it.
private func line(of path: [any CodingKey], in root: Node) -> Int? {
  var node = root
  for key in path {
    guard let next = key.intValue.map({ node[$0] }) ?? node[key.stringValue] else { break }
    node = next
  }
  return path.isEmpty ? nil : node.mark?.line
}
