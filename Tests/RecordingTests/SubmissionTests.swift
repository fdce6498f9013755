import Kernels
import TestSupport
import Testing
import Vulkan

@testable import Recording

/// How replays are cut into submissions.
struct SubmissionTests {
  let device = TestDevice.shared

  /// Runs a schedule against a device whose segments take `seconds` a run; returns the parts.
  func parts(
    repeats: [Int], seconds: [Double], limit: Double, replays: Int
  ) -> [SubmissionSchedule.Part] {
    var schedule = SubmissionSchedule(repeats: repeats, secondsPerSubmission: limit)
    var parts: [SubmissionSchedule.Part] = []
    var done = 0
    while done < replays {
      let part = schedule.next(atMost: replays - done)
      let sum = part.runs.reduce(0) { $0 + Double($1.count) * seconds[$1.pass] }
      schedule.measured(part, seconds: Double(part.times) * sum)
      done += part.replays
      parts.append(part)
      #expect(schedule.isWithinReplay == (part.replays == 0))
    }
    #expect(done == replays)
    return parts
  }

  /// All runs in their order, one number each.
  func order(_ parts: [SubmissionSchedule.Part]) -> [Int] {
    parts.flatMap { part in
      (0..<part.times).flatMap { _ in
        part.runs.flatMap { [Int](repeating: $0.pass, count: $0.count) }
      }
    }
  }

  @Test(arguments: 0..<UInt64(100))
  func anyCutKeepsTheOrder(_ seed: UInt64) {
    var random = SeededRandom(seed)
    let repeats = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      Int.random(in: 1...40, using: &random)
    }
    let seconds = repeats.map { _ in Double.random(in: 1e-6...0.3, using: &random) }
    let limit = [0, 1e-9, 0.01, 0.1, 10, .infinity][Int.random(in: 0..<6, using: &random)]
    let replays = Int.random(in: 1...20, using: &random)
    let parts = parts(repeats: repeats, seconds: seconds, limit: limit, replays: replays)
    let once = repeats.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
    #expect(order(parts) == (0..<replays).flatMap { _ in once })
    for part in parts {
      let runs = part.runs.reduce(0) { $0 + part.times * $1.count }
      let time = part.runs.reduce(0) { $0 + Double(part.times * $1.count) * seconds[$1.pass] }
      // A single run can't be split.
      #expect(time <= limit * 1.001 || runs == 1, "\(part)")
    }
  }

  @Test func longReplaysAreSplitAndShortOnesShare() {
    // The first run of each segment alone, the others by fives.
    let parts = parts(repeats: [1, 40, 1], seconds: [0.055, 0.02, 0.001], limit: 0.11, replays: 3)
    #expect(parts.count == 11 + 2 * 9, "\(parts.count)")
    let short = self.parts(repeats: [1, 40], seconds: [1e-4, 1e-5], limit: 0.1, replays: 1000)
    #expect(short.count < 12)
    #expect(short.allSatisfy { $0.replays <= 256 })
  }

  @Test func aSplitReplayGivesTheSameBits() throws {
    func result(_ secondsPerSubmission: Double) throws -> (bits: [UInt32], submissions: Int, seen: [Int]) {
      let x = try buffer(device, ReplayTests.start)
      let y = try buffer(device, ReplayTests.start)
      var recorder = Recorder(on: device, label: "split", options: PlanOptions())
      for (label, repeats, factor) in [("a", 5, Float(1.1)), ("b", 3, 0.7), ("c", 1, 1.3)] {
        recorder.beginSegment(label, repeats: repeats)
        let scaled = recorder.transient(byteCount: x.byteCount, label: "scaled")
        recorder.dispatch(.scale("scale", Region(x), to: scaled, by: factor, count: 100))
        recorder.dispatch(.scale("store", scaled, to: Region(y), by: factor, count: 100))
        recorder.dispatch(.scale("back", Region(y), to: Region(x), by: 1, count: 100))
      }
      let replay = try Replay(recorder.finish(), secondsPerSubmission: secondsPerSubmission)
      var seen: [Int] = []
      #expect(
        try replay.run(times: 7) { done in
          seen.append(done)
          return true
        } == 7)
      return (try contents(device, x).map(\.bitPattern), replay.profile.submissions, seen)
    }
    let whole = try result(10)
    let split = try result(0)
    #expect(whole.bits == split.bits)
    #expect(split.submissions == 7 * 9)
    #expect(split.seen == Array(1...7))
    #expect(whole.submissions < 20, "\(whole.submissions)")
  }

  @Test func stoppingEndsTheReplayThatHasBegun() throws {
    let x = try buffer(device, [1])
    let replay = try Replay(doubling(device, x, by: 2, repeats: 4), secondsPerSubmission: 0)
    let done = try replay.run(times: 10) { $0 < 3 }
    #expect((3...4).contains(done))
    #expect(try contents(device, x) == [Float(sign: .plus, exponent: 4 * done, significand: 1)])
  }
}
