import Foundation
import Runs
import Sweeps
import Yams

/// The folder of a sweep: its file, its results, a folder for each trial, and what trials printed.
final class SweepFolder {
  let path: String
  private let lock: FolderLock
  /// A lock that trials inherit, so that one that outlives its sweep is waited for.
  private let trialsLock: Int32

  static func file(in path: String) -> String { "\(path)/sweep.yaml" }
  var results: String { "\(path)/results.json" }
  var table: String { "\(path)/results.csv" }
  var report: String { "\(path)/report.html" }
  func log(_ run: RunDirectory) -> String {
    "\(path)/\(run.path.dropFirst(path.count + 1).replacing("/", with: "-")).log"
  }

  /// Takes the folder for the sweep of `file`, a new one or one that goes on.
  ///
  /// - Throws: `CommandFailure` where another sweep, or something else, is in it.
  init(_ path: String, for file: String) throws {
    let directory = RunDirectory(path)
    self.path = directory.path
    let kept = Self.file(in: directory.path)
    if RunDirectory.hasFile(kept) {
      try Self.refuseOther(file, than: kept)
    } else {
      try directory.refuseUsed()
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
      if let name = names.sorted().first(where: { !Self.isUnfinished($0) }) {
        throw CommandFailure("\(directory.path) already holds \(name); choose another folder with --run.")
      }
    }
    let text = try readText(file)
    lock = try FolderLock(directory, makes: true)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: self.path)) ?? []
    where Self.isUnfinished(name) {
      unlink("\(self.path)/\(name)")
    }
    if !RunDirectory.hasFile(kept) { try writeText(text, to: kept) }
    trialsLock = open(kept, O_RDONLY)
    guard trialsLock >= 0 else { throw CommandFailure("\(kept) can't be opened: \(systemError())") }
    if flock(trialsLock, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      printError("reprise: Waiting for trials of a sweep that was killed to stop …")
      while flock(trialsLock, LOCK_EX) != 0, errno == EINTR, Interruption.signal == nil {}
    }
  }

  deinit { if trialsLock >= 0 { close(trialsLock) } }

  /// Whether this is a file that a killed process had begun to write.
  private static func isUnfinished(_ name: String) -> Bool {
    ["sweep.yaml.", "results.json.", "results.csv.", "report.html."].contains { name.hasPrefix($0) }
  }

  /// Throws where the file of a sweep isn't the one that it began with.
  private static func refuseOther(_ file: String, than kept: String) throws(CommandFailure) {
    let (old, new) = (FlatSettings(try composedYAML(file: kept)), FlatSettings(try composedYAML(file: file)))
    guard old.entries != new.entries else { return }
    let keys = old.entries.map(\.key) + new.entries.map(\.key)
    let differences = keys.filter { old[$0] != new[$0] }.prefix(1).map { key in
      "\(key) was \(old[key]?.description ?? "not there"), and is \(new[key]?.description ?? "not there")"
    }
    throw CommandFailure(
      "\(file) is not the sweep that \(kept) began with: \(differences.first ?? "its order is another"). "
        + "Choose another folder with --run.")
  }
}
