import Foundation
import Vulkan

/// How a run ended: status.json, which is written at the end and is absent while it runs, and after a kill.
package struct RunStatus: Codable, Sendable {
  package enum Outcome: String, Codable, Sendable {
    case finished, interrupted, failed
  }

  package let status: Outcome
  /// Why it did not finish: a signal's name, or an error's sentence.
  package let reason: String?
  /// The version of Reprise, and when that was, ISO 8601 in UTC.
  package let version, time: String

  package init(_ status: Outcome, reason: String? = nil) {
    (self.status, self.reason, version, time) = (status, reason, repriseVersion, Date.now.timestamp)
  }

  /// Reads status.json of a run; nil where there is none or it is damaged.
  package init?(of run: RunDirectory) {
    guard let bytes = readFile(run.status, limit: 1 << 20),
      let status = try? JSONDecoder().decode(Self.self, from: Data(bytes))
    else { return nil }
    self = status
  }

  /// Replaces status.json whole.
  func write(to run: RunDirectory) throws {
    try writeText(jsonText(self) + "\n", to: run.status)
  }
}

extension RunDirectory {
  /// Whether a process trains into this folder.
  package var isTaken: Bool {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return false }
    defer { close(folder) }
    return flock(folder, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}

extension Date {
  /// ISO 8601 in UTC with milliseconds.
  var timestamp: String {
    formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true)) + "Z"
  }
}
