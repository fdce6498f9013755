import Reprise

func learnPolicy(on device: Device) throws {
  var configuration = PPOConfiguration()
  configuration.environment = "cartpole"
  configuration.steps = 20_000
  let ppo = try PPO(configuration, on: device)
  try ppo.train { progress in
    print("\(progress.steps) steps: the pole stands for \(progress.lengthMean ?? 0)")
    return true
  }
  let result = try PPO.evaluate(
    configuration, weights: ppo.checkpoint(), file: "cartpole", episodes: 20, seed: 1, on: device)
  print("without exploration: \(result.lengthMean)")
}
