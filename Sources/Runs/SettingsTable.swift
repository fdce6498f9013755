package import Learning
package import Reinforcement

/// The settings of an algorithm as a flat object under the names of its table: numbers, true and false as such, all else as
/// text, as `--set` takes it.
package struct SettingsTable<Configuration: AlgorithmConfiguration>: RunSettings {
  package let configuration: Configuration

  package init(_ configuration: Configuration) { self.configuration = configuration }

  package func validate() throws(ConfigurationError) { try configuration.validate() }

  package func kept(in run: RunDirectory) -> Self {
    guard configuration.environment.hasSuffix(Environments.fileEnding) else { return self }
    var kept = configuration
    kept.environment = run.environment
    return Self(kept)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: SettingKey.self)
    for setting in Configuration.settings {
      try container.encode(SettingText(setting.text(configuration)), forKey: SettingKey(setting.name))
    }
  }

  /// Lists may be written as such. What is missing is as the default, which is what runs did before there was the setting.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: SettingKey.self)
    var configuration = Configuration()
    for key in container.allKeys where RunKey(rawValue: key.stringValue) == nil {
      let text =
        try (try? container.decode(String.self, forKey: key))
        ?? container.decode([String].self, forKey: key).joined(separator: ",")
      do throws(ConfigurationError) {
        try configuration.set(
          renamedSettings[key.stringValue] ?? key.stringValue, to: text.isEmpty ? "none" : text)
      } catch {
        throw DecodingError.dataCorrupted(.init(codingPath: [key], debugDescription: error.reason))
      }
    }
    self.configuration = configuration
  }
}

/// The text of a value, which JSON and YAML have as a number, as true or false, or as text.
package struct SettingText: Encodable {
  private let text: String

  package init(_ text: String) { self.text = text }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let number = Int(text) {
      try container.encode(number)
    } else if let number = Double(text) {
      try container.encode(number)
    } else if let flag = Bool(text) {
      try container.encode(flag)
    } else {
      try container.encode(text)
    }
  }
}

/// Names that settings had in config.yaml up to version 0.1.0.
let renamedSettings = ["maximum_gradient_norm": "max_gradient_norm"]

private struct SettingKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}
