package import Bundles
import Foundation
package import Learning
package import Vulkan

/// Writes the files of a run; the only one that does as long as it lives.
package final class RunWriter {
  package let directory: RunDirectory
  private let folder: Int32
  private let metrics: Int32

  /// Makes the folder, takes it, and replaces what an earlier run left there.
  ///
  /// - Parameter environment: what a policy is trained in, where it is a file's.
  /// - Throws: `CommandFailure` when the folder can't be used, or holds a run and `overwrite` is off; `VulkanError.file`
  ///   when it can't be written to.
  package init(_ directory: RunDirectory, overwrite: Bool, config: String, environment: KernelBundle? = nil)
    throws
  {
    self.directory = directory
    let folder = try Self.take(directory)
    do {
      if !overwrite { try directory.refuseUsed() }
      // Never a new configuration beside an old checkpoint, whenever this is killed.
      for file in [
        directory.checkpoint, directory.weights, directory.test, directory.metrics, directory.environment,
        directory.profile,
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
  package func append(_ line: String) throws(CommandFailure) {
    try writeAll(Array((line + "\n").utf8), to: metrics, name: directory.metrics)
  }

  /// Replaces the checkpoint; whoever reads meanwhile gets the old one or the new one.
  package func write(_ checkpoint: Safetensors) throws(VulkanError) {
    try checkpoint.write(to: directory.checkpoint)
  }

  /// Replaces the best weights, as the checkpoint.
  package func write(best weights: Safetensors) throws(VulkanError) {
    try weights.write(to: directory.weights)
  }

  /// Writes the result on the test split, a line of JSON.
  package func write(test line: String) throws {
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
