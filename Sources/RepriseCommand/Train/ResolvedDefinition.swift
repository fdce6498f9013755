import Foundation
import Learning
import Runs
import Supervised

/// What defines a supervised run, and where each value is from.
struct ResolvedDefinition {
  private(set) var definition = SupervisedDefinition()
  private var origins: [String: SettingOrigin] = [:]
  private let kind: RunKind

  /// What a file says; nothing without one.
  init(_ file: SettingsFile?, _ kind: RunKind) throws {
    self.kind = kind
    guard let file else { return }
    try file.expect(kind)
    for (name, line) in try file.apply(to: &definition, of: kind) {
      origins[name] = .file(file.path, line: line)
    }
  }

  /// Takes what options say of the data, of the training and of how the run goes on.
  mutating func take(data: [SettingArgument], training: [SettingArgument], options: [SettingArgument]) throws
  {
    for argument in data {
      try definition.data.set(argument.name, to: argument.value)
      origins["data.\(argument.name)"] = .option
    }
    for argument in training {
      try definition.training.set(argument.name, to: argument.value)
      origins["training.\(argument.name)"] = .option
    }
    for argument in options {
      try definition.options.set(argument.name, to: argument.value)
      origins[argument.name] = .option
    }
  }

  /// Takes what options say of lists.
  mutating func take(_ change: (inout SupervisedConfiguration) throws -> [String]) rethrows {
    for name in try change(&definition.training) { origins["training.\(name)"] = .option }
  }

  /// Takes a model, which an option may have said.
  mutating func take(_ model: ModelDescription, isSaid: Bool) {
    if isSaid { origins["model"] = .option }
    definition.model = model
  }

  /// Looks at every setting.
  func validate() throws(ConfigurationError) {
    for setting in DataConfiguration.settings { try setting.check(definition.data) }
    try definition.training.validate()
    try definition.options.validate()
  }

  /// Every value that decides the result.
  var values: [ResolvedValue] {
    let training = definition.training
    let unfreeze = training.unfreeze.map { "\($0.pattern)=\($0.epoch)" }
    let groups = training.groups.map { group in
      ([group.pattern] + [group.learningRateScale, group.weightDecay].map { $0.map { "\($0)" } ?? "–" })
        .joined(separator: " ")
    }
    return rows("data.", DataConfiguration.settings, definition.data)
      + [row("model", definition.model.flatMap { try? jsonText($0, keys: .useDefaultKeys) } ?? "mlp")]
      + rows("training.", SupervisedConfiguration.settings, training)
      + [row("training.unfreeze", unfreeze.inWords), row("training.groups", groups.inWords)]
      + rows("", RunOptions.settings(of: kind), definition.options)
  }

  private func row(_ name: String, _ value: String) -> ResolvedValue {
    ResolvedValue(name: name, value: value, origin: origins[name] ?? .defaults)
  }

  private func rows<Table>(_ prefix: String, _ settings: [Setting<Table>], _ table: Table) -> [ResolvedValue]
  {
    settings.map { row(prefix + $0.name, $0.text(table)) }
  }
}

extension [String] {
  fileprivate var inWords: String { isEmpty ? "none" : joined(separator: ", ") }
}
