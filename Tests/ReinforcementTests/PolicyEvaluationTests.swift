import Learning
import TestSupport
import Testing

@testable import Reinforcement

/// Evaluation by whole episodes.
struct PolicyEvaluationTests {
  let device = TestDevice.shared

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
