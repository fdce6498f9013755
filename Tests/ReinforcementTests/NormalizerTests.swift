import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

/// Running statistics, and the returns that rewards are normalised by.
struct NormalizerTests {
  let device = TestDevice.shared

  /// Batches around means far from 0, merged one by one, against all samples in double precision.
  @Test func mergingIsAsIfAllSamplesHadComeAtOnce() throws {
    let (agents, size) = (2, 3)
    let normalizer = try Normalizer(agents: agents, size: size, limit: 10, on: device, label: "normalizer")
    try normalizer.count.write([0, 0] as [Float])
    var all = [[Double]](repeating: [], count: agents * size)
    for (batch, count) in [1, 7, 31, 1025].enumerated() {
      let samples = try Variable([agents, count, size], on: device, label: "samples")
      var values: [Float] = []
      for agent in 0..<agents {
        for sample in 0..<count {
          for index in 0..<size {
            let wave = Double((sample * 29 + batch * 13 + agent * 7) % 101) / 101 - 0.5
            let value = Float([0.0, 3e3, -5e2][index] + wave * [1, 4, 0.5][index])
            values.append(value)
            all[agent * size + index].append(Double(value))
          }
        }
      }
      try samples.write(values)
      try device.run("merge") { normalizer.merge($0.read(samples)) }
    }
    let (mean, variance): ([Float], [Float]) = (try normalizer.mean.read(), try normalizer.variance.read())
    #expect(try normalizer.count.read(Float.self) == [1064, 1064])
    for (index, samples) in all.enumerated() {
      let expected = samples.reduce(0, +) / 1064
      let spread = samples.reduce(0) { $0 + ($1 - expected) * ($1 - expected) } / 1064
      #expect(abs(Double(mean[index]) - expected) < 1e-6 * max(1, abs(expected)))
      #expect(abs(Double(variance[index]) / spread - 1) < 2e-3, "variance \(index)")
    }
  }

  @Test func returnsGoOnUntilAnEpisodeEnds() throws {
    var random = SeededRandom(3)
    let shape: Shape = [13, 2, 5]
    let rewards = HostTensor(type: TensorType(shape), values: random.values(130))
    let ended = HostTensor(
      type: TensorType(shape, .bool), values: random.values(130).map { $0 < -0.6 ? 1 : 0 })
    let carried = HostTensor(type: TensorType([2, 5]), values: random.values(10, scale: 3))
    let result = try evaluate([rewards, ended, carried]) { graph, inputs in
      [graph.apply(DiscountedReturn(discount: 0.9), inputs)]
    }
    #expect(result.error < 1e-12)
    // By hand: copy 0 from the start to its first end, and one step behind it.
    let values = result.device[0].values
    var sum = carried.values[0]
    for t in 0..<13 {
      sum = rewards.values[10 * t] + 0.9 * sum
      #expect(abs(values[10 * t] - sum) < 1e-5)
      if ended.values[10 * t] != 0 { sum = 0 }
    }
  }
}
