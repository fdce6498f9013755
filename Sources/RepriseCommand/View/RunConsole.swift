import Reinforcement
import Runs
import Supervised
import Vulkan

/// Shows how a run goes: as a block of lines on a terminal, a line now and then elsewhere, as JSON, or not at all.
final class RunConsole {
  enum Style {
    case json, live, lines, quiet

    /// What standard output can show.
    static var usual: Style { LiveBlock.isPossible ? .live : .lines }

    /// Whether text for people goes to standard output.
    var printsText: Bool { self == .live || self == .lines }
  }

  let style: Style
  private(set) var state: ViewState
  private let block = LiveBlock()
  private let deviceBytes: () -> Int?
  private var pace = Pace()
  private var lastRows = ContinuousClock.now

  init(_ style: Style, _ state: ViewState, deviceBytes: @escaping () -> Int? = { nil }) {
    (self.style, self.state, self.deviceBytes) = (style, state, deviceBytes)
  }

  /// Shows a run that is so far already.
  func begin(with state: ViewState) throws {
    self.state = state
    switch style {
    case .json, .quiet: break
    case .live: try draw(isLast: true)
    case .lines: if !state.rows.isEmpty { try writeLine(state.line) }
    }
  }

  /// Shows what came.
  func show(_ step: RunFollower.Step) throws {
    switch step {
    case .training(let rows): try show(rows)
    case .evaluations(let rows): try show(evaluations: rows)
    }
  }

  /// Shows an iteration of all agents or an epoch, or leaves it out where many come in a short time.
  func show(_ rows: [MetricsRow]) throws {
    guard style != .json, style != .quiet else { return }
    state.note(rows)
    lastRows = .now
    switch style {
    case .json, .quiet: break
    case .live: try draw(isLast: state.done == state.total)
    case .lines:
      guard state.isSupervised || state.completesTenth || pace.isOlder(than: .seconds(2)) else { return }
      try writeLine(state.line)
    }
  }

  /// Shows evaluations of all agents.
  func show(evaluations rows: [MetricsRow]) throws {
    state.note(evaluations: rows)
    switch style {
    case .json, .quiet: break
    case .live: try draw(isLast: false)
    case .lines: try writeLine(ViewState.text(evaluations: rows))
    }
  }

  /// Shows where an epoch is that runs.
  func show(_ moment: SupervisedTrainer.Moment) {
    guard style == .live else { return }
    state.note(moment, after: (ContinuousClock.now - lastRows) / .seconds(1))
    // A terminal that is gone is noticed when the epoch is shown.
    try? draw(isLast: false)
  }

  /// Writes a line to standard error, above the block.
  func warn(_ line: String) {
    if style == .live { block.interrupt { printError(line) } } else { printError(line) }
  }

  /// Shows the last state, below which others go on.
  func end() {
    guard style == .live, state.part > 0 else { return }
    // What can't be written here can't be written by what comes next, which says so.
    try? draw(isLast: true)
    block.end()
  }

  private func draw(isLast: Bool) throws {
    guard pace.isOlder(than: .milliseconds(100)) || isLast else { return }
    state.deviceBytes = deviceBytes()
    try block.show(state)
  }
}

extension RunConsole {
  /// Shows the training of a run, from here on with the warnings of its log; of one that goes on, its past too.
  convenience init(
    training run: RunDirectory, _ state: ViewState, isBegun: Bool, _ style: Style, on device: Device,
    log: RunLog
  ) throws {
    var state = state
    if isBegun, style == .live {
      var past = try RunFollower(run)
      state.note(try past.read().steps)
    }
    self.init(style, state, deviceBytes: { device.allocatedBytes })
    log.tell = warn
  }

  /// Shows an iteration of all agents.
  func show(_ agents: [TrainingProgress]) throws {
    if style == .json { for agent in agents { try writeLine(jsonText(agent)) } }
    try show(agents.map { MetricsRow($0) })
  }

  /// Shows evaluations of all agents.
  func show(_ evaluations: [AgentEvaluation]) throws {
    if style == .json { for evaluation in evaluations { try writeLine(jsonText(evaluation)) } }
    try show(evaluations: evaluations.map(\.row))
  }

  /// Shows an epoch.
  func show(_ progress: SupervisedTrainer.Progress) throws {
    if style == .json { try writeLine(jsonText(progress)) }
    try show([MetricsRow(progress)])
  }
}
