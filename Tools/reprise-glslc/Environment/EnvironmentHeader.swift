import Learning
import Reinforcement
import ShaderCompiler
import Yams

/// The comment of an environment's file that says what it is: `/* environment`, lines of YAML, `*/`.
struct EnvironmentHeader {
  /// What it says.
  let manifest: EnvironmentManifest

  private typealias Key = EnvironmentManifest.CodingKeys

  /// Reads the header of `text`.
  ///
  /// - Throws: ``ShaderError`` with the line and what was expected there.
  init(of text: String, file: String) throws(ShaderError) {
    func failure(_ line: Int?, _ reason: String) -> ShaderError {
      ShaderError(file: file, line: line, reason)
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.wholeMatch(of: #/\s*/\*\s*environment\s*/#) != nil }),
      let length = lines[start...].firstIndex(where: { $0.contains("*/") })
    else {
      throw failure(
        1, "no header: a comment that begins with the line '/* environment' says name, sizes and spaces")
    }
    let yaml = lines[(start + 1)..<max(start + 1, length)].joined(separator: "\n")
    // The first line of the YAML is that after the comment's beginning.
    func line(_ mark: Mark?) -> Int { start + 1 + (mark?.line ?? 0) }
    let root: Node
    do {
      root = try Yams.compose(yaml: yaml) ?? [:]
    } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _)
    {
      throw failure(line(mark), "the header is no YAML: \(problem)")
    } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
      throw failure(line(context.mark), "\(keys.sorted().joined(separator: ", ")) stands there twice")
    } catch {
      throw failure(start + 1, "the header is no YAML")
    }
    guard let mapping = root.mapping else {
      throw failure(start + 2, "the header holds no lines of 'key: value'")
    }
    for (key, _) in mapping where Key(stringValue: key.string ?? "") == nil {
      let nearest = Key.allCases.map(\.rawValue).nearest(to: key.string ?? "").prefix(2).joined(
        separator: ", ")
      throw failure(
        line(key.mark), "the header has no \"\(key.string ?? "?")\"; the nearest keys are: \(nearest)")
    }
    func value<Value: Decodable>(_ key: Key, _: Value.Type, _ expected: String) throws(ShaderError) -> Value?
    {
      guard let node = mapping[key.rawValue] else { return nil }
      guard let value = try? YAMLDecoder().decode(Value.self, from: node) else {
        throw failure(line(node.mark), "\(key.rawValue) can't be read; expected \(expected)")
      }
      return value
    }
    func needed<Value: Decodable>(_ key: Key, _ type: Value.Type, _ expected: String) throws(ShaderError)
      -> Value
    {
      guard let value = try value(key, type, expected) else {
        throw failure(start + 1, "the header lacks \(key.rawValue): \(expected)")
      }
      return value
    }
    manifest = EnvironmentManifest(
      name: try needed(.name, String.self, "a name"),
      stateSize: try needed(.stateSize, Int.self, "a whole number"),
      observationSize: try needed(.observationSize, Int.self, "a whole number"),
      actionSpace: try needed(
        .actionSpace, ActionSpace.self,
        "{discrete: 3}, {multi_discrete: [3, 2]} or {box: {low: [-1], high: [1]}}"),
      maximumSteps: try needed(.maximumSteps, Int.self, "a whole number"),
      rewardThreshold: try value(.rewardThreshold, Double.self, "a number"),
      parameters: try Self.parameters(mapping[Key.parameters.rawValue]) { failure(line($0), $1) })
    do throws(ConfigurationError) {
      try manifest.check()
    } catch {
      throw failure(line(mapping[error.field]?.mark), "\(error)")
    }
  }

  /// A mapping from names to values, or to `{value: 1, unit: kg}`.
  private static func parameters(
    _ node: Node?, failure: (Mark?, String) -> ShaderError
  ) throws(ShaderError) -> [EnvironmentParameter] {
    // Arrays of GLSL can't be empty.
    guard let node else { return [EnvironmentParameter("unused", 0)] }
    let expected = "lines of 'name: 1.5' or 'name: {value: 1.5, unit: kg}'"
    guard let mapping = node.mapping else {
      throw failure(node.mark, "parameters can't be read; expected \(expected)")
    }
    var parameters: [EnvironmentParameter] = []
    for (key, entry) in mapping {
      let value = entry.float ?? entry.mapping?["value"]?.float
      guard let name = key.string, let value else {
        throw failure(key.mark, "\(key.string ?? "a parameter") has no value; expected \(expected)")
      }
      parameters.append(EnvironmentParameter(name, value, unit: entry.mapping?["unit"]?.string ?? ""))
    }
    return parameters
  }
}
