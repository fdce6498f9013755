import Recording
public import Tensors
public import Vulkan

/// What whole episodes gave.
public struct Evaluation: Sendable, Equatable {
  /// Undiscounted return of each episode.
  public let returns: [Float]
  /// Steps of each episode.
  public let lengths: [Int]

  /// Mean of the returns.
  public var returnMean: Double { returns.reduce(0) { $0 + Double($1) } / Double(max(1, returns.count)) }
  /// Standard deviation of the returns (of the population, as `numpy.std`).
  public var returnStandardDeviation: Double {
    let mean = returnMean
    let squares = returns.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (squares / Double(max(1, returns.count))).squareRoot()
  }
  /// The value below which a part of the returns lies, between neighbours in proportion (as `numpy.quantile`).
  public func returnQuantile(_ part: Double) -> Double {
    let sorted = returns.sorted()
    guard let last = sorted.last else { return .nan }
    let place = min(max(part, 0), 1) * Double(sorted.count - 1)
    let below = Int(place)
    guard below + 1 < sorted.count else { return Double(last) }
    return Double(sorted[below]) + (place - Double(below)) * Double(sorted[below + 1] - sorted[below])
  }
  /// Mean of the lengths.
  public var lengthMean: Double { Double(lengths.reduce(0, +)) / Double(max(1, lengths.count)) }
}

/// Evaluates policies on the device: a copy of the environment for each episode, all side by side.
public enum Evaluator {
  /// Steps between two looks at whether an episode still runs.
  private static let stepsPerReplay = 20

  /// Runs `episodes` whole episodes for each agent.
  ///
  /// - Parameters:
  ///   - environment: with as many copies as there are episodes, and a seed for each agent, which decides how they begin.
  ///   - policy: the actions [agents, episodes, action] for `observations` [agents, episodes, observation]; it is traced once
  ///     for all steps, and what it knows from step to step is in variables that it assigns.
  /// - Returns: what each agent reached.
  /// - Throws: `GraphError`, `RecordingError`, `VulkanError`.
  public static func run(
    _ environment: VectorEnvironment, on device: Device, policy: (_ observations: Tensor) throws -> Tensor
  ) throws -> [Evaluation] {
    let all: Shape = [environment.agents, environment.copies]
    let results = try Variable(Shape([2] + all.dimensions), on: device, label: "results")
    let ended = try Variable(all, .bool, on: device, label: "ended")
    try device.run("reset") { environment.reset(in: $0) }
    let plan = try device.record("evaluate \(environment.environment.name)") { program in
      try program.pass("step", repeats: stepsPerReplay) { graph in
        environment.step(try policy(graph.read(environment.observations)))
        // Until another ends, the sums over a copy's episodes are of its first.
        let before = graph.read(ended)
        let sums = graph.read(environment.statistics).slice(axis: 0, 0..<2)
        results.assign(.where(before, graph.read(results), sums))
        ended.assign(
          before.logicalOr(graph.read(environment.terminated)).logicalOr(graph.read(environment.truncated)))
      }
    }
    let replay = try Replay(plan)
    var left = environment.environment.maximumSteps
    while left > 0 {
      try replay.run(times: 1)
      left -= stepsPerReplay * environment.actionRepeat
      if try ended.read(UInt32.self).allSatisfy({ $0 != 0 }) { break }
    }
    let values: [Float] = try results.read()
    let (returns, lengths) = (Array(values[..<all.count]), values[all.count...].map { Int($0) })
    return (0..<environment.agents).map { agent in
      let part = agent * environment.copies..<(agent + 1) * environment.copies
      return Evaluation(returns: Array(returns[part]), lengths: Array(lengths[part]))
    }
  }
}
