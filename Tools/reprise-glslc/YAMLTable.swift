import Learning
import ShaderCompiler
import Yams

/// A YAML mapping of which all keys are known; errors name the file and the line.
struct YAMLTable {
  private let file: String
  private let node: Node
  private let values: [String: Node]

  /// The mapping that a text holds.
  init(text: String, file: String, keys: [String]) throws(ShaderError) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      let (line, reason) = Self.explanation(of: error)
      throw ShaderError(file: file, line: line, reason)
    }
    guard let node else {
      throw ShaderError(file: file, line: 1, "found nothing; expected lines of 'key: value'")
    }
    try self.init(node, file: file, keys: keys)
  }

  /// A mapping within one; without `keys`, its keys are the user's own.
  init(_ node: Node, file: String, keys: [String]?) throws(ShaderError) {
    (self.file, self.node) = (file, node)
    guard let mapping = node.mapping else {
      throw Self.error(node, file, "found '\(Self.text(node))'; expected lines of 'key: value'")
    }
    var values: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.string else { throw Self.error(key, file, "a key that is no word") }
      if let keys, !keys.contains(name) {
        let nearest = keys.nearest(to: name).first.map { "; the nearest is '\($0)'" } ?? ""
        throw Self.error(key, file, "unknown key '\(name)'\(nearest)")
      }
      values[name] = value
    }
    self.values = values
  }

  /// The keys in the order in which they stand.
  var keys: [String] { node.mapping?.keys.compactMap(\.string) ?? [] }

  /// The value of a key that may be missing.
  subscript(_ key: String) -> Node? { values[key] }

  /// The value of a key that must be there.
  func value(_ key: String) throws(ShaderError) -> Node {
    guard let value = values[key] else { throw Self.error(node, file, "'\(key)' is missing") }
    return value
  }

  /// A text.
  func string(_ key: String) throws(ShaderError) -> String {
    let value = try value(key)
    guard let string = value.scalar?.string else { throw error(at: value, "'\(key)' is no text") }
    return string
  }

  /// A number from 0 on.
  func count(_ key: String) throws(ShaderError) -> Int { try count(of: try value(key), key) }

  /// A list of such numbers.
  func counts(_ key: String, length: Int) throws(ShaderError) -> [Int] {
    let value = try value(key)
    guard let list = value.sequence, list.count == length else {
      throw error(at: value, "'\(key)' is '\(Self.text(value))'; expected a list of \(length) numbers")
    }
    var counts: [Int] = []
    for node in list { counts.append(try count(of: node, key)) }
    return counts
  }

  /// A list of texts.
  func strings(_ key: String) throws(ShaderError) -> [String] {
    let value = try value(key)
    guard let list = value.sequence else {
      throw error(at: value, "'\(key)' is '\(Self.text(value))'; expected a list")
    }
    var strings: [String] = []
    for node in list {
      guard let string = node.scalar?.string else {
        throw error(at: node, "'\(key)' has a value that is no text")
      }
      strings.append(string)
    }
    return strings
  }

  /// Values with their labels: a table of them, or a list of texts that label themselves.
  func labelled(_ key: String) throws(ShaderError) -> [(label: String, value: String)] {
    let node = try value(key)
    var found: [(label: String, value: String)] = []
    if let list = node.sequence, !list.isEmpty {
      found = try strings(key).map { ($0, $0) }
    } else if node.mapping?.isEmpty == false {
      let table = try YAMLTable(node, file: file, keys: nil)
      for label in table.keys { found.append((label, try table.string(label))) }
    } else {
      throw error(
        at: node, "'\(key)' is '\(Self.text(node))'; expected a list of values, or labels with values")
    }
    for (label, _) in found where label.wholeMatch(of: #/[A-Za-z0-9_]+/#) == nil {
      throw error(at: node, "'\(label)' can't be part of a name; give it a label, as in {label: '\(label)'}")
    }
    return found
  }

  /// An error at a value.
  func error(at node: Node, _ message: String) -> ShaderError { Self.error(node, file, message) }

  private func count(of node: Node, _ key: String) throws(ShaderError) -> Int {
    guard let number = node.int, number >= 0 else {
      throw error(at: node, "'\(key)' is '\(Self.text(node))'; expected a number from 0 on")
    }
    return number
  }

  private static func error(_ node: Node, _ file: String, _ message: String) -> ShaderError {
    ShaderError(file: file, line: node.mark?.line, message)
  }

  private static func text(_ node: Node) -> String {
    node.string ?? (node.mapping != nil ? "a table" : "a list")
  }

  /// The line and the reason of text that is no YAML.
  private static func explanation(of error: any Error) -> (line: Int?, reason: String) {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      (mark.line, "it is no YAML: \(problem)")
    case YamlError.duplicatedKeysInMapping(let duplicates, let context):
      (context.mark.line, "\(duplicates.sorted().joined(separator: ", ")) stands there more than once")
    default: (nil, "it is no YAML: \("\(error)".prefix { $0 != "\n" })")
    }
  }
}
