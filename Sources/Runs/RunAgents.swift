import Foundation

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
}
