public import Recording
public import Tensors
public import Vulkan

/// What all algorithms have in common: a recorded iteration that is replayed to the end of the run, and a row of metrics an
/// iteration and agent, which the host reads while later iterations run.
public final class TrainingLoop {
  /// The recorded iteration.
  public let plan: Plan
  /// Iterations of the whole run, and environment steps of an agent in each.
  public let iterations, stepsPerIteration: Int
  let warmUp: WarmUp?
  private let report: Report
  private let replay: Replay

  /// The rows of metrics of a plan.
  public final class Report: Sendable {
    /// Names of the metrics, in the order of the rows.
    public let names: [String]
    fileprivate let seeds: [UInt64]
    /// Columns beside the metrics: the environment's statistics.
    fileprivate static let ended = 4
    fileprivate let ring: Ring
    /// Iterations done, uint32.
    public let iteration: Variable
    fileprivate let environment: VectorEnvironment

    /// Rows of the named metrics for each of `seeds`, the agents of `environment`.
    public init(
      _ names: [String], seeds: [UInt64], _ environment: VectorEnvironment, on device: Device
    ) throws(VulkanError) {
      self.names = names
      self.environment = environment
      self.seeds = seeds
      ring = try Ring(
        capacity: 512, width: seeds.count * (names.count + Self.ended), on: device, label: "metrics")
      iteration = try Variable([], .uint32, on: device, label: "iteration")
    }

    /// Appends the rows of an iteration and counts it; the statistics of episodes begin anew.
    ///
    /// - Parameter metrics: [agents, metrics], or parts of that in the order of the names.
    public func append(_ metrics: [Tensor]) {
      let graph = metrics[0].graph
      let ended = graph.read(environment.statistics).sum(axes: [2]).transposed()
      let number = graph.read(iteration)
      let row = Tensor.concatenate(metrics + [ended], axis: 1)
      ring.append(row.reshape([ring.width]), counter: number)
      iteration.assign(number + 1)
      environment.statistics.assign(graph.constant(0, environment.statistics.type))
    }
  }

  /// What comes before the first iteration: steps by which a replay buffer gets its first transitions. Episodes that end in it
  /// count in the first iteration.
  public struct WarmUp {
    let plan: Plan
    let times, stepsPerReplay: Int

    /// `plan`, replayed so often; each replay takes so many environment steps of an agent.
    public init(_ plan: Plan, times: Int, stepsPerReplay: Int) {
      (self.plan, self.times, self.stepsPerReplay) = (plan, times, stepsPerReplay)
    }
  }

  /// A loop of `iterations` replays, after a warm-up where there is one.
  public init(
    _ plan: Plan, _ report: Report, iterations: Int, stepsPerIteration: Int, warmUp: WarmUp? = nil
  ) throws(VulkanError) {
    self.plan = plan
    self.report = report
    self.iterations = iterations
    self.stepsPerIteration = stepsPerIteration
    self.warmUp = warmUp
    replay = try Replay(plan)
  }

  /// The last fault of the copies of a seed; nil when there was none. Waits for the device.
  public func lastFault(seed: UInt64) throws(VulkanError) -> EnvironmentFault? {
    try report.seeds.firstIndex(of: seed).flatMap { agent throws(VulkanError) in
      try report.environment.lastFault(of: agent)
    }
  }

  /// What replaying has cost so far.
  public var profile: Replay.Profile { replay.profile }

  /// Trains to the end of the run.
  ///
  /// - Parameter progress: called for each iteration in order, and in it for each agent, while later ones run on the device;
  ///   returning false ends training after those that are in flight.
  ///   - interval: iterations between two calls of `pause`; nil never calls it.
  ///   - pause: called between iterations while none is on the device, and after the last.
  /// - Throws: what `progress` and `pause` throw; `DivergenceError` when a metric is no finite number; `VulkanError` when the device
  ///   fails.
  public func run(
    progress: (TrainingProgress) throws -> Bool = { _ in true }, pausingEvery interval: Int? = nil,
    pause: () throws -> Void = {}
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    var firstEnd: Double?
    var reported = 0
    var going = true
    func show(upTo done: Int) throws {
      let seconds = (clock.now - start).seconds
      while reported < done {
        let steps = reported * stepsPerIteration * report.seeds.count
        let rate = firstEnd.map { Double(steps) / max(seconds - $0, 1e-9) } ?? 0
        for row in rows(reported, seconds: seconds, stepsPerSecond: rate) {
          let bad = row.metrics.filter { !$0.value.isFinite }
          guard bad.isEmpty else {
            throw DivergenceError(seed: row.seed, iteration: row.iteration, steps: row.steps, metrics: bad)
          }
          going = try progress(row) && going
        }
        firstEnd = firstEnd ?? seconds
        reported += 1
      }
    }
    if let warmUp { try warmUp.plan.replay(times: warmUp.times) }
    var done = 0
    while going, done < iterations {
      let before = done
      done += try replay.run(times: min(interval ?? iterations, iterations - done)) { more in
        try show(upTo: before + more)
        return going
      }
      try show(upTo: done)
      if interval != nil { try pause() }
    }
  }

  private func rows(_ iteration: Int, seconds: Double, stepsPerSecond: Double) -> [TrainingProgress] {
    let values = report.ring.row(iteration).map(Double.init)
    let (count, width) = (report.names.count, report.names.count + Report.ended)
    let before = warmUp.map { $0.times * $0.stepsPerReplay } ?? 0
    return report.seeds.enumerated().map { agent, seed in
      let row = Array(values[agent * width..<(agent + 1) * width])
      let episodes = row[count + 2]
      return TrainingProgress(
        seed: seed, iteration: iteration + 1, iterations: iterations,
        steps: before + (iteration + 1) * stepsPerIteration, seconds: seconds,
        stepsPerSecond: stepsPerSecond, returnMean: episodes > 0 ? row[count] / episodes : nil,
        lengthMean: episodes > 0 ? row[count + 1] / episodes : nil, episodes: Int(episodes),
        faults: Int(row[count + 3]),
        metrics: zip(report.names, row).map { ($0, $1) })
    }
  }
}
