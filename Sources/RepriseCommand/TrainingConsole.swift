import Reinforcement
import Vulkan

/// Shows the progress of PPO: a live line on a terminal, a line now and then elsewhere, or JSON.
final class TrainingConsole {
  private let console: Console

  init(json: Bool) { console = Console(json: json) }

  /// Shows an iteration, or leaves it out where many come in a short time.
  func show(_ progress: TrainingProgress) throws {
    switch console.style {
    case .json: try writeLine(jsonText(progress))
    case .live: try console.live(Self.text(progress), isLast: progress.isLast)
    case .lines:
      guard progress.isLast || progress.completesTenth || console.isOlder(than: .seconds(2)) else { return }
      try console.line(Self.text(progress))
    }
  }

  /// Ends the live line, so that what comes next stands on a line of its own.
  func end() { console.end() }

  private static func text(_ progress: TrainingProgress) -> String {
    let rate = progress.stepsPerSecond
    let stepsLeft =
      Double(progress.steps) / Double(progress.iteration) * Double(progress.iterations - progress.iteration)
    return [
      "\(progress.steps.grouped) steps (\(100 * progress.iteration / progress.iterations)%)",
      rate > 0 ? "\(rate.short)/s" : "–/s",
      rate > 0 ? "\((stepsLeft / rate).clock) left" : "–:–– left",
      "return \(progress.returnMean?.fixed(1) ?? "–")",
    ].joined(separator: "  ") + "  "
      + progress.metrics.prefix(3).map { "\($0.name) \($0.value.fixed(3))" }.joined(separator: ", ")
  }
}

extension TrainingProgress {
  fileprivate var isLast: Bool { iteration == iterations }

  /// Whether this iteration makes another tenth of the run full.
  fileprivate var completesTenth: Bool {
    10 * iteration / iterations > 10 * (iteration - 1) / iterations
  }
}
