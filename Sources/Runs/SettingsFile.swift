import Learning
package import Reinforcement
import Yams

/// A file of settings: config.yaml of a run, or any subset of its lines.
package struct SettingsFile {
  /// Where a setting stands in a file, from 1 on.
  package typealias Lines = [String: Int]

  package let path: String
  /// What it is for; nil where it doesn't say.
  package let algorithm: RunKind?
  /// The device and the driver of the run that it is of.
  package let device, driver: String?
  let root: Node

  /// What may stand there and sets nothing.
  static let informative: [RunKey] = [.format, .version, .algorithm, .device, .driver]

  /// - Throws: `CommandFailure` for what is no YAML, of a newer version, or for no algorithm that there is.
  package init(_ path: String) throws(CommandFailure) {
    let root = try composedYAML(file: path)
    try RunFormat.refuseNewer(root, file: path)
    func text(_ key: RunKey) throws(CommandFailure) -> String? {
      guard let node = root[key.rawValue] else { return nil }
      guard let text = node.scalar?.string, !text.isEmpty else {
        throw yamlFailure(path, node.mark?.line, "\(key.rawValue): found no word; expected one")
      }
      return text
    }
    let name = try text(.algorithm)
    algorithm = name.flatMap(RunKind.init)
    if let name, algorithm == nil {
      throw yamlFailure(
        path, root[RunKey.algorithm.rawValue]?.mark?.line,
        "algorithm: \(name) is not known; there are: \(RunKind.names.joined(separator: ", "))")
    }
    (device, driver) = (try text(.device), try text(.driver))
    (self.path, self.root) = (path, root)
  }

  /// Throws where the file is for something else.
  package func expect(_ kind: RunKind) throws(CommandFailure) {
    guard let algorithm, algorithm != kind else { return }
    throw yamlFailure(
      path, root[RunKey.algorithm.rawValue]?.mark?.line,
      "is of a run of \(algorithm.rawValue); expected one of \(kind.rawValue)")
  }

  /// Takes over all of it, for a run of `kind` whose settings stand beside the rest.
  ///
  /// - Returns: where each of them stands.
  /// - Throws: `CommandFailure` with the line, for a key that is not known, with the nearest ones, and for a value that can't
  ///   be used.
  package func apply<Configuration: AlgorithmConfiguration>(
    to configuration: inout Configuration, _ options: inout RunOptions, of kind: RunKind
  ) throws(CommandFailure) -> Lines {
    var lines: Lines = [:]
    let known = RunOptions.settings(of: kind)
    for (keyNode, node) in root.mapping ?? [:] {
      let key = keyNode.string ?? "?"
      if Self.informative.contains(where: { $0.rawValue == key }) { continue }
      let name = renamedSettings[key] ?? key
      if known.contains(where: { $0.name == name }) {
        try set(name, node, in: &options)
      } else if name == "environment", let kept = keptEnvironment(node) {
        try set(name, Node(kept), in: &configuration)
      } else {
        let names = Configuration.settings.map(\.name) + known.map(\.name)
        try set(name, node, in: &configuration, known: names)
      }
      lines[name] = keyNode.mark?.line
    }
    return lines
  }

  /// The environment that a run keeps beside its config.yaml, in place of the file that this names.
  private func keptEnvironment(_ node: Node) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let run = RunDirectory(parts.count > 1 ? parts.dropLast().joined(separator: "/") : ".")
    guard parts.last == "config.yaml", root[RunKey.version.rawValue] != nil,
      node.scalar?.string.hasSuffix(Environments.fileEnding) == true, RunDirectory.hasFile(run.environment)
    else { return nil }
    return run.environment
  }

  /// Sets a value and looks at it.
  ///
  /// - Parameter names: those that could have been meant; those of the table unless they are given.
  func set<Configuration: Configurable>(
    _ name: String, _ node: Node, in configuration: inout Configuration, known names: [String]? = nil
  ) throws(CommandFailure) {
    do throws(ConfigurationError) {
      guard let setting = Configuration.settings.first(where: { $0.name == name }) else {
        throw ConfigurationError(unknown: name, known: names ?? Configuration.settings.map(\.name))
      }
      guard let text = node.settingText else {
        throw ConfigurationError(
          field: name,
          reason: "is no single value; expected \(setting.values.isEmpty ? "a word" : setting.values)")
      }
      do throws(ConfigurationError) {
        try setting.set(&configuration, text)
        try setting.check(configuration)
      } catch {
        // Its help says what it is, with units.
        let meaning = setting.help.hasSuffix(".") ? String(setting.help.dropLast()) : setting.help
        throw ConfigurationError(field: name, reason: "\(error.reason) (\(meaning))")
      }
    } catch {
      throw yamlFailure(path, node.mark?.line, error.description)
    }
  }
}

extension Node {
  /// A value as `--set` takes it; nil for what holds more than values.
  fileprivate var settingText: String? {
    switch self {
    case .scalar(let scalar):
      let isNull = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
      return isNull ? "none" : scalar.string
    case .sequence(let sequence):
      let words = sequence.compactMap(\.scalar?.string)
      guard words.count == sequence.count else { return nil }
      return words.isEmpty ? "none" : words.joined(separator: ",")
    default: return nil
    }
  }
}
