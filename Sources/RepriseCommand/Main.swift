import Recording
import Learning
import Reinforcement
import Tensors
import Vulkan
@main struct Main {
  static func bench(_ m: Int, _ k: Int, _ n: Int, ta: Bool, _ device: Device) throws {
    let a = try Variable(ta ? [k, m] : [m, k], on: device, label: "a")
    let b = try Variable([k, n], on: device, label: "b")
    let c = try Variable([m, n], on: device, label: "c")
    let clock = ContinuousClock()
    let t0 = clock.now
    let plan = try device.record("mm") { p in
      try p.pass("x", repeats: 20) { g in
        let aa = ta ? g.read(a).transposed() : g.read(a)
        c.assign(aa.matmul(g.read(b)))
      }
    }
    let t1 = clock.now
    try plan.replay(times: 1)
    let t2 = clock.now
    try plan.replay(times: 3)
    let t3 = clock.now
    let s = (t3 - t2).seconds / 60
    print(m, k, n, ta, "record", (t1 - t0).seconds, "first", (t2 - t1).seconds, "us", s * 1e6, "GFLOP/s", 2e-9 * Double(m * k * n) / s)
  }
  static func main() throws {
    let device = try Device(cacheDirectory: "/dev/null")
    try bench(2048, 64, 64, ta: false, device)
    try bench(64, 2048, 64, ta: true, device)
    try bench(2048, 4, 64, ta: false, device)
    try bench(512, 512, 512, ta: false, device)
  }
}
