import Learning
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// Replays from the first iteration to the last.
struct TrainingLoopTests {
  private static func algorithm() throws -> PPO {
    var configuration = PPOConfiguration()
    configuration.environments = 4
    configuration.horizon = 8
    configuration.minibatches = 2
    configuration.epochs = 1
    configuration.hidden = [8]
    configuration.steps = 7 * 32
    return try PPO(configuration, on: TestDevice.shared)
  }

  @Test func pausesBetweenIterationsAndChangesNothing() throws {
    let (usual, paused) = (try Self.algorithm(), try Self.algorithm())
    try usual.train()
    var reported = 0
    var pauses: [Int] = []
    try paused.loop.run(
      pausingEvery: [3], pause: { pauses.append($0 == reported ? reported : 0) },
      progress: {
        reported = $0.iteration
        return .goOn
      })
    #expect(pauses == [3, 6, 7])
    #expect(try paused.checkpoint().encoded() == usual.checkpoint().encoded())
  }

  @Test func endsAtTheNextPauseWhenProgressSaysSo() throws {
    let algorithm = try Self.algorithm()
    var reported = 0
    var pauses: [Int] = []
    try algorithm.loop.run(
      pausingEvery: [3], pause: { _ in pauses.append(reported) },
      progress: {
        reported = $0.iteration
        return reported < 2 ? .goOn : .stop
      })
    #expect(pauses == [reported] && reported <= 3)
  }
}
