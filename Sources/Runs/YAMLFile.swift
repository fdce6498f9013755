package import Learning
package import Yams

/// Decodes a YAML file and checks what it holds.
///
/// - Throws: `CommandFailure` with the file, the line and what is wrong there.
package func decodeYAML<Value: Decodable>(
  _: Value.Type, file: String,
  check: (Value) -> Result<Void, ConfigurationError> = { _ in .success(()) }
) throws(CommandFailure) -> Value {
  let root = try composedYAML(file: file)
  func failure(_ line: Int?, _ reason: String) -> CommandFailure { yamlFailure(file, line, reason) }
  let value: Value
  do {
    value = try YAMLDecoder().decode(Value.self, from: root)
  } catch {
    let (path, reason) = explanation(ofDecoding: error)
    throw failure(line(of: path, in: root), reason)
  }
  do throws(ConfigurationError) {
    try check(value).get()
  } catch {
    let key = error.field.replacing("-", with: "_")
    throw failure((root[key] ?? root["training"]?[key])?.mark?.line, error.description)
  }
  return value
}

/// The mapping that a YAML file is.
///
/// - Throws: `CommandFailure` with the file, the line and what is wrong there.
package func composedYAML(file: String) throws(CommandFailure) -> Node {
  let text = try readText(file)
  let composed: Node?
  do {
    composed = try Yams.compose(yaml: text)
  } catch {
    let (line, reason) = explanation(of: error)
    throw yamlFailure(file, line, reason)
  }
  guard let root = composed, root.mapping != nil else {
    throw yamlFailure(file, 1, "found no settings; expected lines of 'name: value'")
  }
  return root
}

/// What is wrong with a line of a YAML file, counted from 1.
package func yamlFailure(_ file: String, _ line: Int?, _ reason: String) -> CommandFailure {
  CommandFailure("\(file)\(line.map { ":\($0)" } ?? ""): \(reason)")
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
func explanation(ofDecoding error: any Error) -> (path: [any CodingKey], reason: String) {
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
