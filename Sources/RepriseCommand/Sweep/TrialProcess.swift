import Foundation
import Runs

/// A `reprise train` that a sweep has started, in a group of its own: Ctrl-C reaches it through the sweep alone.
final class TrialProcess {
  /// How it ended.
  enum End: Equatable {
    case done
    /// By a signal that asked it to.
    case interrupted
    case failed(String)
  }

  /// Whether it only measures what a trial needs.
  let isProbe: Bool
  private let identifier: pid_t
  private let log: String
  private let logStart: Int
  /// The most memory of the host that it has had, in bytes.
  private(set) var hostBytes = 0

  /// Starts it; what it prints goes to the end of `log`.
  ///
  /// - Throws: `CommandFailure` when it can't be started.
  init(_ words: [String], isProbe: Bool, log: String) throws(CommandFailure) {
    (self.isProbe, self.log) = (isProbe, log)
    let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw CommandFailure("\(log) can't be written: \(systemError())") }
    defer { close(output) }
    logStart = Int(lseek(output, 0, SEEK_END))
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)
    let parent = "\(Interruption.parentVariable)=\(getpid())"
    let inherited = ProcessInfo.processInfo.environment.filter { $0.key != Interruption.parentVariable }
    typealias Words = [UnsafeMutablePointer<CChar>?]
    let variables = inherited.map { "\($0.key)=\($0.value)" } + [parent]
    let environment: Words = variables.map { strdup($0) } + [nil]
    let arguments: Words = (["reprise"] + words).map { strdup($0) } + [nil]
    defer { (environment + arguments).forEach { free($0) } }
    var identifier: pid_t = 0
    let status = posix_spawn(&identifier, "/proc/self/exe", &actions, &attributes, arguments, environment)
    guard status == 0 else {
      throw CommandFailure(
        "reprise \(words.joined(separator: " ")) can't be started: \(String(cString: strerror(status)))")
    }
    self.identifier = identifier
  }

  /// Asks it to stop.
  func stop(_ signal: Int32) { kill(identifier, signal) }

  /// How it ended; nil while it runs.
  func ended() -> End? {
    hostBytes = max(hostBytes, bytes(of: "VmHWM:", in: "/proc/\(identifier)/status") ?? 0)
    var status: Int32 = 0
    guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
    let (signal, code) = (status & 0x7F, (status >> 8) & 0xFF)
    // Before training begins nothing catches these.
    if signal == SIGINT || signal == SIGTERM { return .interrupted }
    if signal != 0 {
      return .failed("it was ended by signal \(signal) (\(String(cString: strsignal(signal))))")
    }
    switch code {
    case 0: return .done
    case 128 + SIGINT, 128 + SIGTERM: return .interrupted
    default: return .failed(sentence ?? "exit status \(code); \(log) says more")
    }
  }

  /// The lines that it has printed.
  private var lines: [Substring] {
    let text = (try? readText(log)) ?? ""
    return text.utf8.dropFirst(logStart).split(separator: UInt8(ascii: "\n")).compactMap { Substring($0) }
  }

  /// The last error that it printed.
  private var sentence: String? {
    lines.last { $0.hasPrefix("reprise: ") }.map { String($0.dropFirst("reprise: ".count)) }
  }

  /// Bytes of the device that it had taken at its end, by its summary.
  var deviceBytes: Int? {
    struct Summary: Decodable {
      let device_bytes: Int
    }
    return lines.last { $0.hasPrefix("{") }.flatMap { try? decodedJSON(Summary.self, String($0)) }?
      .device_bytes
  }
}

/// A number of kibibytes by its name in a file of /proc, in bytes.
func bytes(of name: String, in file: String) -> Int? {
  let line = (try? readText(file))?.split(separator: "\n").first { $0.hasPrefix(name) }
  return line.flatMap { $0.split(separator: " ").compactMap { Int($0) }.first }.map { $0 * 1024 }
}
