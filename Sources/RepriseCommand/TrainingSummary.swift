import Recording
import Reinforcement
import Vulkan

/// What a run came to: the last line of `train`.
struct TrainingSummary: Encodable {
  /// Iterations and environment steps that were done.
  let iterations, steps: Int
  /// Seconds of training, and steps a second from the end of the first iteration on.
  let seconds, stepsPerSecond: Double
  /// Mean return of the episodes that ended in the last iteration in which any did.
  let returnMean: Double?
  let device, driver: String
  let checkpoint: String
  /// Whether a signal ended it before the last iteration.
  let interrupted: Bool
  let cost: IterationCost?

  private enum CodingKeys: CodingKey {
    case iterations, steps, seconds, stepsPerSecond, returnMean, device, driver, checkpoint, interrupted
  }

  init(
    _ last: TrainingProgress?, returnMean: Double?, total: Int, device: PhysicalDevice, checkpoint: String,
    cost: IterationCost?
  ) {
    iterations = last?.iteration ?? 0
    steps = last?.steps ?? 0
    seconds = last?.seconds ?? 0
    // A run of one iteration has nothing after the first.
    let rate = last?.stepsPerSecond ?? 0
    stepsPerSecond = rate > 0 ? rate : Double(steps) / max(seconds, 1e-9)
    self.returnMean = returnMean
    self.device = device.name
    driver = device.driver
    self.checkpoint = checkpoint
    interrupted = iterations < total
    self.cost = cost
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(iterations, forKey: .iterations)
    try container.encode(steps, forKey: .steps)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(stepsPerSecond, forKey: .stepsPerSecond)
    try container.encode(returnMean, forKey: .returnMean)
    try container.encode(device, forKey: .device)
    try container.encode(driver, forKey: .driver)
    try container.encode(checkpoint, forKey: .checkpoint)
    try container.encode(interrupted, forKey: .interrupted)
    try cost?.encode(to: encoder)
  }

  var text: String {
    var text =
      "\(interrupted ? "Stopped" : "Trained"): \(steps.grouped) steps in \(seconds.fixed(1)) s, "
      + "\(stepsPerSecond.short) steps/s, mean return \(returnMean?.fixed(1) ?? "unknown: no episode ended").\n"
    if let cost { text += cost.text }
    return text + "Checkpoint: \(checkpoint)"
  }
}

/// What an iteration costs, on average over a run.
struct IterationCost: Encodable {
  let submissionsPerIteration: Double
  let hostMicrosecondsPerIteration: Double
  let deviceMillisecondsPerIteration: Double
  let dispatchesPerIteration, barriersPerIteration: Int
  let arenaBytes: Int

  init(_ profile: Replay.Profile, _ statistics: Plan.Statistics) {
    let replays = Double(max(1, profile.replays))
    submissionsPerIteration = Double(profile.submissions) / replays
    hostMicrosecondsPerIteration = profile.hostSeconds / replays * 1e6
    deviceMillisecondsPerIteration = profile.deviceSeconds / replays * 1e3
    dispatchesPerIteration = statistics.dispatches
    barriersPerIteration = statistics.barriers
    arenaBytes = statistics.arenaBytes
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
