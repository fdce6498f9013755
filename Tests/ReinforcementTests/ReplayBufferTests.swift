import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// What is drawn from the buffer, against the definition on what was put in.
struct ReplayBufferTests {
  let device = TestDevice.shared

  /// A transition as the host sees it.
  private struct Step {
    let reward: Float, terminated, truncated: Bool
    let seen, final: Float
  }

  /// Whether and how a step ends its episode.
  private typealias End = (terminated: Bool, truncated: Bool)

  /// Appends made-up steps, and draws every place that is kept.
  ///
  /// What is seen in step t by copy e of agent a is 1000 a + 100 e + t, and behind it half more.
  private func drawn(
    steps: Int, capacity: Int, returnSteps: Int, ends: (_ t: Int, _ copy: Int) -> End
  ) throws -> (made: [[Step]], batch: [[Float]]) {
    let (agents, copies) = (2, 3)
    let environment = try VectorEnvironment(CartPole(), seeds: [1, 2], copies: copies, on: device)
    let buffer = try ReplayBuffer(environment, capacity: capacity, on: device)
    let kept = min(steps, buffer.capacity / copies)
    var made = [[Step]](repeating: [], count: agents * copies)
    let shown = try Variable([agents, copies, 4], on: device, label: "observations")
    let acted = try Variable([agents, copies, 1], .int32, on: device, label: "actions")
    let append = try device.record("append") { program in
      try program.pass("append") { buffer.append(observations: $0.read(shown), actions: $0.read(acted)) }
    }
    for t in 0..<steps {
      let new = (0..<agents * copies).map { copy in
        let place = Float(1000 * (copy / copies) + 100 * (copy % copies) + t)
        return Step(
          reward: Float(t + 1) + Float(copy) / 8, terminated: ends(t, copy).terminated,
          truncated: ends(t, copy).truncated, seen: place, final: place + 0.5)
      }
      for (copy, step) in new.enumerated() { made[copy].append(step) }
      try shown.write(new.flatMap { [Float](repeating: $0.seen, count: 4) })
      try acted.write(new.map { Int32($0.seen) % 2 })
      try environment.finalObservations.write(new.flatMap { [Float](repeating: $0.final, count: 4) })
      try environment.rewards.write(new.map(\.reward))
      try environment.terminated.write(new.map { UInt32($0.terminated ? 1 : 0) })
      try environment.truncated.write(new.map { UInt32($0.truncated ? 1 : 0) })
      try append.replay()
    }
    let places = kept * copies
    let ages = try Variable([agents, places], .uint32, on: device, label: "ages")
    let of = try Variable([agents, places], .uint32, on: device, label: "copies")
    try ages.write((0..<agents * places).map { UInt32($0 % places / copies) })
    try of.write((0..<agents * places).map { UInt32($0 % copies) })
    let results = try [
      [agents, places, 4], [agents, places, 1], [agents, places], [agents, places, 4], [agents, places],
    ]
    .map { try Variable(Shape($0), on: device, label: "result") }
    try device.run("draw") { graph in
      let batch = buffer.transitions(
        at: .init(ages: graph.read(ages), copies: graph.read(of)), returnSteps: returnSteps, gamma: 0.5)
      let parts = [
        batch.observations, batch.actions.float(), batch.rewards, batch.nextObservations, batch.discounts,
      ]
      for (result, part) in zip(results, parts) { result.assign(part) }
    }
    return (made, try results.map { try $0.read(Float.self) })
  }

  @Test(arguments: [(5, 30, 1), (5, 30, 3), (23, 30, 1), (23, 30, 4), (1, 3, 2)])
  func returnsAreSummedToTheEndOfTheirEpisodes(_ steps: Int, _ capacity: Int, _ returnSteps: Int) throws {
    try check(steps, capacity, returnSteps) { t, copy in ((t + copy) % 5 == 4, (t + 2 * copy) % 7 == 3) }
  }

  /// Each kind of end at the oldest step that is kept, at the newest, and one right after the other.
  @Test(arguments: [(6, 1), (6, 3), (8, 1), (8, 3), (1, 3)])
  func returnsEndAtEveryKindOfEnd(_ steps: Int, _ returnSteps: Int) throws {
    let (oldest, newest) = (max(0, steps - 6), steps - 1)
    try check(steps, 18, returnSteps) { t, copy in
      let isAtEdge = t == oldest || t == newest
      switch copy {
      case 0: return (isAtEdge, false)
      case 1: return (false, isAtEdge)
      case 2: return (isAtEdge, isAtEdge)
      case 3: return (false, false)
      case 4: return (t == newest - 2, t == newest - 1)
      default: return (t == newest - 1, t == newest - 2 || t == newest - 1)
      }
    }
  }

  private func check(
    _ steps: Int, _ capacity: Int, _ returnSteps: Int, ends: (_ t: Int, _ copy: Int) -> End
  ) throws {
    let (made, batch) = try drawn(steps: steps, capacity: capacity, returnSteps: returnSteps, ends: ends)
    let kept = min(steps, capacity / 3)
    for agent in 0..<2 {
      for age in 0..<kept {
        for copy in 0..<3 {
          let history = made[agent * 3 + copy]
          let first = steps - kept + age
          var (reward, discount, last) = (Float(0), Float(1), first)
          for t in first..<min(first + returnSteps, steps) {
            reward += discount * history[t].reward
            discount *= 0.5
            last = t
            if history[t].terminated || history[t].truncated { break }
          }
          let at = (agent * kept + age) * 3 + copy
          #expect(batch[0][4 * at] == history[first].seen)
          #expect(batch[1][at] == Float(Int(history[first].seen) % 2))
          #expect(abs(batch[2][at] - reward) < 1e-4)
          #expect(batch[3][4 * at + 3] == history[last].final)
          #expect(batch[4][at] == (history[last].terminated ? 0 : discount))
        }
      }
    }
  }

  @Test func placesAreUniformAmongThoseKept() throws {
    let environment = try VectorEnvironment(CartPole(), seeds: [1, 2], copies: 2, on: device)
    let buffer = try ReplayBuffer(environment, capacity: 12, on: device)
    let counts = try [3, 6, 40].map { appended in
      try buffer.count.write([UInt32(appended)])
      let (ages, copies) = (
        try Variable([2, 6000], .uint32, on: device, label: "ages"),
        try Variable([2, 6000], .uint32, on: device, label: "copies")
      )
      try device.run("places") { graph in
        let places = buffer.uniformPlaces(6000, environment.generator(in: graph))
        ages.assign(places.ages)
        copies.assign(places.copies)
      }
      var counts = [UInt32: Int]()
      for (age, copy) in zip(try ages.read(UInt32.self), try copies.read(UInt32.self)) {
        counts[2 * age + copy, default: 0] += 1
      }
      return counts
    }
    for (counts, kept) in zip(counts, [3, 6, 6]) {
      #expect(counts.keys.sorted() == (0..<UInt32(2 * kept)).map { $0 })
      let expected = 12000.0 / Double(2 * kept)
      #expect(counts.values.allSatisfy { abs(Double($0) - expected) < 5 * expected.squareRoot() })
    }
  }

  @Test func whatDoesNotFitIsRefusedWithItsSize() throws {
    let environment = try VectorEnvironment(CartPole(), seeds: [1], copies: 1, on: device)
    let error = #expect(throws: ConfigurationError.self) {
      try ReplayBuffer(environment, capacity: 1 << 40, on: device)
    }
    #expect(error?.field == "buffer-size" && error?.reason.contains("\(4 * 12 << 40) bytes") == true)
  }
}
