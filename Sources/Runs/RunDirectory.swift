import Foundation
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
  /// Whether there are best weights.
  package var hasBest: Bool { access(weights, F_OK) == 0 }
  /// The environment of a policy, where it is not one that Reprise brings.
  package var environment: String { "\(path)/environment\(Environments.fileEnding)" }
  /// What each dispatch cost, of a run with --profile.
  package var profile: String { "\(path)/profile.json" }
  /// What they came to on the test split.
  package var test: String { "\(path)/test.json" }

  /// The folder of the agent of a seed, in a run of many.
  package func agent(_ seed: UInt64) -> RunDirectory { RunDirectory("\(path)/seed-\(seed)") }

  /// Whether there is a folder at `path`.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Throws when a run lies here, so that none is lost.
  package func refuseUsed() throws(CommandFailure) {
    for file in [config, metrics, checkpoint, weights] where access(file, F_OK) == 0 {
      throw CommandFailure(
        "\(path) already holds a run (\(file)); choose another folder with --run, or replace it with --overwrite."
      )
    }
  }

  /// Throws when there is no such folder.
  package func refuseMissing() throws(CommandFailure) {
    guard access(path, F_OK) == 0 else {
      throw CommandFailure("\(path): there is no such run; 'reprise train' makes one.")
    }
    let agents = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    if access(config, F_OK) != 0, let agent = agents.filter({ $0.hasPrefix("seed-") }).min() {
      throw CommandFailure("\(path) holds a run for each of several seeds; name one, as \(path)/\(agent).")
    }
  }
}
