import ArgumentParser
import Foundation
import Runs

/// `reprise watch`: shows how a run goes that another process trains.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Follow a run from another terminal, to its end.",
    discussion: """
      Shows what 'reprise train' shows, from the files of the run, twice a second: on a terminal a block of lines, \
      elsewhere a line now and then. A run that has just begun is waited for. Ctrl-C ends watching alone. How much of the \
      device's memory is in use, and where in an epoch it is, only 'reprise train' knows.

      The last line says how the run ended. Exit status: 0 finished; 1 interrupted, failed or killed. With --once also 0 \
      while it runs.

      Examples:
        reprise watch runs/cartpole
        reprise watch runs/cartpole && reprise evaluate runs/cartpole
        reprise watch runs/eight --once
      """)

  @Argument(
    help: ArgumentHelp(
      "The folder of the run; of several seeds the folder that theirs lie in, or one of theirs.",
      valueName: "run"))
  var folder: String

  @Flag(help: "Show how far it is now, and end.")
  var once = false

  /// Microseconds between two looks.
  private static let pause: UInt32 = 500_000

  func validate() throws {
    if folder.isEmpty { throw ValidationError("The run is empty; it must name a folder") }
  }

  func run() throws {
    let directory = RunDirectory(folder)
    try directory.refuseMissing(isWhole: true)
    while !RunDirectory.hasFile(directory.config) {
      guard directory.isTaken else {
        throw CommandFailure("\(directory.path) holds no run; 'reprise runs' lists those that there are.")
      }
      usleep(Self.pause)
    }
    let run = try WatchedRun(directory)
    if once {
      try run.printState()
    } else {
      try run.watch { usleep(Self.pause) }
    }
    let status = try run.status()
    try writeLine(status.text)
    if status.isBad { throw ExitCode(1) }
  }
}

/// A run that another process trains, and what is shown of it.
private final class WatchedRun {
  private let directory: RunDirectory
  private var follower: RunFollower
  private let console: RunConsole

  init(_ directory: RunDirectory) throws {
    self.directory = directory
    follower = try RunFollower(directory)
    console = RunConsole(.usual, try Self.state(of: follower.agents[0]))
  }

  private static func state(of run: RunDirectory) throws(CommandFailure) -> ViewState {
    let settings = try FlatSettings(of: run)
    func text(_ key: String) -> String? { settings[key]?.description }
    guard let algorithm = text("algorithm"), let task = settings.task else {
      throw CommandFailure("\(run.config) names no algorithm, or not what it trains on.")
    }
    return ViewState(
      task: "\(algorithm) on \(task)", device: text("device") ?? "", isSupervised: text("environment") == nil)
  }

  /// Shows each step until nobody trains the run any more.
  func watch(pause: () -> Void) throws {
    try console.begin(with: look())
    while true {
      // Asked first, so that what is written before the end is read after it.
      let isTaken = directory.isTaken
      let (steps, isAnew) = try follower.read()
      if isAnew {
        follower = try RunFollower(directory)
        try console.begin(with: look())
      } else {
        for step in steps { try console.show(step) }
      }
      guard isTaken else { break }
      pause()
    }
    console.end()
  }

  /// All that the files say now.
  private func look() throws -> ViewState {
    var state = try Self.state(of: follower.agents[0])
    state.note(try follower.read().steps)
    return state
  }

  /// Prints the block as it is now.
  func printState() throws {
    let width = (terminalSize()?.columns ?? 80) - 1
    let view = RunView(state: try look(), width: width, height: .max)
    for line in view.lines { try writeLine(line.text(colour: console.style == .live && LiveBlock.hasColour)) }
  }

  /// How it ended, or that it runs.
  func status() throws(CommandFailure) -> (text: String, isBad: Bool) {
    let runs = follower.agents.map(RunOverview.init)
    let worst = runs.worstStatus ?? .killed
    let reason = runs.first { $0.status == worst }?.reason
    if worst == .damaged { throw CommandFailure(reason ?? "\(directory.path) is damaged.") }
    let goesOn = Interruption.goingOn(directory.path)
    let text =
      switch worst {
      case .finished, .running: "\(directory.path): \(worst)."
      case .interrupted: "\(directory.path): interrupted by \(reason ?? "a signal"). \(goesOn)"
      case .failed: "\(directory.path): failed: \(reason ?? "for no known reason")"
      case .killed, .damaged:
        "\(directory.path): killed; nobody trains it, and it didn't say how it ended. \(goesOn)"
      }
    return (text, worst != .finished && worst != .running)
  }
}
