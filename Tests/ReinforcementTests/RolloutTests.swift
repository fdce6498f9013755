import Foundation
import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// What a rollout stores, whatever the environment.
struct RolloutTests {
  let device = TestDevice.shared
  static let copies = 33
  static let horizon = 70

  private func sampled() throws -> (Rollout, LinearPolicy) {
    let environment = try VectorEnvironment(CartPole(), seeds: [11], copies: Self.copies, on: device)
    let rollout = try Rollout(environment, horizon: Self.horizon, on: device)
    let policy = LinearPolicy(gains: [0.3, -0.4, 2, 0.5])
    try run(rollout, policy)
    return (rollout, policy)
  }

  @Test func eachStepFollowsTheDynamicsAndResetsInTheSameStep() throws {
    let (rollout, _) = try sampled()
    let samples = rollout.samples
    let before: [Float] = try rollout.observations.read()
    let after: [Float] = try rollout.finalObservations.read()
    let stepped = try Stepper(CartPole(), copies: samples, on: device)
      .step(states: before, actions: rollout.actions.read(Int32.self))
    #expect(largestDifference(stepped.states, after) <= 1e-6)
    let terminated: [UInt32] = try rollout.terminated.read(UInt32.self)
    let truncated: [UInt32] = try rollout.truncated.read(UInt32.self)
    #expect(stepped.terminated == terminated.map { $0 != 0 })
    #expect(terminated.contains(1))
    for sample in 0..<samples - Self.copies {
      let next = Array(before[(sample + Self.copies) * 4..<(sample + Self.copies) * 4 + 4])
      if terminated[sample] + truncated[sample] == 0 {
        #expect(next == Array(after[sample * 4..<sample * 4 + 4]))
      } else {
        #expect(next.allSatisfy { abs($0) <= 0.05 })
      }
    }
  }

  @Test func actionsAreAsLikelyAsThePolicySays() throws {
    let (rollout, policy) = try sampled()
    let observations: [Float] = try rollout.observations.read()
    let actions: [Int32] = try rollout.actions.read(Int32.self)
    var expectedOnes = 0.0
    for sample in 0..<rollout.samples {
      let logit = (0..<4).reduce(0.0) {
        $0 + Double(policy.gains[$1]) * Double(observations[sample * 4 + $1])
      }
      expectedOnes += 1 / (1 + exp(-logit))
    }
    // Within five standard deviations of a sum of Bernoulli variables.
    let ones = Double(actions.reduce(0, +))
    #expect(abs(ones - expectedOnes) < 5 * (Double(rollout.samples) / 4).squareRoot())
  }

  @Test func statisticsCountTheEpisodesThatEnded() throws {
    let (rollout, _) = try sampled()
    let terminated: [UInt32] = try rollout.terminated.read(UInt32.self)
    let statistics: [Float] = try rollout.environment.statistics.read()
    for copy in 0..<Self.copies {
      let ends = (0..<Self.horizon).filter { terminated[$0 * Self.copies + copy] != 0 }
      #expect(statistics[2 * Self.copies + copy] == Float(ends.count))
      #expect(statistics[copy] == Float(ends.last.map { $0 + 1 } ?? 0))
      #expect(statistics[Self.copies + copy] == statistics[copy])
    }
  }

  /// Advantages of a rollout that has these rewards, values and ends, each [horizon, copies].
  private func advantages(
    copies: Int, rewards: [Float], values: [Float], nextValues: [Float], terminated: [UInt32],
    truncated: [UInt32]
  ) throws -> [Float] {
    let environment = try VectorEnvironment(CartPole(), seeds: [1], copies: copies, on: device)
    let rollout = try Rollout(environment, horizon: rewards.count / copies, on: device)
    try rollout.rewards.write(rewards)
    try rollout.terminated.write(terminated)
    try rollout.truncated.write(truncated)
    let shape = rollout.rewards.type.shape
    let before = try Variable(shape, values, on: device, label: "values")
    let after = try Variable(shape, nextValues, on: device, label: "next")
    let result = try Variable(shape, on: device, label: "advantages")
    try device.run { graph in
      result.assign(
        rollout.advantages(
          values: graph.read(before), nextValues: graph.read(after), discount: 0.98, decay: 0.8))
    }
    return try result.read()
  }

