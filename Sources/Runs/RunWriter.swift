package import Bundles
import Foundation
package import Learning
import Recording
package import Vulkan

/// Writes the files of a run; the only one that does as long as it lives.
package final class RunWriter {
  package let directory: RunDirectory
  private let lock: FolderLock
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
    lock = try FolderLock(directory, makes: true)
    if !overwrite { try directory.refuseUsed() }
    // Never a new configuration beside an old checkpoint, whenever this is killed.
    try directory.remove([
      directory.checkpoint, directory.weights, directory.test, directory.metrics, directory.environment,
      directory.state, directory.status, directory.log, directory.profile, directory.gradients,
    ])
    try directory.remove(directory.eventFiles.map { "\(directory.path)/\($0)" })
    try directory.removeCheckpoints()
    try environment?.write(to: directory.environment)
    try writeText(config, to: directory.config)
    metrics = try Self.open(directory.metrics)
  }

  /// Takes the folder of a run that goes on, whose files stay as they are until `goOn`.
  ///
  /// - Throws: `CommandFailure` when there is no such folder, or another process trains into it.
  package init(resuming directory: RunDirectory) throws(CommandFailure) {
    self.directory = directory
    lock = try FolderLock(directory, makes: false)
    metrics = try Self.open(directory.metrics)
  }

  deinit { close(metrics) }

  private static func open(_ path: String) throws(CommandFailure) -> Int32 {
    let descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw CommandFailure("\(path) can't be written: \(systemError())") }
    return descriptor
  }

  /// Cuts metrics.jsonl behind the iteration or epoch that the checkpoint is of, 0 where there is no checkpoint, and removes
  /// what a killed process left behind.
  ///
  /// - Returns: what the lines that stay say.
  /// - Throws: `CommandFailure` where lines are missing.
  package func goOn(after place: Int) throws(CommandFailure) -> KeptMetrics {
    let kept = try KeptMetrics(of: directory, upTo: place)
    directory.removeUnfinished()
    if place == 0 { try directory.remove([directory.weights, directory.test]) }
    guard ftruncate(metrics, off_t(kept.bytes)) == 0, fsync(metrics) == 0 else {
      throw CommandFailure("\(directory.metrics) can't be cut: \(systemError())")
    }
    return kept
  }

  /// Appends a line to metrics.jsonl in one write.
  package func append(_ line: String) throws(CommandFailure) {
    try writeAll(Array((line + "\n").utf8), to: metrics, name: directory.metrics)
  }

  /// Replaces the checkpoint; whoever reads meanwhile gets the old one or the new one. The metrics up to it are on the disk
  /// before.
  package func write(_ checkpoint: Safetensors) throws {
    try syncMetrics()
    try checkpoint.write(to: directory.checkpoint)
  }

  /// The size of the checkpoint, in words.
  package var checkpointSize: String {
    var status = stat()
    guard stat(directory.checkpoint, &status) == 0 else { return "nothing" }
    return formatted(bytes: Int(status.st_size))
  }

  /// Makes what was appended to metrics.jsonl survive a crash.
  package func syncMetrics() throws(CommandFailure) {
    guard fsync(metrics) == 0 || errno == EINVAL || errno == EROFS else {
      throw CommandFailure("\(directory.metrics) can't be written: \(systemError())")
    }
  }

  /// Keeps the checkpoint as it is for good, as `name` in the folder for that: a second name of the same file, where the file
  /// system has such.
  package func keepCheckpoint(as name: String) throws {
    guard makeDirectory(directory.checkpoints) else {
      throw CommandFailure("The folder \(directory.checkpoints) can't be written to: \(systemError())")
    }
    let path = "\(directory.checkpoints)/\(name).safetensors"
    try directory.remove([path])
    guard link(directory.checkpoint, path) != 0 else { return }
    try Safetensors(contentsOf: directory.checkpoint).write(to: path)
  }

  /// Replaces the best weights, as the checkpoint.
  package func write(best weights: Safetensors) throws(VulkanError) {
    try weights.write(to: directory.weights)
  }

  /// Writes the result on the test split, a line of JSON.
  package func write(test line: String) throws {
    try writeText(line + "\n", to: directory.test)
  }
}
