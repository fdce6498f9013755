package import Yams

/// What config.yaml says, as a flat list of keys and values: `training.learning_rate`, `0.001`.
package struct FlatSettings: Sendable {
  /// A value as it stands there; null and short lists are text.
  package enum Value: Equatable, Sendable, CustomStringConvertible {
    case number(Double)
    case flag(Bool)
    case text(String)

    package var description: String {
      switch self {
      case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
      case .flag(let flag): "\(flag)"
      case .text(let text): text
      }
    }
  }

  package struct Entry: Equatable, Sendable {
    package let key: String
    package let value: Value
  }

  /// In the order of the file.
  package let entries: [Entry]

  package subscript(key: String) -> Value? { entries.first { $0.key == key }?.value }

  /// The environment or the data that a run is on; nil where it says neither.
  package var task: String? { (self["environment"] ?? self["data.name"])?.description }

  /// - Parameter root: the whole file.
  package init(_ root: Node) {
    var entries: [Entry] = []
    Self.flatten(root, key: "", into: &entries)
    self.entries = entries
  }

  /// Reads config.yaml of a run, whatever it has.
  ///
  /// - Throws: `CommandFailure` for what is no mapping in YAML, with file and line.
  package init(of run: RunDirectory) throws(CommandFailure) { self.init(try composedYAML(file: run.config)) }

  private static func flatten(_ node: Node, key: String, into entries: inout [Entry]) {
    func below(_ part: String) -> String { key.isEmpty ? part : "\(key).\(part)" }
    switch node {
    case .mapping(let mapping):
      for (name, value) in mapping { flatten(value, key: below(name.string ?? "?"), into: &entries) }
    case .sequence(let sequence):
      let words = sequence.compactMap(\.scalar?.string)
      if words.count == sequence.count {
        entries.append(Entry(key: key, value: .text(words.joined(separator: ","))))
      } else {
        for (index, value) in sequence.enumerated() { flatten(value, key: below("\(index)"), into: &entries) }
      }
    case .scalar(let scalar):
      let value: Value =
        if scalar.style != .plain {
          .text(scalar.string)
        } else if let flag = Bool(scalar.string) {
          .flag(flag)
        } else if let number = Double(scalar.string), number.isFinite {
          .number(number)
        } else {
          .text(scalar.string)
        }
      entries.append(Entry(key: key, value: value))
    case .alias: break
    }
  }
}
