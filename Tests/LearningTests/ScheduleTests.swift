import Foundation
import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// Learning rates against PyTorch's, on the host and on the device; and when training should end.
@Suite struct ScheduleTests {
  static let names = [
    "constant", "linear", "cosine", "step", "one_cycle", "one_cycle_early", "warm_constant", "warm_cosine",
    "warm_step",
  ]

  private func schedule(_ name: String) throws -> Schedule {
    let course: Schedule.Course =
      switch name {
      case "linear": .linear(endFactor: 0.05, total: 300)
      case "cosine": .cosine(minimum: 0.001, total: 399)
      case "step": .step(size: 49, gamma: 0.3)
      case "one_cycle": .oneCycle(total: 400)
      case "one_cycle_early": .oneCycle(total: 400, pctStart: 0.123, divFactor: 7, finalDivFactor: 50)
      case "warm_cosine": .cosine(minimum: 0, total: 362)
      case "warm_step": .step(size: 60, gamma: 0.5)
      default: .constant
      }
    let isWarm = name.hasPrefix("warm")
    return try Schedule(course, learningRate: 0.3, warmup: isWarm ? 37 : 0, warmupFactor: 0.01)
  }

  @Test(arguments: names) func ratesArePyTorchs(_ name: String) throws {
    let golden: [Float] = try #require(try Golden.load("schedules").tensors[name]).elements()
    let schedule = try schedule(name)
    let result = try evaluate([], references: false) { graph, _ in
      [schedule.learningRate(step: graph.arange(golden.count, .uint32))]
    }
    for (update, expected) in golden.map(Double.init).enumerated() {
      let (host, device) = (schedule.value(at: update), result.device[0].values[update])
      // Each rate to its own digits, however small it is.
      #expect(abs(host - expected) <= 1e-7 * expected, "update \(update)")
      #expect(abs(device - expected) <= 2e-6 * expected, "update \(update)")
    }
  }

  @Test(arguments: names) func afterItsEndARateStays(_ name: String) throws {
    guard !name.hasSuffix("step") else { return }
    let schedule = try schedule(name)
    let last = schedule.value(at: 400)
    #expect(schedule.value(at: 1_000_000) == last)
    #expect(schedule.value(at: 1_000_000) >= 0)
  }

  @Test func aCounterOnTheDeviceMovesTheRate() throws {
    let device = TestDevice.shared
    let schedule = try schedule("warm_cosine")
    let counter = try Variable([], .uint32, on: device, label: "update")
    let rate = try Variable([], on: device, label: "rate")
    let plan = try device.record("schedule", options: PlanOptions()) { program in
      try program.pass("step") { graph in
        let update = graph.read(counter)
        rate.assign(schedule.learningRate(step: update))
        counter.assign(update + 1)
      }
    }
    #expect(plan.statistics.dispatches == 1)
    for replays in [1, 40, 100] {
      try plan.replay(times: replays)
      let done = Int(try counter.read(UInt32.self)[0])
      let expected = schedule.value(at: done - 1)
      #expect(abs(Double(try rate.read(Float.self)[0]) - expected) <= 1e-6 * expected)
    }
  }

  @Test(arguments: names) func aScheduleIsCoded(_ name: String) throws {
    let schedule = try schedule(name)
    let data = try JSONEncoder().encode(schedule)
    #expect(try JSONDecoder().decode(Schedule.self, from: data) == schedule)
  }

  @Test func numbersOutOfRangeAreNamed() throws {
    func reason(_ course: Schedule.Course, learningRate: Double = 0.1, warmup: Int = 0) -> String? {
      (#expect(throws: ConfigurationError.self) {
        try Schedule(course, learningRate: learningRate, warmup: warmup)
      })?.description
    }
    #expect(
      reason(.constant, learningRate: .nan) == "learning-rate: is nan; it must be from 1e-12 to 1000.0")
    #expect(reason(.constant, warmup: -1) == "warmup: is -1; it must be from 0 to 4294967295")
    #expect(
      reason(.linear(endFactor: 0.1, total: 0)) == "total: is 0; it must be from 1 to 4294967295")
    #expect(
      reason(.cosine(minimum: 0.2, total: 9)) == "minimum: is 0.2; it must be from 0.0 to 0.1")
    #expect(
      reason(.step(size: 0, gamma: 0.1)) == "step-size: is 0; it must be from 1 to 4294967295")
    #expect(reason(.step(size: 2, gamma: 2)) == "gamma: is 2.0; it must be from 1e-06 to 1.0")
    #expect(
      reason(.oneCycle(total: 3)) == "pct-start: is 0.3 of 3 updates; the rise must have more than one")
    let json = #"{"course": {"constant": {}}, "learning_rate": -1, "warmup": 0, "warmup_factor": 0}"#
    #expect(throws: ConfigurationError.self) {
      try JSONDecoder().decode(Schedule.self, from: Data(json.utf8))
    }
  }

  @Test func trainingEndsWhenAMetricStopsImproving() throws {
    func epochs(_ metrics: [Double], _ stopping: EarlyStopping) -> (ended: Int?, best: Int, value: Double?) {
      var stopping = stopping
      let ended = metrics.firstIndex { stopping.shouldStop(after: $0) }
      return (ended.map { $0 + 1 }, stopping.bestEpoch, stopping.best)
    }
    let losses = [3, 2, 2.5, 1.95, 2.1, .nan, 2, 1]
    #expect(epochs(losses, try EarlyStopping(patience: 3)) == (7, 4, 1.95))
    #expect(epochs(losses, try EarlyStopping(patience: 3, minimumDelta: 0.1)) == (5, 2, 2))
    #expect(epochs(losses, try EarlyStopping(patience: 1, mode: .max)) == (2, 1, 3))
    #expect(epochs([1, 2, 3], try EarlyStopping(patience: 1, mode: .max)) == (nil, 3, 3))
    #expect(epochs([.nan, .nan], try EarlyStopping(patience: 2)) == (2, 0, nil))
    let error = #expect(throws: ConfigurationError.self) { try EarlyStopping(patience: 0) }
    #expect(error?.description == "patience: is 0; it must be from 1 to 1073741824")
  }
}
