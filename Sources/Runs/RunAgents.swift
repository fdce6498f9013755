import Foundation
import Yams

extension RunDirectory {
  /// The folders that hold metrics: this one, or those of its seeds in their order.
  ///
  /// - Throws: `CommandFailure` when there is no such run.
  package func agents() throws(CommandFailure) -> [RunDirectory] {
    guard Self.hasFile(path) else { throw missing }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let seeds = names.compactMap { $0.hasPrefix("seed-") ? UInt64($0.dropFirst("seed-".count)) : nil }
    guard access(metrics, F_OK) != 0, !seeds.isEmpty else { return [self] }
    return seeds.sorted().map(agent)
  }

  /// The last part of its path.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Every value of config.yaml in the order of the file, keys of values within values with points: `training.epochs`.
  ///
  /// - Throws: `CommandFailure` with the file and what is wrong there.
  package func settings() throws(CommandFailure) -> [(key: String, value: String)] {
    let text = try readText(config)
    guard let root = try? Yams.compose(yaml: text), root.mapping != nil else {
      throw CommandFailure("\(config): found no settings; expected lines of 'name: value'")
    }
    return root.values(under: "")
  }
}

extension Node {
  fileprivate func values(under key: String) -> [(key: String, value: String)] {
    switch self {
    case .mapping(let mapping):
      mapping.flatMap { name, value in
        value.values(under: (key.isEmpty ? "" : key + ".") + (name.string ?? "?"))
      }
    case .sequence(let sequence):
      [
        (
          key,
          sequence.map { $0.values(under: "").map(\.value).joined(separator: " ") }.joined(separator: ", ")
        )
      ]
    case .scalar(let scalar): [(key, scalar.string)]
    case .alias: []
    }
  }
}
