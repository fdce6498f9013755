import Learning
import Tensors
import TestSupport
import Testing

@testable import Reinforcement

/// PPO in environments that no table has.
struct OwnEnvironmentTests {
  let device = TestDevice.shared

  private var configuration: PPOConfiguration {
    var configuration = PPOConfiguration()
    (configuration.environments, configuration.horizon) = (6, 10)
    (configuration.minibatches, configuration.hidden) = (2, [7])
    configuration.steps = 2 * 60
    return configuration
  }

  @Test func itTakesThePlaceOfTheNamedOne() throws {
    var settings = configuration
    settings.environment = "pendulum"
    let own = try PPO(settings, environment: CartPole(), on: device)
    try own.train()
    settings.environment = "cartpole"
    let named = try PPO(settings, on: device)
    try named.train()
    #expect(try own.checkpoint().encoded() == named.checkpoint().encoded())
    settings.exploration = .gsde
    let error = #expect(throws: ConfigurationError.self) {
      try PPO(settings, environment: CartPolePositions(), on: device)
    }
    #expect(
      error?.description
        == "exploration: gsde is for continuous actions; cartpole-positions has 2 discrete actions")
  }

  /// The kernel of a whole rollout and the one of a step are both the environment's own.
  @Test(arguments: [false, true])
  func positionsAreAllThatIsSeen(_ isStepwise: Bool) throws {
    var settings = configuration
    settings.stepByStep = isStepwise
    let ppo = try PPO(settings, environment: CartPolePositions(), on: device)
    try ppo.train()
    let checkpoint = try ppo.checkpoint()
    #expect(checkpoint.tensors["policy.0.weight"]?.type.shape == [7, 2])
    let result = try PPO.evaluate(
      settings, environment: CartPolePositions(), weights: checkpoint, file: "the run", episodes: 9, seed: 3,
      on: device)
    #expect(result.lengths.allSatisfy { (8...500).contains($0) })
  }
}
