package import Bundles
import Foundation
package import Learning

/// Writes what the agents of a run of several seeds have in common: config.yaml, and the state that all of them go on from.
package final class SeedsWriter {
  package let directory: RunDirectory
  private let lock: FolderLock

  /// Makes the folder, takes it, and removes what an earlier run left there.
  ///
  /// - Throws: `CommandFailure` as `RunWriter`.
  package init(_ directory: RunDirectory, overwrite: Bool) throws(CommandFailure) {
    self.directory = directory
    lock = try FolderLock(directory, makes: true)
    if !overwrite { try directory.refuseUsed() }
    try directory.remove([
      directory.config, directory.state, directory.checkpoint, directory.weights, directory.test,
      directory.metrics, directory.environment,
    ])
  }

  /// Takes the folder of a run that goes on.
  package init(resuming directory: RunDirectory) throws(CommandFailure) {
    self.directory = directory
    lock = try FolderLock(directory, makes: false)
    directory.removeUnfinished()
  }

  /// Writes config.yaml, once all agents have their folders.
  ///
  /// - Parameter environment: what policies are trained in, where it is a file's.
  package func write(config: String, environment: KernelBundle? = nil) throws {
    try environment?.write(to: directory.environment)
    try writeText(config, to: directory.config)
  }

  /// Replaces the state, which must not be ahead of what the agents' folders hold.
  package func write(_ state: Safetensors) throws { try state.write(to: directory.state) }
}
