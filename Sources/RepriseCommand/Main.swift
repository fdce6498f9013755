import Recording
import Learning
import Reinforcement
import Vulkan
@main struct Main {
  static func main() throws {
    let device = try Device()
    let ppo = try PPO(PPOConfiguration(), on: device)
    print(ppo.plan.description)
    try ppo.train { p in
      if p.iteration % 5 == 0 { print(p.iteration, p.steps, p.stepsPerSecond, p.returnMean ?? -1, p.policyLoss, p.valueLoss, p.entropy, p.approximateKL, p.clipFraction, p.gradientNorm) }
      return true
    }
    print(ppo.profile)
    print(try Evaluator.run(PPOConfiguration(), weights: ppo.checkpoint(), file: "x", episodes: 100, seed: 7, on: device).returnMean)
    print(try Exploration.run(environment: "cartpole", copies: 4096, steps: 400_000_000, seed: 1, on: device))
  }
}
