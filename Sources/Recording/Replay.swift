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
    /// Seconds in which submissions were under way, as the host saw it.
    public internal(set) var deviceSeconds = 0.0

    /// What several have cost together.
    public static func + (a: Profile, b: Profile) -> Profile {
      Profile(
        replays: a.replays + b.replays, submissions: a.submissions + b.submissions,
        hostSeconds: a.hostSeconds + b.hostSeconds, deviceSeconds: a.deviceSeconds + b.deviceSeconds)
    }

    /// Nothing yet.
    public init() {}

    private init(replays: Int, submissions: Int, hostSeconds: Double, deviceSeconds: Double) {
      self.replays = replays
      self.submissions = submissions
      self.hostSeconds = hostSeconds
      self.deviceSeconds = deviceSeconds
    }
  }

  /// The plan that is replayed.
  public let plan: Plan
  /// What it has cost so far.
  public private(set) var profile = Profile()

  /// One a member of the device's gang.
  private let timelines: [Timeline]
  private var schedule: SubmissionSchedule
  private var submitted: UInt64 = 0
  /// Members of the gang that worked on the last submission.
  private var lastWorkers = 1
  /// Submissions that are under way at once.
  private let depth: Int

  private struct Submission {
    let value: UInt64
    let part: SubmissionSchedule.Part
    let begin: ContinuousClock.Instant
  }

  /// - Parameter secondsPerSubmission: how long one submission should keep the device busy; some drivers end one
  ///   that runs for two seconds. A longer replay is split, but for single runs of its segments.
  ///   - isStrict: whether no submission may take longer, so that the first run of each segment is measured alone; not
  ///   needed on a CPU, whose driver ends none.
  public init(_ plan: Plan, secondsPerSubmission: Double = 0.1, isStrict: Bool = true) throws(VulkanError) {
    self.plan = plan
    schedule = SubmissionSchedule(
      repeats: plan.passes.map(\.repeats), secondsPerSubmission: secondsPerSubmission, isStrict: isStrict)
    // Behind a long submission there is nothing to hide, and a second one would only delay a stop.
    depth = secondsPerSubmission >= 1 ? 1 : 2
    var timelines: [Timeline] = []
    for member in plan.device.members {
      timelines.append(try Timeline(member, label: "replays of \(plan.label)"))
    }
    self.timelines = timelines
  }

  /// Replays the plan `times` times and returns when the last has ended.
  ///
  /// - Parameter progress: called on this thread when replays have ended, with the number of replays done; returning false
  ///   stops after those in flight.
  ///   - watch: called on this thread about five times a second while it waits.
  ///   - isCut: asked before each submission; true stops after those in flight, within a replay too. `runsWithinReplay` says
  ///     where, and the next call goes on from there.
  /// - Returns: the number of replays done.
  /// - Throws: what `progress` throws; `RecordingError.notFinite` where the plan looks for that; `VulkanError`.
  @discardableResult
  public func run(
    times: Int, progress: (Int) throws -> Bool = { _ in true }, watch: (() -> Void)? = nil,
    isCut: () -> Bool = { false }
  ) throws -> Int {
    var inFlight: [Submission] = []
    var begun = 0
    var done = 0
    var (going, isStopped) = (true, false)
    let clock = ContinuousClock()
    var lastEnd = clock.now
    while done < times {
      while !isStopped, going || schedule.isWithinReplay, begun < times, inFlight.count < depth {
        isStopped = isCut()
        if isStopped { break }
        let submission = try submit(schedule.next(atMost: times - begun))
        inFlight.append(submission)
        begun += submission.part.replays
      }
      guard let oldest = inFlight.first else { break }
      let span = Trace.begin(.wait, plan.label)
      if let watch { try wait(for: oldest.value, watch) } else { try wait(until: oldest.value) }
      span?.end()
      inFlight.removeFirst()
      let now = clock.now
      let seconds = (now - max(lastEnd, oldest.begin)).seconds
      lastEnd = now
      schedule.measured(oldest.part, seconds: seconds)
      profile.deviceSeconds += seconds
      if lastWorkers > 1 { plan.device.contention.note(seconds: seconds, members: lastWorkers) }
      profile.replays += oldest.part.replays
      done += oldest.part.replays
      try plan.checkIndices { () throws(VulkanError) in try wait(until: submitted) }
      let finding = try plan.finiteChecks?.finding { () throws(VulkanError) in
        try wait(until: submitted)
      }
      if let finding { throw finding }
      if going, oldest.part.replays > 0 { going = try progress(done) }
    }
    return done
  }

  /// Runs of segments that are done of a replay that was cut, the repeats of a segment one by one; 0 between replays.
  public var runsWithinReplay: Int { schedule.runsWithinReplay }

  /// Takes as many runs of segments of the next replay for done, as those of a cut one that another object began.
  public func enter(after runs: Int) { schedule.enter(after: runs) }

  private func wait(for value: UInt64, _ watch: () -> Void) throws(VulkanError) {
    while true {
      do throws(VulkanError) {
        return try wait(until: value, timeout: 200_000_000)
      } catch .timeout {
        watch()
      }
    }
  }

  private func wait(until value: UInt64, timeout: UInt64 = .max) throws(VulkanError) {
    // A member that took no part in the last submissions has ended with its own last one.
    for timeline in timelines {
      try timeline.wait(until: min(value, timeline.submittedValue), timeout: timeout)
    }
  }

  private func submit(_ part: SubmissionSchedule.Part) throws -> Submission {
    let span = Trace.begin(.submission, plan.label)
    defer { span?.end() }
    let clock = ContinuousClock()
    let begin = clock.now
    let workers = plan.device.workers
    // One alone doesn't wait for those who worked before.
    if workers < lastWorkers { try wait(until: submitted) }
    lastWorkers = workers
    let segments = try plan.commands(workers: workers)
    let commands = (0..<workers).map { member in
      let once = part.runs.flatMap {
        [CommandBuffer](repeating: segments[$0.pass][member], count: $0.count)
      }
      return part.times == 1 ? once : (0..<part.times).flatMap { _ in once }
    }
    // Only what was submitted is waited for.
    try plan.device.submit(members: commands, signal: submitted + 1, on: timelines)
    submitted += 1
    profile.submissions += 1
    profile.hostSeconds += (clock.now - begin).seconds
    return Submission(value: submitted, part: part, begin: begin)
  }

  deinit {
    // The device may still read the plan's memory.
    try? wait(until: submitted)
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
