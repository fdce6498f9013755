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
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.wholeMatch(of: #/\s*/\*\s*environment\s*/#) != nil }),
      let end = lines[start...].firstIndex(where: { $0.contains("*/") })
    else {
      throw ShaderError(
        file: file, line: 1,
        "no header: a comment that begins with the line '/* environment' says name, sizes and spaces")
    }
    // Behind so many empty lines that the YAML's lines are the file's.
    let yaml =
      String(repeating: "\n", count: start + 1)
      + lines[(start + 1)..<max(start + 1, end)].joined(separator: "\n")
    let table = try YAMLTable(text: yaml, file: file, keys: Key.allCases.map(\.rawValue))
    func value<Value: Decodable>(_ key: Key, _: Value.Type, _ expected: String) throws(ShaderError) -> Value?
    {
      guard let node = table[key.rawValue] else { return nil }
      guard let value = try? YAMLDecoder().decode(Value.self, from: node) else {
        throw table.error(at: node, "'\(key.rawValue)' can't be read; expected \(expected)")
      }
      return value
    }
    func needed<Value: Decodable>(_ key: Key, _ type: Value.Type, _ expected: String) throws(ShaderError)
      -> Value
    {
      guard let value = try value(key, type, expected) else {
        throw ShaderError(file: file, line: start + 1, "the header lacks '\(key.rawValue)', \(expected)")
      }
      return value
    }
    // Unknown keys have lines of their own.
    let picture = try table[Key.picture.rawValue].map { node throws(ShaderError) in
      try YAMLTable(node, file: file, keys: EnvironmentPicture.CodingKeys.allCases.map(\.rawValue))
    }
    /// The text of the shape that a field `draw.n` names.
    func shape(_ field: String) -> Node? {
      guard let number = field.split(separator: ".").last.flatMap({ Int($0) }) else { return nil }
      return picture?["draw"]?.sequence?[number]
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
      parameters: try Self.parameters(table[Key.parameters.rawValue], table),
      stateNames: try value(.stateNames, [String].self, "a list of names"),
      picture: try value(
        .picture, EnvironmentPicture.self, "x: [-1, 1], y: [-1, 1] and a list of shapes, draw"))
    do throws(ConfigurationError) {
      try manifest.check()
    } catch {
      throw ShaderError(
        file: file, line: (table[error.field] ?? shape(error.field))?.mark?.line ?? start + 1, "\(error)")
    }
  }

  /// A mapping from names to values, or to `{value: 1, unit: kg}`.
  private static func parameters(_ node: Node?, _ table: YAMLTable) throws(ShaderError)
    -> [EnvironmentParameter]
  {
    // Arrays of GLSL can't be empty.
    guard let node else { return [EnvironmentParameter("unused", 0)] }
    let expected = "lines of 'name: 1.5' or 'name: {value: 1.5, unit: kg}'"
    guard let mapping = node.mapping else {
      throw table.error(at: node, "'parameters' can't be read; expected \(expected)")
    }
    var parameters: [EnvironmentParameter] = []
    for (key, entry) in mapping {
      guard let name = key.string, let value = entry.float ?? entry.mapping?["value"]?.float else {
        throw table.error(at: key, "'\(key.string ?? "a parameter")' has no value; expected \(expected)")
      }
      parameters.append(EnvironmentParameter(name, value, unit: entry.mapping?["unit"]?.string ?? ""))
    }
    return parameters
  }
}
