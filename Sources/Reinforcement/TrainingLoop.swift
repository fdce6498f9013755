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

  /// What `progress` may wish for.
  public enum Answer: Sendable {
    /// Training goes on.
    case goOn
    /// A pause after the iterations that are in flight; then training goes on.
    case pause
    /// The end of training after the iterations that are in flight.
    case stop
  }

  /// Iterations that are done: those of this object, or those of the run that it goes on with. Waits for the device.
  public func iterationsDone() throws(VulkanError) -> Int {
    Int(try report.iteration.read(UInt32.self)[0])
  }

  /// Trains to the end of the run: from its beginning, or from where a restored one was.
  ///
  /// - Parameters:
  ///   - seconds: what training has taken before.
  ///   - end: after so many iterations of the run training ends before that; nil for all.
  ///   - intervals: after so many iterations of the run there is a pause, and so after twice as many.
  ///   - pause: called with the iterations done while none is on the device and `progress` has seen all of them: where `intervals`
  ///     or `progress` ask for it, and at the end.
  ///   - progress: called for each iteration in order, and in it for each agent, while later ones run on the device.
  /// - Throws: what `progress` and `pause` throw; `DivergenceError` when a metric is no finite number; `VulkanError` when the device
  ///   fails.
  public func run(
    after seconds: Double = 0, upTo end: Int? = nil, pausingEvery intervals: [Int] = [],
    pause: (Int) throws -> Void = { _ in },
    progress: (TrainingProgress) throws -> Answer = { _ in .goOn }
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    var done = try iterationsDone()
    var reported = done
    // When the first of these iterations ended, and how many had by then.
    var firstEnd: (seconds: Double, reported: Int)?
    var (isStopping, isPausing) = (false, false)
    func show(upTo done: Int) throws {
      let now = (clock.now - start).seconds
      while reported < done {
        let rate = firstEnd.map { first in
          let steps = (reported + 1 - first.reported) * stepsPerIteration * report.seeds.count
          return Double(steps) / max(now - first.seconds, 1e-9)
        }
        for row in rows(reported, seconds: seconds + now, stepsPerSecond: rate ?? 0) {
          let bad = row.metrics.filter { !$0.value.isFinite }
          guard bad.isEmpty else {
            throw DivergenceError(seed: row.seed, iteration: row.iteration, steps: row.steps, metrics: bad)
          }
          switch try progress(row) {
          case .goOn: break
          case .pause: isPausing = true
          case .stop: isStopping = true
          }
        }
        reported += 1
        firstEnd = firstEnd ?? (now, reported)
      }
    }
    let end = min(end ?? iterations, iterations)
    if done == 0, let warmUp { try warmUp.plan.replay(times: warmUp.times) }
    while !isStopping, done < end {
      let before = done
      let next = intervals.map { (before / $0 + 1) * $0 }.min() ?? end
      done += try replay.run(times: min(next, end) - before) { more in
        try show(upTo: before + more)
        return !isStopping && !isPausing
      }
      try show(upTo: done)
      isPausing = false
      try pause(done)
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
