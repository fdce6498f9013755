import Foundation

/// A run with its seeds: one folder, or a folder of one for each seed; or a folder that is none.
package struct RunGroup: Sendable {
  package let path: String
  /// One for each seed; none of a folder that is no run.
  package let runs: [RunOverview]
  /// Why there is none.
  package let reason: String?

  /// The run in a folder.
  ///
  /// - Throws: `CommandFailure` when there is no such folder, no run in it, or one that is damaged or of a newer version.
  package init(_ path: String) throws(CommandFailure) {
    let directory = RunDirectory(path)
    guard RunDirectory.isFolder(directory.path) else {
      throw CommandFailure(
        "\(directory.path): there is no such run; 'reprise runs' lists those that there are.")
    }
    guard let group = Self.read(directory.path, try Self.names(in: directory.path)) else {
      throw CommandFailure(
        "\(directory.path) holds no run; 'reprise runs \(directory.path)' lists those below it.")
    }
    if let run = group.runs.first(where: { $0.status == .damaged }) {
      throw CommandFailure(run.reason ?? "\(run.path) is damaged.")
    }
    self = group
  }

  private init(_ path: String, _ runs: [RunOverview], reason: String? = nil) {
    (self.path, self.runs, self.reason) = (path, runs, reason)
  }

  /// All runs in and below a folder, in order of their paths; of a folder without any below it, a line that says so.
  ///
  /// - Throws: `CommandFailure` when the folder itself can't be read.
  package static func all(below path: String) throws(CommandFailure) -> [RunGroup] {
    let path = RunDirectory(path).path
    let names = try names(in: path)
    if let group = read(path, names) { return [group] }
    var seen: Set<String> = []
    return below(path, names, depth: 0, &seen).flatMap(\.self)
  }

  /// How deep runs are looked for.
  private static let depth = 6

  /// What is found in each folder in `path`.
  private static func below(_ path: String, _ names: [String], depth: Int, _ seen: inout Set<String>)
    -> [[RunGroup]]
  {
    var found: [[RunGroup]] = []
    for name in names where !name.hasPrefix(".") {
      let folder = "\(path)/\(name)"
      // A link that leads back is followed once.
      guard RunDirectory.isFolder(folder), let place = realpath(folder, nil) else { continue }
      defer { free(place) }
      guard seen.insert(String(cString: place)).inserted else { continue }
      do throws(CommandFailure) {
        let names = try Self.names(in: folder)
        if let group = read(folder, names) {
          found.append([group])
        } else {
          let groups =
            depth < Self.depth ? below(folder, names, depth: depth + 1, &seen).flatMap(\.self) : []
          // One line for a folder of anything else, however deep it is.
          let runs = groups.filter { !$0.runs.isEmpty }
          found.append(runs.isEmpty ? [RunGroup(folder, [], reason: "no run")] : groups)
        }
      } catch {
        found.append([RunGroup(folder, [], reason: error.description)])
      }
    }
    return found
  }

  /// The run in a folder of these names; nil where there is none.
  private static func read(_ path: String, _ names: [String]) -> RunGroup? {
    let seeds = names.filter { $0.hasPrefix("seed-") && UInt64($0.dropFirst("seed-".count)) != nil }
    guard seeds.isEmpty else {
      let sorted = seeds.sorted { ($0.count, $0) < ($1.count, $1) }
      return RunGroup(path, sorted.map { RunOverview(of: RunDirectory("\(path)/\($0)")) })
    }
    let files = ["config.yaml", "metrics.jsonl", "checkpoint.safetensors", "best.safetensors", "status.json"]
    guard names.contains(where: files.contains) else { return nil }
    return RunGroup(path, [RunOverview(of: RunDirectory(path))])
  }

  private static func names(in path: String) throws(CommandFailure) -> [String] {
    guard let folder = opendir(path) else { throw CommandFailure("\(path) can't be read: \(systemError())") }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
