import Recording
import Reinforcement
import Runs
import Vulkan

/// What a run came to: the last line of `train`.
struct TrainingSummary: Encodable {
  /// Iterations that were done, and environment steps of all agents together.
  let iterations, steps: Int
  /// Seconds of training, and steps a second from the end of the first iteration on.
  let seconds, stepsPerSecond: Double
  /// Mean return of the episodes that ended in the last iteration in which any did, on average over the agents.
  let returnMean: Double?
  /// The same of each agent, where there are many, in the order of `seeds`.
  let returnMeans: [Double?]?
  let seeds: [UInt64]?
  /// The largest mean return of an evaluation, on average over the agents.
  let bestReturnMean: Double?
  /// Steps that went wrong, of all agents together.
  let faults: Int
  /// Bytes of the device that the run had taken at its end.
  let deviceBytes: Int
  let device, driver: String
  /// The file of one agent, or the files of many.
  let checkpoint: String?
  let checkpoints: [String]?
  /// Whether a signal, or --stop-after, ended it before the last iteration.
  let interrupted: Bool
  let cost: IterationCost?
  /// In words: where the checkpoints are, and the mean returns.
  private let place, returns: String

  private enum CodingKeys: CodingKey {
    case iterations, steps, seconds, stepsPerSecond, returnMean, returnMeans, seeds, bestReturnMean, faults,
      deviceBytes, device, driver, checkpoint, checkpoints, interrupted
  }

  /// - Parameter directory: of the run; those of many agents lie in it.
  init<Trained>(
    _ agents: [TrainedAgent<Trained>], total: Int, on device: Device, of directory: RunDirectory,
    cost: IterationCost?
  ) {
    let reached = agents.map(\.reached)
    iterations = reached.map(\.place).min() ?? 0
    steps = reached.reduce(0) { $0 + $1.steps }
    seconds = reached.last?.seconds ?? 0
    // A run of one iteration has nothing after the first.
    let rate = reached.last?.stepsPerSecond ?? 0
    stepsPerSecond = rate > 0 ? rate : Double(steps) / max(seconds, 1e-9)
    returnMean = reached.compactMap(\.returnMean).mean
    bestReturnMean = reached.compactMap(\.bestReturnMean).mean
    faults = reached.reduce(0) { $0 + $1.faults }
    deviceBytes = device.allocatedBytes
    self.device = device.physical.name
    driver = device.physical.driver
    interrupted = iterations < total
    self.cost = cost
    let files = agents.map(\.writer.directory.checkpoint)
    let isOne = files == [directory.checkpoint]
    checkpoint = isOne ? directory.checkpoint : nil
    checkpoints = isOne ? nil : files
    seeds = isOne ? nil : agents.map(\.configuration.seed)
    returnMeans = isOne ? nil : reached.map(\.returnMean)
    place =
      isOne ? "Checkpoint: \(directory.checkpoint)" : "Checkpoints: \(directory.path)/seed-<seed>"
    returns = meanAndRange(reached.compactMap(\.returnMean))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(iterations, forKey: .iterations)
    try container.encode(steps, forKey: .steps)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(stepsPerSecond, forKey: .stepsPerSecond)
    try container.encode(returnMean, forKey: .returnMean)
    try container.encodeIfPresent(returnMeans, forKey: .returnMeans)
    try container.encodeIfPresent(seeds, forKey: .seeds)
    try container.encodeIfPresent(bestReturnMean, forKey: .bestReturnMean)
    try container.encode(faults, forKey: .faults)
    try container.encode(deviceBytes, forKey: .deviceBytes)
    try container.encode(device, forKey: .device)
    try container.encode(driver, forKey: .driver)
    try container.encodeIfPresent(checkpoint, forKey: .checkpoint)
    try container.encodeIfPresent(checkpoints, forKey: .checkpoints)
    try container.encode(interrupted, forKey: .interrupted)
    try cost?.encode(to: encoder)
  }

  var text: String {
    var text =
      "\(interrupted ? "Stopped" : "Trained"): \(steps.grouped) steps in \(seconds.fixed(1)) s, "
      + "\(stepsPerSecond.short) steps/s, mean return "
      + (returnMean == nil ? "unknown: no episode ended" : returns)
      + (bestReturnMean.map { ", of the best weights \($0.fixed(1))" } ?? "") + ".\n"
    if faults > 0 {
      text += "\(faults.grouped) steps went wrong; their copies began anew.\n"
    }
    if let cost { text += cost.text }
    return text + place
  }
}

/// What an iteration costs, on average over a run.
struct IterationCost: Encodable {
  let submissionsPerIteration: Double
  let hostMicrosecondsPerIteration: Double
  let deviceMillisecondsPerIteration: Double
  let dispatchesPerIteration, barriersPerIteration: Int
  let arenaBytes: Int
  /// The dispatches of the last iteration.
  let profile: [DispatchCost]

  init(_ profile: Replay.Profile, _ statistics: Plan.Statistics, _ timings: [Timing]) {
    let replays = Double(max(1, profile.replays))
    submissionsPerIteration = Double(profile.submissions) / replays
    hostMicrosecondsPerIteration = profile.hostSeconds / replays * 1e6
    deviceMillisecondsPerIteration = profile.deviceSeconds / replays * 1e3
    dispatchesPerIteration = statistics.dispatches
    barriersPerIteration = statistics.barriers
    arenaBytes = statistics.arenaBytes
    self.profile = timings.map { DispatchCost($0) }
  }

  var text: String {
    "An iteration costs:\n"
      + columns([
        ("submissions", submissionsPerIteration.fixed(3)),
        ("host", "\(hostMicrosecondsPerIteration.fixed(1)) µs"),
        ("device", "\(deviceMillisecondsPerIteration.fixed(3)) ms"),
        ("dispatches", dispatchesPerIteration.grouped),
        ("barriers", barriersPerIteration.grouped),
        ("arena", formatted(bytes: arenaBytes)),
      ])
  }
}
