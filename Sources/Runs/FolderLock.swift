import Foundation

/// A folder that no other process trains into as long as this lives.
package final class FolderLock {
  private let descriptor: Int32

  /// Locks the folder.
  ///
  /// - Parameter makes: whether it is made with its parents where it is missing.
  package init(_ directory: RunDirectory, makes: Bool) throws(CommandFailure) {
    var prefix = directory.path.hasPrefix("/") ? "/" : ""
    for part in directory.path.split(separator: "/") where makes {
      prefix += part + "/"
      guard mkdir(prefix, 0o755) == 0 || errno == EEXIST else {
        throw CommandFailure("The folder \(directory.path) can't be made: \(systemError())")
      }
    }
    descriptor = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandFailure("The folder \(directory.path) can't be opened: \(systemError())")
    }
    // Whoever asks whether a run goes on holds the lock for a moment. File systems without locks are trusted.
    var tries = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK, tries < 5 {
      tries += 1
      usleep(10_000)
    }
    guard tries < 5 else {
      throw CommandFailure(
        "Another reprise is training into \(directory.path); wait for it or choose another --run.")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

extension RunDirectory {
  /// Removes what an earlier run left.
  func remove(_ files: [String]) throws(CommandFailure) {
    for file in files where unlink(file) != 0 && errno != ENOENT {
      throw CommandFailure("\(file) can't be replaced: \(systemError())")
    }
  }

  /// Removes the checkpoints that were kept for good.
  func removeCheckpoints() throws(CommandFailure) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
    where name.hasSuffix(".safetensors") {
      try remove(["\(checkpoints)/\(name)"])
    }
    // A folder with files of somebody else stays.
    rmdir(checkpoints)
  }

  /// Removes the temporary files of a process that was killed while it wrote.
  func removeUnfinished() {
    let finished = [config, checkpoint, weights, state, test, status].map {
      "\(($0 as NSString).lastPathComponent)."
    }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    where finished.contains(where: { name.hasPrefix($0) && name.count == $0.count + 6 }) {
      unlink("\(path)/\(name)")
    }
  }
}
