import Foundation
import Learning
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// CartPole on the device against Gymnasium's CartPole-v1.
struct CartPoleTests {
  let device = TestDevice.shared

  @Test func singleTransitionsAreGymnasiums() throws {
    let golden = try Golden.load("cartpole_transitions")
    let count = try #require(golden.tensors["state"]).type.shape[0]
    #expect(count >= 2000)
    let stepper = try Stepper(CartPole(), copies: count, on: device)
    let result = try stepper.step(
      states: golden.floats("state"), actions: try #require(golden.tensors["action"]).elements(Int32.self))
    #expect(largestDifference(result.states, golden.floats("next_state")) <= 1e-4)
    #expect(result.rewards == golden.floats("reward"))
    let terminated = try #require(golden.tensors["terminated"]).elements(Int32.self).map { $0 != 0 }
    #expect(result.terminated == terminated)
    #expect(terminated.contains(true) && terminated.contains(false))
  }

  @Test func wholeEpisodesAreGymnasiums() throws {
    let golden = try Golden.load("cartpole_episodes")
    let actions = try #require(golden.tensors["actions"])
    let lengths = try #require(golden.tensors["lengths"]).elements(Int32.self).map(Int.init)
    let (copies, steps) = (actions.type.shape[0], actions.type.shape[1])
    let all = actions.elements(Int32.self)
    let expected = golden.floats("states")
    let stepper = try Stepper(CartPole(), copies: copies, on: device)
    var states = golden.floats("initial")
    for time in 0..<steps {
      let result = try stepper.step(
        states: states, actions: (0..<copies).map { all[$0 * steps + time] })
      states = result.states
      for copy in 0..<copies where time < lengths[copy] {
        let golden = expected[(copy * steps + time) * 4..<(copy * steps + time + 1) * 4]
        #expect(largestDifference(Array(states[copy * 4..<copy * 4 + 4]), Array(golden)) <= 1e-4)
        #expect(result.terminated[copy] == (time == lengths[copy] - 1))
      }
    }
  }

  @Test func resetsAreUniform() throws {
    let copies = 2000
    let environment = try VectorEnvironment(CartPole(), seeds: [5], copies: copies, on: device)
    let rollout = try Rollout(environment, horizon: 1, on: device)
    try run(rollout, LinearPolicy(gains: [0, 0, 0, 0]))
    let states: [Float] = try rollout.observations.read()
    for component in 0..<4 {
      let values = (0..<copies).map { Double(states[$0 * 4 + component]) }.sorted()
      #expect(values.allSatisfy { abs($0) <= 0.05 })
      // Kolmogorov and Smirnov against the uniform distribution, at 0.1 %.
      var distance = 0.0
      for (rank, value) in values.enumerated() {
        let fraction = (Double(rank) + 0.5) / Double(copies)
        distance = max(distance, abs((value + 0.05) / 0.1 - fraction))
      }
      #expect(distance < 1.95 / Double(copies).squareRoot(), "component \(component)")
    }
    #expect(Set(states).count > copies, "copies start apart")
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
    #expect(statistics == [1000, 1000, 1000, 1000, 1000, 1000, 2, 2, 2])
  }

  @Test func evaluationRunsWholeEpisodes() throws {
    var configuration = PPOConfiguration()
    configuration.hidden = []
    let balanced = try PPO.evaluate(
      configuration, weights: LinearPolicy(gains: [10, 30, 100, 30]).checkpoint, file: "test", episodes: 37,
      seed: 3, on: device)
    #expect(balanced.returns == [Float](repeating: 500, count: 37))
    #expect(balanced.lengths == [Int](repeating: 500, count: 37))
    // Tanh keeps the sign that decides.
    configuration.hidden = [256, 256]
    let wide = LinearPolicy(gains: [0.1, 0.3, 1, 0.3]).widened(to: 256)
    let cut = try PPO.evaluate(
      configuration, weights: wide, file: "test", episodes: 5, seed: 3, on: device)
    #expect(cut.lengths == [Int](repeating: 500, count: 5))
    configuration.hidden = []
    let leftOnly = try PPO.evaluate(
      configuration, weights: LinearPolicy(gains: [0, 0, 0, 0]).checkpoint, file: "test", episodes: 200,
      seed: 3,
      on: device)
    // Gymnasium: pushing one way ends an episode after 8 to 10 steps.
    #expect(leftOnly.lengths.allSatisfy { (8...11).contains($0) })
  }
}

extension Safetensors {
  func floats(_ name: String) -> [Float] { tensors[name]?.elements(Float.self) ?? [] }
}

func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