  /// Copies of the golden end at the first and the last step, by termination, by truncation and by both.
  @Test func advantagesMatchTheReference() throws {
    let golden = try Golden.load("gae")
    let copies = try #require(golden.tensors["rewards"]).type.shape[1]
    let (terminated, truncated) = (golden.words("terminated"), golden.words("truncated"))
    for edge in [terminated.indices.prefix(copies), terminated.indices.suffix(copies)] {
      #expect(Set(edge.map { [terminated[$0], truncated[$0]] }) == [[0, 0], [1, 0], [0, 1], [1, 1]])
    }
    let found = try advantages(
      copies: copies, rewards: golden.floats("rewards"), values: golden.floats("values"),
      nextValues: golden.floats("next_values"), terminated: terminated, truncated: truncated)
    #expect(largestDifference(found, golden.floats("advantages")) < 1e-5)
  }

  /// r + γ V(s′) − V(s), where V(s′) is left out after a termination: the first step is the last.
  @Test func advantagesOfASingleStep() throws {
    let found = try advantages(
      copies: 4, rewards: [1, 1, 1, 1], values: [0.5, 0.5, 0.5, 0.5], nextValues: [2, 2, 2, 2],
      terminated: [0, 1, 0, 1], truncated: [0, 0, 1, 1])
    #expect(largestDifference(found, [2.46, 0.5, 2.46, 0.5]) < 1e-6)
  }

  @Test func laterRolloutsGoOnWhereTheFirstEnded() throws {
    let policy = LinearPolicy(gains: [10, 30, 100, 30])
    let environment = try VectorEnvironment(CartPole(), seeds: [4], copies: 2, on: device)
    let rollout = try Rollout(environment, horizon: 300, on: device)
    try run(rollout, policy)
    try run(rollout, policy)
    #expect(try environment.clock.read(UInt32.self) == [600])
    let truncated: [UInt32] = try rollout.truncated.read(UInt32.self)
    #expect(
      (0..<300).filter { truncated[$0 * 2] != 0 } == [199], "step 500 of the run is step 200 of rollout 2")
  }

  /// llvmpipe leaves loops after 65 535 rounds: a dispatch of held actions is cut before.
  @Test func heldActionsAreTakenToTheLastStep() throws {
    let (copies, horizon) = (80, 260)
    let environment = try VectorEnvironment(
      CartPole(), seeds: [2], copies: copies, parameters: ["tau": 1e-6...1e-6], actionRepeat: 64, on: device)
    let rollout = try Rollout(environment, horizon: horizon, on: device)
    try run(rollout, LinearPolicy(gains: [0, 0, 0, 0]))
    // An episode is seven actions of 64 steps, and one of 52 until its limit.
    let rewards: [Float] = try rollout.rewards.read()
    #expect(rewards == (0..<horizon * copies).map { $0 / copies % 8 == 7 ? 52 : 64 })
    let truncated = try rollout.truncated.read(UInt32.self)
    #expect(truncated == (0..<horizon * copies).map { $0 / copies % 8 == 7 ? 1 : 0 })
  }

  @Test func truncatesOnTheExactStepAndOnlyThere() throws {
    let (copies, horizon) = (3, 1010)
    let environment = try VectorEnvironment(CartPole(), seeds: [2], copies: copies, on: device)
    let rollout = try Rollout(environment, horizon: horizon, on: device)
    try run(rollout, LinearPolicy(gains: [10, 30, 100, 30]))
    let truncated: [UInt32] = try rollout.truncated.read(UInt32.self)
    let terminated: [UInt32] = try rollout.terminated.read(UInt32.self)
    #expect(terminated.allSatisfy { $0 == 0 })
    for copy in 0..<copies {
      let ends = (0..<horizon).filter { truncated[$0 * copies + copy] != 0 }
      #expect(ends == [499, 999])
    }
    let statistics: [Float] = try environment.statistics.read()
    #expect(statistics == [1000, 1000, 1000, 1000, 1000, 1000, 2, 2, 2, 0, 0, 0])
  }
}
