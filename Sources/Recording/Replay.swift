public import Vulkan

/// Replays a plan: many replays a submission, two submissions in flight, so that the host stays ahead of the device.
public final class Replay {
  /// What a replay has cost so far.
  public struct Profile: Sendable {
    /// Replays whose results are there.
    public internal(set) var replays = 0
    /// Submissions to the queue.
    public internal(set) var submissions = 0
    /// Seconds that the host spent on encoding submissions, waits not counted.
    public internal(set) var hostSeconds = 0.0
    /// Seconds from the first submission to the last completion.
    public internal(set) var deviceSeconds = 0.0
  }

  /// The plan that is replayed.
  public let plan: Plan
  /// What it has cost so far.
  public private(set) var profile = Profile()

  private let timeline: Timeline
  private let secondsPerSubmission: Double
  private var submitted: UInt64 = 0
  private var secondsPerReplay: Double?

  /// - Parameter secondsPerSubmission: how long one submission should keep the device busy; some drivers end one
  ///   that runs for two seconds.
  public init(_ plan: Plan, secondsPerSubmission: Double = 0.1) throws(VulkanError) {
    self.plan = plan
    self.secondsPerSubmission = secondsPerSubmission
    timeline = try Timeline(plan.device)
  }

  /// Replays the plan `times` times and returns when the last has ended.
  ///
  /// - Parameter progress: called on this thread after each submission that has ended, with the number of replays done;
  ///   returning false stops after those in flight.
  /// - Returns: the number of replays done.
  @discardableResult
  public func run(times: Int, progress: (Int) throws -> Bool = { _ in true }) throws -> Int {
    var inFlight: [(value: UInt64, replays: Int)] = []
    var begun = 0
    var done = 0
    var going = true
    let clock = ContinuousClock()
    var lastEnd = clock.now
    while done < times && (going || !inFlight.isEmpty) {
      while going, begun < times, inFlight.count < 2 {
        let replays = min(times - begun, replaysPerSubmission)
        inFlight.append((try submit(replays), replays))
        begun += replays
        // The first submission measures one replay; more would be a guess.
        if secondsPerReplay == nil { break }
      }
      guard let oldest = inFlight.first else { break }
      try timeline.wait(until: oldest.value)
      try plan.checkIndices { () throws(VulkanError) in try timeline.wait(until: submitted) }
      inFlight.removeFirst()
      let now = clock.now
      let seconds = (now - lastEnd).seconds
      lastEnd = now
      secondsPerReplay = seconds / Double(oldest.replays)
      profile.deviceSeconds += seconds
      profile.replays += oldest.replays
      done += oldest.replays
      if going { going = try progress(done) }
    }
    return done
  }

  private var replaysPerSubmission: Int {
    guard let secondsPerReplay else { return 1 }
    return max(1, min(256, Int(secondsPerSubmission / max(secondsPerReplay, 1e-9))))
  }

  private func submit(_ replays: Int) throws(VulkanError) -> UInt64 {
    let clock = ContinuousClock()
    let start = clock.now
    var commands: [CommandBuffer] = []
    for _ in 0..<replays {
      for pass in plan.passes {
        for _ in 0..<pass.repeats { commands.append(pass.commands) }
      }
    }
    // Only what was submitted is waited for.
    try plan.device.submit(commands, signal: submitted + 1, on: timeline)
    submitted += 1
    profile.submissions += 1
    profile.hostSeconds += (clock.now - start).seconds
    return submitted
  }

  deinit {
    // The device may still read the plan's memory.
    try? timeline.wait(until: submitted)
  }
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

extension Plan {
  /// Replays the plan `times` times and waits for the end.
  public func replay(times: Int = 1) throws {
    try Replay(self).run(times: times)
  }
}
