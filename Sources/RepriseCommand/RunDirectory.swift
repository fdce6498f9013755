import Bundles
import Foundation
import Learning
import Reinforcement
import Vulkan

/// Where the files of a run are.
struct RunDirectory {
  let path: String

  init(_ path: String) {
    // A folder named by completion ends in a slash.
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  var config: String { "\(path)/config.yaml" }
  var metrics: String { "\(path)/metrics.jsonl" }
  var checkpoint: String { "\(path)/checkpoint.safetensors" }
  /// The weights that did best: on the validation split, or in an evaluation of a policy.
  var weights: String { "\(path)/best.safetensors" }
  /// Whether there are best weights.
  var hasBest: Bool { access(weights, F_OK) == 0 }
  /// The environment of a policy, where it is not one that Reprise brings.
  var environment: String { "\(path)/environment\(Environments.fileEnding)" }
  /// What they came to on the test split.
  var test: String { "\(path)/test.json" }

  /// The folder of the agent of a seed, in a run of many.
  func agent(_ seed: UInt64) -> RunDirectory { RunDirectory("\(path)/seed-\(seed)") }

  /// Whether there is a folder at `path`.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Throws when a run lies here, so that none is lost.
  func refuseUsed() throws(CommandFailure) {
    for file in [config, metrics, checkpoint, weights] where access(file, F_OK) == 0 {
      throw CommandFailure(
        "\(path) already holds a run (\(file)); choose another folder with --run, or replace it with --overwrite."
      )
    }
  }

  /// Throws when there is no such folder.
  func refuseMissing() throws(CommandFailure) {
    guard access(path, F_OK) == 0 else {
      throw CommandFailure("\(path): there is no such run; 'reprise train' makes one.")
    }
    let agents = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    if access(config, F_OK) != 0, let agent = agents.filter({ $0.hasPrefix("seed-") }).min() {
      throw CommandFailure("\(path) holds a run for each of several seeds; name one, as \(path)/\(agent).")
    }
  }
}

/// Writes the files of a run; the only one that does as long as it lives.
final class RunWriter {
  let directory: RunDirectory
  private let folder: Int32
  private let metrics: Int32

  /// Makes the folder, takes it, and replaces what an earlier run left there.
  ///
  /// - Parameter environment: what a policy is trained in, where it is a file's.
  /// - Throws: `CommandFailure` when the folder can't be used, or holds a run and `overwrite` is off; `VulkanError.file`
  ///   when it can't be written to.
  init(_ directory: RunDirectory, overwrite: Bool, config: String, environment: KernelBundle? = nil) throws {
    self.directory = directory
    let folder = try Self.take(directory)
    do {
      if !overwrite { try directory.refuseUsed() }
      // Never a new configuration beside an old checkpoint, whenever this is killed.
      for file in [
        directory.checkpoint, directory.weights, directory.test, directory.metrics, directory.environment,
      ]
      where unlink(file) != 0 && errno != ENOENT {
        throw CommandFailure("\(file) can't be replaced: \(systemError())")
      }
      try environment?.write(to: directory.environment)
      try Array(config.utf8).withUnsafeBytes { try writeAtomically(directory.config, $0) }
      let metrics = open(directory.metrics, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard metrics >= 0 else {
        throw CommandFailure("\(directory.metrics) can't be written: \(systemError())")
      }
      (self.folder, self.metrics) = (folder, metrics)
    } catch {
      close(folder)
      throw error
    }
  }

  deinit {
    close(metrics)
    close(folder)
  }

  /// Appends a line to metrics.jsonl in one write.
  func append(_ line: String) throws(CommandFailure) {
    try writeAll(Array((line + "\n").utf8), to: metrics, name: directory.metrics)
  }

  /// Replaces the checkpoint; whoever reads meanwhile gets the old one or the new one.
  func write(_ checkpoint: Safetensors) throws(VulkanError) {
    try checkpoint.write(to: directory.checkpoint)
  }

  /// Replaces the best weights, as the checkpoint.
  func write(best weights: Safetensors) throws(VulkanError) { try weights.write(to: directory.weights) }

  /// Writes the result on the test split, a line of JSON.
  func write(test line: String) throws {
    try Array((line + "\n").utf8).withUnsafeBytes { try writeAtomically(directory.test, $0) }
  }

  /// Makes the folder and its parents, and locks it against other processes.
  private static func take(_ directory: RunDirectory) throws(CommandFailure) -> Int32 {
    var prefix = directory.path.hasPrefix("/") ? "/" : ""
    for part in directory.path.split(separator: "/") {
      prefix += part + "/"
      guard mkdir(prefix, 0o755) == 0 || errno == EEXIST else {
        throw CommandFailure("The folder \(directory.path) can't be made: \(systemError())")
      }
    }
    let folder = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else {
      throw CommandFailure("The folder \(directory.path) can't be opened: \(systemError())")
    }
    // File systems without locks are trusted.
    guard flock(folder, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      close(folder)
      throw CommandFailure(
        "Another reprise is training into \(directory.path); wait for it or choose another --run.")
    }
    return folder
  }
}

/// The text of a file.
func readText(_ path: String) throws(CommandFailure) -> String {
  guard let file = fopen(path, "re") else { throw CommandFailure("\(path) can't be read: \(systemError())") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&chunk, 1, chunk.count, file)
    bytes += chunk[..<count]
    if count < chunk.count { break }
  }
  guard ferror(file) == 0 else { throw CommandFailure("\(path) can't be read: \(systemError())") }
  return String(decoding: bytes, as: UTF8.self)
}
