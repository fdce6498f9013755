import Reprise

/// Two half-moons that reach into each other (scikit-learn's `make_moons`), drawn on the device.
struct TwoMoons {
  /// Places in the plane, float32 [count, 2].
  let points: Variable
  /// The moon that each belongs to, int32 [count].
  let moons: Variable

  /// Draws `count` points; the same seed gives the same ones.
  init(count: Int, seed: UInt64, on device: Device) throws {
    points = try Variable([count, 2], on: device, label: "points")
    moons = try Variable([count], .int32, on: device, label: "moons")
    try device.run("two moons") { graph in
      let generator = Generator(seed: seed, counter: graph.constant(0, TensorType([], .uint32)))
      let moon = generator.integers([count], in: 0..<2)
      let angle = generator.uniform([count], high: .pi)
      // The second moon is the first one turned about, and put a little aside.
      let isSecond = moon.float()
      let sign = 1 - 2 * isSecond
      let clean = Tensor.stack(
        [isSecond + sign * angle.cos(), 0.5 * isSecond + sign * angle.sin()], axis: 1)
      points.assign(clean + generator.normal([count, 2], standardDeviation: 0.1))
      moons.assign(moon)
    }
  }
}
