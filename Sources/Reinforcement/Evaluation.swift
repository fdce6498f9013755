import Learning
import Recording
public import Tensors
public import Vulkan

/// What whole episodes gave.
public struct Evaluation: Sendable, Equatable {
  /// Undiscounted return of each whole episode.
  public let returns: [Float]
  /// Steps of each of them.
  public let lengths: [Int]
  /// Episodes that are left out because a step of theirs gave what is no finite number; see `EnvironmentFault`.
  public let faults: Int

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

  /// Runs `episodes` whole episodes under the settings of a run.
  ///
  /// - Parameters:
  ///   - kind: takes the place of the environment that the settings name.
  ///   - seed: decides how they begin, and what is drawn.
  ///   - policy: for the environment, what `run(_:on:policy:)` takes.
  /// - Throws: `ConfigurationError` for settings that can't be used; what `policy` and `run(_:on:policy:)` throw.
  static func run(
    _ configuration: some AlgorithmConfiguration, in kind: (any Environment)? = nil, episodes: Int,
    seed: UInt64, on device: Device,
    policy: (VectorEnvironment) throws -> (Tensor) throws -> Tensor
  ) throws -> Evaluation {
    let environment = try Self.environment(
      configuration, in: kind, episodes: episodes, seed: seed, on: device)
    return try run(environment, on: device, policy: policy(environment))[0]
  }

  /// The same episodes as `run(_:in:episodes:seed:on:policy:)` as pictures; those with a fault are left out.
  static func record(
    _ configuration: some AlgorithmConfiguration, in kind: (any Environment)? = nil, episodes: Int,
    seed: UInt64, on device: Device,
    policy: (VectorEnvironment) throws -> (Tensor) throws -> Tensor
  ) throws -> [RecordedEpisode] {
    let environment = try Self.environment(
      configuration, in: kind, episodes: episodes, seed: seed, on: device)
    let recorder = try EpisodeRecorder(environment, steps: stepsPerReplay, on: device)
    let results = try results(environment, on: device, recorder: recorder, policy: policy(environment))
    let whole = results.indices.filter { results[$0].faults == 0 }
    return try recorder.episodes(
      whole.map { ($0, results[$0].episodeReturn, results[$0].length) }, on: device)
  }

  /// A copy for each episode.
  private static func environment(
    _ configuration: some AlgorithmConfiguration, in kind: (any Environment)?, episodes: Int, seed: UInt64,
    on device: Device
  ) throws -> VectorEnvironment {
    let kind = try kind ?? Environments.named(configuration.environment)
    try configuration.validate(in: kind)
    try ConfigurationError.check("episodes", episodes, in: 1...1 << 20)
    return try VectorEnvironment(configuration, in: kind, seeds: [seed], copies: episodes, on: device)
  }

  /// Runs `episodes` whole episodes for each agent.
  ///
  /// - Parameters:
  ///   - environment: with as many copies as there are episodes, and a seed for each agent, which decides how they begin.
  ///   - policy: the actions [agents, episodes, action] for `observations` [agents, episodes, observation]; it is traced once
  ///     for all steps, and what it knows from step to step is in variables that it assigns.
  /// - Returns: what each agent reached.
  /// - Throws: `EnvironmentFaultError` when no episode of an agent was whole; `GraphError`, `RecordingError`, `VulkanError`.
  public static func run(
    _ environment: VectorEnvironment, on device: Device, policy: (_ observations: Tensor) throws -> Tensor
  ) throws -> [Evaluation] {
    let results = try results(environment, on: device, recorder: nil, policy: policy)
    return (0..<environment.agents).map { agent in
      let copies = results[agent * environment.copies..<(agent + 1) * environment.copies]
      let whole = copies.filter { $0.faults == 0 }
      return Evaluation(
        returns: whole.map(\.episodeReturn), lengths: whole.map(\.length), faults: copies.count - whole.count)
    }
  }

  /// What the first episode of a copy came to, if it had no fault.
  private struct Result {
    let episodeReturn: Float
    let length, faults: Int
  }

  /// Those of all copies, agent by agent.
  ///
  /// - Throws: `EnvironmentFaultError` when no episode of an agent was whole.
  private static func results(
    _ environment: VectorEnvironment, on device: Device, recorder: EpisodeRecorder?,
    policy: (_ observations: Tensor) throws -> Tensor
  ) throws -> [Result] {
    let all: Shape = [environment.agents, environment.copies]
    let results = try Variable(environment.statistics.type.shape, on: device, label: "results")
    let ended = try Variable(all, .bool, on: device, label: "ended")
    try device.run("reset") { environment.reset(in: $0) }
    let plan = try device.record("evaluate \(environment.environment.name)") { program in
      try program.pass("step", repeats: stepsPerReplay) { graph in
        let actions = try policy(graph.read(environment.observations))
        if let recorder { recorder.step(actions) } else { environment.step(actions) }
        // Until another ends, the sums over a copy's episodes are of its first, and the faults that before it.
        let before = graph.read(ended)
        results.assign(.where(before, graph.read(results), graph.read(environment.statistics)))
        ended.assign(before.logicalOr(environment.ended(in: graph)))
      }
    }
    let replay = try Replay(plan)
    var left = environment.environment.maximumSteps
    while left > 0 {
      try replay.run(times: 1)
      try recorder?.takeOver()
      left -= stepsPerReplay * environment.actionRepeat
      if try ended.read(UInt32.self).allSatisfy({ $0 != 0 }) { break }
    }
    let values: [Float] = try results.read()
    let copies = (0..<all.count).map {
      Result(
        episodeReturn: values[$0], length: Int(values[all.count + $0]),
        faults: Int(values[3 * all.count + $0]))
    }
    for agent in 0..<environment.agents {
      let own = copies[agent * environment.copies..<(agent + 1) * environment.copies]
      if own.allSatisfy({ $0.faults > 0 }), let fault = try environment.lastFault(of: agent) {
        throw EnvironmentFaultError(environment: environment.environment.name, fault: fault)
      }
    }
    return copies
  }
}
