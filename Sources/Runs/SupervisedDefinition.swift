package import Learning
package import Supervised
import Yams

/// What defines a supervised run before any data is read.
package struct SupervisedDefinition {
  /// The parts that config.yaml has, beside how the run goes on.
  package enum Section: String, CaseIterable {
    case data, model, training
  }

  package var data = DataConfiguration()
  /// The model; nil where nothing says which.
  package var model: ModelDescription?
  package var training = SupervisedConfiguration()
  package var options = RunOptions()

  package init() {}
}

extension SettingsFile {
  /// Takes over all of it, for a supervised run of `kind`.
  ///
  /// - Returns: where each value stands, under names as `training.learning_rate`.
  /// - Throws: `CommandFailure` with the line, for a key that is not known, with the nearest ones, and for a value that can't
  ///   be used.
  package func apply(to definition: inout SupervisedDefinition, of kind: RunKind) throws(CommandFailure)
    -> Lines
  {
    var lines: Lines = [:]
    let known = RunOptions.settings(of: kind).map(\.name)
    for (keyNode, node) in root.mapping ?? [:] {
      let (key, line) = (keyNode.string ?? "?", keyNode.mark?.line)
      if Self.informative.contains(where: { $0.rawValue == key }) || SupervisedSettings.measured.contains(key)
      {
        continue
      }
      switch SupervisedDefinition.Section(rawValue: key) {
      case .data:
        for (name, line) in try entries(node, key) {
          lines["data.\(name.key)"] = line
          try set(name.key, name.value, in: &definition.data)
        }
      case .model:
        lines[key] = line
        definition.model = try model(node)
      case .training:
        for (name, line) in try entries(node, key) {
          for (within, line) in name.value.mapping == nil ? [] : try entries(name.value, name.key) {
            lines["training.\(name.key).\(within.key)"] = line
          }
          lines["training.\(name.key)"] = line
          try set(name.key, name.value, in: &definition.training)
        }
      case nil:
        guard known.contains(key) else {
          let names = known + SupervisedDefinition.Section.allCases.map(\.rawValue)
          throw yamlFailure(path, line, ConfigurationError(unknown: key, known: names).description)
        }
        lines[key] = line
        try set(key, node, in: &definition.options)
      }
    }
    return lines
  }

  /// What the run that the file is of measured of its data; nil for a file that isn't of one.
  package var settings: SupervisedSettings? { try? YAMLDecoder().decode(SupervisedSettings.self, from: root) }

  private func set(_ name: String, _ node: Node, in training: inout SupervisedConfiguration)
    throws(CommandFailure)
  {
    switch name {
    case "augmentation":
      for (name, _) in try entries(node, name) {
        try set("augmentation.\(name.key)", name.value, in: &training, known: nil)
      }
    case "unfreeze": training.unfreeze = try list(node, name)
    case "groups": training.groups = try list(node, name)
    default:
      let names = SupervisedConfiguration.settings.map(\.name) + ["augmentation", "unfreeze", "groups"]
      try set(name, node, in: &training, known: names)
    }
  }

  /// A list of what has settings itself.
  private func list<Element: Configurable>(_ node: Node, _ name: String) throws(CommandFailure) -> [Element] {
    guard let sequence = node.sequence else {
      throw yamlFailure(path, node.mark?.line, "\(name): is no list; expected one of '- pattern: …'")
    }
    var elements: [Element] = []
    for node in sequence {
      var element = Element()
      for (name, _) in try entries(node, name) { try set(name.key, name.value, in: &element) }
      elements.append(element)
    }
    return elements
  }

  private func entries(_ node: Node, _ name: String) throws(CommandFailure)
    -> [(name: (key: String, value: Node), line: Int?)]
  {
    guard let mapping = node.mapping else {
      throw yamlFailure(
        path, node.mark?.line, "\(name): is no mapping; expected lines of 'name: value' below it")
    }
    return mapping.map { (($0.key.string ?? "?", $0.value), $0.key.mark?.line) }
  }

  private func model(_ node: Node) throws(CommandFailure) -> ModelDescription {
    do {
      let model = try YAMLDecoder().decode(ModelDescription.self, from: node)
      try model.check()
      return model
    } catch let error as ModelError {
      throw yamlFailure(path, node.mark?.line, error.description)
    } catch {
      throw yamlFailure(path, node.mark?.line, "model: \(explanation(ofDecoding: error).reason)")
    }
  }
}
