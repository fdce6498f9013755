import Foundation
import Learning
import Reinforcement

/// Where the files of a run are.
package struct RunDirectory {
  package let path: String

  package init(_ path: String) {
    // A folder named by completion ends in a slash.
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  package var config: String { "\(path)/config.yaml" }
  package var metrics: String { "\(path)/metrics.jsonl" }
  package var checkpoint: String { "\(path)/checkpoint.safetensors" }
  /// The weights that did best: on the validation split, or in an evaluation of a policy.
  package var weights: String { "\(path)/best.safetensors" }
  /// What a run of several seeds goes on from: all agents together.
  package var state: String { "\(path)/state.safetensors" }
  /// The folder of the checkpoints that are kept for good.
  package var checkpoints: String { "\(path)/checkpoints" }
  /// Whether there are best weights.
  package var hasBest: Bool { Self.hasFile(weights) }
  /// The environment of a policy, where it is not one that Reprise brings.
  package var environment: String { "\(path)/environment\(Environments.fileEnding)" }
  /// What each dispatch cost, of a run with --profile.
  package var profile: String { "\(path)/profile.json" }
  /// How gradients were spread when they were last looked at.
  package var gradients: String { "\(path)/gradients.json" }
  /// What they came to on the test split.
  package var test: String { "\(path)/test.json" }
  /// How it ended; there is none while it runs.
  package var status: String { "\(path)/status.json" }
  /// What the command said.
  package var log: String { "\(path)/log.txt" }
  /// The names of its files of events, in their order.
  package var eventFiles: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter(EventFile.isName).sorted()
  }

  /// The folder of the agent of a seed, in a run of many.
  package func agent(_ seed: UInt64) -> RunDirectory { RunDirectory("\(path)/seed-\(seed)") }

  /// Whether there is anything at `path`.
  package static func hasFile(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether there is a folder at `path`.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Throws when a run lies here, so that none is lost.
  package func refuseUsed() throws(CommandFailure) {
    for file in [config, metrics, checkpoint, weights, state] where Self.hasFile(file) {
      throw CommandFailure(
        "\(path) already holds a run (\(file)); choose another folder with --run, or replace it with --overwrite."
      )
    }
  }

  /// What is said where there is no such folder, with the run beside it whose name is nearest.
  var missing: CommandFailure {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let prefix = parts.dropLast().map { $0 + "/" }.joined()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: prefix.isEmpty ? "." : prefix)) ?? []
    let runs = names.filter { Self.hasFile("\(prefix)\($0)/config.yaml") }.sorted()
    let nearest =
      runs.nearest(to: String(parts.last ?? "")).first.map { " the nearest is \(prefix)\($0);" } ?? ""
    return CommandFailure("\(path): there is no such run;\(nearest) 'reprise train' makes one.")
  }

  /// Throws when there is no such run, or a newer version made it.
  ///
  /// - Parameter isWhole: whether a run of several seeds will do; else one of them must be named.
  package func refuseMissing(isWhole: Bool = false) throws(CommandFailure) {
    guard Self.hasFile(path) else { throw missing }
    try refuseNewer()
    guard !Self.hasFile(isWhole ? config : checkpoint) else { return }
    let agents = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    if let agent = agents.filter({ $0.hasPrefix("seed-") }).min() {
      throw CommandFailure("\(path) holds a run for each of several seeds; name one, as \(path)/\(agent).")
    }
  }
}
