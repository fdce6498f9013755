// An environment of one's own, in Swift and GLSL, on which PPO learns to hold a drone at its height.
//
// `reprise-glslc environment` makes one of a single GLSL file, without Swift: see ../point_mass.
import Glibc
import Reprise

do {
  try train(on: Device())
} catch {
  print("custom-environment: \(error)")
  exit(1)
}

func train(on device: Device) throws {
  var configuration = PPOConfiguration()
  (configuration.environments, configuration.horizon) = (16, 32)
  (configuration.epochs, configuration.minibatches) = (8, 4)
  configuration.hidden = [16, 16]
  configuration.learningRate = 5e-3
  configuration.steps = 20_000

  let ppo = try PPO(configuration, environment: Hover(), on: device)
  func evaluated() throws -> Double {
    try PPO.evaluate(
      configuration, environment: Hover(), weights: ppo.checkpoint(), file: "the policy", episodes: 50,
      seed: 2, on: device
    ).returnMean
  }
  print("return before training: \(try evaluated())")
  try ppo.train { progress in
    if progress.iteration % 20 == 0, let mean = progress.returnMean {
      print("after \(progress.steps) steps: \(mean)")
    }
    return true  // false would end training here
  }
  print("return after training: \(try evaluated())")
}
