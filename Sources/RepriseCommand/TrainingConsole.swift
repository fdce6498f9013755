import Reinforcement
import Runs
import Vulkan

/// Shows the progress of agents: a live line on a terminal, a line now and then elsewhere, or JSON.
final class TrainingConsole {
  private let console: Console

  init(json: Bool) { console = Console(json: json) }

  /// Shows an iteration of all agents, or leaves it out where many come in a short time.
  func show(_ agents: [TrainingProgress]) throws {
    let progress = agents[0]
    switch console.style {
    case .json: for agent in agents { try writeLine(jsonText(agent)) }
    case .live: try console.live(Self.text(agents), isLast: progress.isLast)
    case .lines:
      guard progress.isLast || progress.completesTenth || console.isOlder(than: .seconds(2)) else { return }
      try console.line(Self.text(agents))
    }
  }

  /// Shows evaluations of all agents.
  func show(_ evaluations: [AgentEvaluation]) throws {
    if console.style == .json { return try evaluations.forEach { try writeLine(jsonText($0)) } }
    try console.line(Self.text(evaluations))
  }

  /// Evaluations of all agents in a line.
  static func text(_ evaluations: [AgentEvaluation]) -> String {
    let best = evaluations.count { $0.isBest }
    let returns = meanAndRange(evaluations.map(\.evaluationReturnMean))
    return "\((evaluations.reduce(0) { $0 + $1.steps }).grouped) steps: evaluated, return \(returns)"
      + (best == 0 ? "" : evaluations.count == 1 ? ", the best so far" : ", the best so far of \(best)")
  }

  /// Ends the live line, so that what comes next stands on a line of its own.
  func end() { console.end() }

  private static func text(_ agents: [TrainingProgress]) -> String {
    let progress = agents[0]
    let (rate, steps) = (progress.stepsPerSecond, agents.reduce(0) { $0 + $1.steps })
    let stepsLeft =
      Double(steps) / Double(progress.iteration) * Double(progress.iterations - progress.iteration)
    let metrics = progress.metrics.prefix(3).map { metric in
      let mean = agents.reduce(0) { $0 + ($1[metric.name] ?? 0) } / Double(agents.count)
      return "\(metric.name) \(mean.fixed(3))"
    }
    return [
      "\(steps.grouped) steps (\(100 * progress.iteration / progress.iterations)%)",
      rate > 0 ? "\(rate.short)/s" : "–/s",
      rate > 0 ? "\((stepsLeft / rate).clock) left" : "–:–– left",
      "return \(meanAndRange(agents.compactMap(\.returnMean)))", metrics.joined(separator: ", "),
    ].joined(separator: "  ")
  }
}

/// `200.0`, or of several numbers `200.0 (100.0 to 300.0)`.
func meanAndRange(_ values: [Double]) -> String {
  guard let least = values.min(), let most = values.max() else { return "–" }
  let mean = (values.reduce(0, +) / Double(values.count)).fixed(1)
  return values.count == 1 ? mean : "\(mean) (\(least.fixed(1)) to \(most.fixed(1)))"
}

extension TrainingProgress {
  fileprivate var isLast: Bool { iteration == iterations }

  /// Whether this iteration makes another tenth of the run full.
  fileprivate var completesTenth: Bool {
    10 * iteration / iterations > 10 * (iteration - 1) / iterations
  }
}
