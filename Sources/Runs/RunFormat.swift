import Vulkan
import Yams

/// How the files of a run are laid out, a number in config.yaml.
///
/// 1: runs of 0.1.0 before the number was written; settings that they lack are as the defaults, and names that changed are known.
/// 2: with status.json, log.txt and TensorBoard's events.
enum RunFormat {
  /// What this version writes.
  static let current = 2
  /// What config.yaml of runs has that say nothing.
  static let unsaid = 1
}

extension RunDirectory {
  /// Throws when a newer version made this run. What has no config.yaml, or a damaged one, is left to whoever needs it.
  package func refuseNewer() throws(CommandFailure) {
    guard let root = try? composedYAML(file: config) else { return }
    try RunFormat.refuseNewer(root, file: config)
  }
}

extension RunFormat {
  /// The same of config.yaml that was read.
  static func refuseNewer(_ root: Node, file: String) throws(CommandFailure) {
    let format = root["format"]?.int ?? RunFormat.unsaid
    let version = root["version"]?.scalar?.string ?? repriseVersion
    let isNewer = numbers(of: repriseVersion).lexicographicallyPrecedes(numbers(of: version))
    guard isNewer || format > RunFormat.current else { return }
    throw CommandFailure(
      "\(file): the run was made by Reprise \(version) in format \(format), which is newer than this \(repriseVersion) "
        + "with its format \(RunFormat.current); update Reprise to use it.")
  }
}

/// The numbers of a version: 0.1.0 is [0, 1, 0].
private func numbers(of version: String) -> [Int] {
  version.prefix { $0.isNumber || $0 == "." }.split(separator: ".").map { Int($0) ?? 0 }
}
