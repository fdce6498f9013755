import ArgumentParser
import Glibc
import Runs
import Synchronization

/// Ctrl-C and SIGTERM as a wish to stop.
///
/// The first signal is noted and takes its handler away, so that a second one ends the process at once.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// The variable by which a sweep tells its trials its process, without which they end.
  static let parentVariable = "REPRISE_PARENT"
  private static let parent = getenv(parentVariable).flatMap { pid_t(String(cString: $0)) }

  /// The signal that came, if one did; SIGTERM where the sweep that this is a trial of is gone.
  static var signal: Int32? {
    let number = received.load(ordering: .relaxed)
    if number == 0, let parent, getppid() != parent { return SIGTERM }
    return number == 0 ? nil : number
  }

  /// Its name.
  static var name: String? { signal.map(name) }

  private static func name(of signal: Int32) -> String { signal == SIGINT ? "SIGINT" : "SIGTERM" }

  /// Says where a signal ended training, what holds its result, and how the run goes on; returns what to exit with.
  static func exit(_ signal: Int32, after place: String, file: String, run: RunDirectory) -> ExitCode {
    exit(signal, after: "\(place); \(file) holds what was learnt", goingOn(run.path))
  }

  /// Says after what a signal ended the work, and how it goes on; returns what to exit with.
  static func exit(_ signal: Int32, after place: String, _ goingOn: String) -> ExitCode {
    printError("reprise: Stopped by \(name(of: signal)) after \(place). \(goingOn)")
    return ExitCode(128 + signal)
  }

  /// How a run, or with `command` something else, goes on in its folder.
  static func goingOn(_ path: String, with command: String = "train") -> String {
    "It goes on with: reprise \(command) --resume \(path.quotedForShell)"
  }

  /// From here on the signals are noted.
  static func begin() {
    // Made here: a handler must not be the first to touch it.
    received.store(0, ordering: .relaxed)
    // A parent may have left them blocked, as the threads of a pool do.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { Interruption.received.store($0, ordering: .relaxed) }
    action.sa_flags = SA_RESTART | Int32(bitPattern: UInt32(SA_RESETHAND))
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
  }
}

extension String {
  /// This text as one word of a shell.
  var quotedForShell: String {
    let isPlain = !isEmpty && allSatisfy { $0.isLetter || $0.isNumber || "_-./+=:,@%".contains($0) }
    return isPlain ? self : "'\(replacing("'", with: "'\\''"))'"
  }
}
