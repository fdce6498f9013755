import Recording
import Learning
import Reinforcement
import Vulkan
@main struct Main {
  static func main() throws {
    let device = try Device()
    var c = PPOConfiguration()
    c.steps = 64*128*12
    let ppo = try PPO(c, on: device, options: PlanOptions(timestamps: true))
    try ppo.train { p in
      if p.iteration % 5 == 0 { print(p.iteration, p.steps, p.stepsPerSecond, p.returnMean ?? -1) }
      return true
    }
    let t = try ppo.plan.timings()
    for x in t { print(x.segment, x.repeats, x.dispatch, Int(x.seconds*1e6), "us  total ms", Double(Int(x.seconds*1e5*Double(x.repeats)))/100) }
    print(t.reduce(0){$0+$1.seconds*Double($1.repeats)})
  }
}
