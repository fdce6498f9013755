/// Cuts replays into submissions of about a given time: many replays each, or parts of one.
///
/// A run of a segment is never split. The time of each segment's run is measured: the first alone, the others by how long
/// the submissions take that hold them. Where no driver ends a long submission, only the first is alone, and a segment that
/// has not run yet is taken for as long as the longest that has.
struct SubmissionSchedule {
  /// What one submission holds.
  struct Part: Equatable {
    /// Consecutive runs of segments.
    var runs: [Run] = []
    /// How often all of `runs` come in a row.
    var times = 1
    /// Replays that end in it.
    var replays = 0
  }

  /// `count` runs of a segment in a row.
  struct Run: Equatable {
    let pass, count: Int
  }

  /// The host reads what 512 replays append to a ring while two submissions are in flight.
  private static let mostReplays = 256

  private let repeats: [Int]
  private let secondsPerSubmission: Double
  private let isStrict: Bool
  private var secondsPerRun: [Double?]
  // Where the next part begins: runs of a segment are done.
  private var pass = 0
  private var run = 0

  init(repeats: [Int], secondsPerSubmission: Double, isStrict: Bool = true) {
    self.repeats = repeats
    self.secondsPerSubmission = secondsPerSubmission
    self.isStrict = isStrict
    secondsPerRun = repeats.map { _ in nil }
  }

  /// Whether a replay has begun and not ended.
  var isWithinReplay: Bool { pass > 0 || run > 0 }

  /// Runs of segments of the replay that has begun; 0 between replays.
  var runsWithinReplay: Int { repeats[..<pass].reduce(0, +) + run }

  /// Goes on within a replay of which so many runs of segments are done, all but one at most.
  mutating func enter(after runs: Int) {
    (pass, run) = (0, runs)
    while pass < repeats.count, run >= repeats[pass] { (pass, run) = (pass + 1, run - repeats[pass]) }
    precondition(pass < repeats.count, "a replay has ended after \(runs) runs of segments")
  }

  /// The next part, of which at most `replays` replays end.
  mutating func next(atMost replays: Int) -> Part {
    if !isWithinReplay, let seconds = secondsPerReplay, seconds <= secondsPerSubmission {
      let fitting = min(Double(Self.mostReplays), secondsPerSubmission / max(seconds, 1e-9))
      let times = max(1, min(replays, Int(fitting)))
      return Part(
        runs: repeats.enumerated().map { Run(pass: $0.offset, count: $0.element) }, times: times,
        replays: times)
    }
    var part = Part()
    var left = secondsPerSubmission
    while part.replays == 0 {
      guard let seconds = assumedSeconds(pass) else {
        let isWhole = repeats[pass] == 1
        if part.runs.isEmpty || !isStrict { take(1, into: &part) }
        if isStrict || !isWhole { break }
        continue
      }
      let fitting = Int(min(Double(repeats[pass] - run), left / seconds))
      let count = part.runs.isEmpty ? max(1, fitting) : fitting
      guard count > 0 else { break }
      left -= Double(count) * seconds
      take(count, into: &part)
    }
    return part
  }

  private mutating func take(_ count: Int, into part: inout Part) {
    part.runs.append(Run(pass: pass, count: count))
    run += count
    if run == repeats[pass] { (pass, run) = (pass + 1, 0) }
    if pass == repeats.count { (pass, part.replays) = (0, 1) }
  }

  /// Takes note that `part` kept the device busy for `seconds`.
  mutating func measured(_ part: Part, seconds: Double) {
    let assumed = part.runs.map { assumedSeconds($0.pass) ?? 1 }
    let expected = zip(part.runs, assumed).reduce(0) { $0 + Double(part.times * $1.0.count) * $1.1 }
    for (run, assumed) in zip(part.runs, assumed) {
      secondsPerRun[run.pass] = max(assumed * seconds / expected, 1e-9)
    }
  }

  /// How long a run of a segment takes, as far as is known; nil where it has to be measured first.
  private func assumedSeconds(_ pass: Int) -> Double? {
    secondsPerRun[pass] ?? (isStrict ? nil : secondsPerRun.compactMap(\.self).max())
  }

  private var secondsPerReplay: Double? {
    var sum = 0.0
    for (seconds, repeats) in zip(secondsPerRun, repeats) {
      guard let seconds else { return nil }
      sum += seconds * Double(repeats)
    }
    return sum
  }
}
