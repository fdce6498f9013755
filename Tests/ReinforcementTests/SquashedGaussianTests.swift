import Learning
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Reinforcement

#if canImport(Glibc)
  import Glibc
#endif

/// The squashed Gaussian at the ends of its range, and its noise.
struct SquashedGaussianTests {
  let device = TestDevice.shared

  @Test func logProbabilityAndItsGradientHoldAtTheEnds() throws {
    // u, the noise over its deviation, and log σ: all combinations, one component each.
    let unsquashed = [
      -1e4, -100, -30.0, -20, -15.5, -8, -1, -1e-3, 0, 1e-3, 1, 8, 9.5, 15.5, 20, 30, 100, 1e4,
    ]
    var cases: [(Double, Double, Double)] = []
    for u in unsquashed {
      for z in [-4.5, -1, 0, 0.25, 4.5] {
        for logDeviation in [-20.0, -5, 0, 1, 2] { cases.append((u, z, logDeviation)) }
      }
    }
    let shape: Shape = [1, cases.count, 1]
    let result = try evaluate(
      [
        HostTensor(shape, cases.map { Double(Float($0.0)) }), HostTensor(shape, cases.map { $0.1 }),
        HostTensor(shape, cases.map { $0.2 }),
      ], references: false
    ) { graph, x in
      let draw = SquashedGaussianPolicy.Draw(unsquashed: x[0], standardized: x[1], logDeviation: x[2])
      return [draw.logProbability, draw.action]
        + graph.gradients(of: draw.logProbability.sum(), withRespectTo: x)
    }
    for (index, (u, z, logDeviation)) in cases.enumerated() {
      let u = Double(Float(u))
      // 1 − tanh² u = 1/cosh² u, and cosh u = e^|u| (1 + e^−2|u|) / 2.
      let logarithm = abs(u) + log1p(exp(-2 * abs(u))) - log(2)
      let density = -0.5 * z * z - logDeviation - 0.5 * log(2 * Double.pi) + 2 * logarithm
      let found = result.device[0].values[index]
      #expect(abs(found - density) <= 1e-5 * max(1, abs(density)), "u \(u), z \(z), log σ \(logDeviation)")
      #expect(abs(result.device[1].values[index] - tanh(u)) < 1e-6)
      for (gradient, expected) in zip(result.device.dropFirst(2), [2 * tanh(u), -z, -1]) {
        #expect(abs(gradient.values[index] - expected) < 1e-5, "gradient at u \(u), z \(z)")
      }
    }
  }

  /// The gradients of a draw's density with respect to mean and log σ, through the noise: 2 tanh u, and 2 tanh u · σz − 1.
  @Test func gradientsOfADrawHoldAtTheEnds() throws {
    var cases: [(mean: Double, logDeviation: Double, z: Double)] = []
    for mean in [-1e4, -20, 0, 1e-3, 15.5, 1e4] {
      for logDeviation in [-20.0, 0, 2] { for z in [-4.5, 0, 4.5] { cases.append((mean, logDeviation, z)) } }
    }
    let shape: Shape = [1, cases.count, 1]
    let inputs = [cases.map { Double(Float($0.mean)) }, cases.map(\.logDeviation), cases.map(\.z)]
    let result = try evaluate(inputs.map { HostTensor(shape, $0) }, references: false) { graph, x in
      let draw = SquashedGaussianPolicy.Draw(
        unsquashed: x[0] + x[1].exp() * x[2], standardized: x[2], logDeviation: x[1])
      return graph.gradients(of: draw.logProbability.sum(), withRespectTo: [x[0], x[1]])
        + graph.gradients(of: draw.action.sum(), withRespectTo: [x[0], x[1]])
    }
    for (index, (_, logDeviation, z)) in cases.enumerated() {
      let noise = exp(logDeviation) * z
      let u = inputs[0][index] + noise
      let slope = 1 / (cosh(min(abs(u), 300)) * cosh(min(abs(u), 300)))
      let expected = [2 * tanh(u), 2 * tanh(u) * noise - 1, slope, slope * noise]
      for (found, wanted) in zip(result.device, expected) {
        #expect(abs(found.values[index] - wanted) <= 1e-5 * max(1, abs(wanted)), "\(cases[index])")
      }
    }
  }

  @Test func componentsAddUp() throws {
    var random = SeededRandom(5)
    let inputs = (0..<3).map { _ in HostTensor([2, 7, 3], &random) }
    let result = try evaluate(inputs, references: false) { _, x in
      func draw(_ range: Range<Int>) -> Tensor {
        let parts = x.map { $0.slice(axis: 2, range) }
        return SquashedGaussianPolicy.Draw(
          unsquashed: parts[0], standardized: parts[1], logDeviation: parts[2]
        ).logProbability
      }
      return [draw(0..<3), draw(0..<1) + draw(1..<2) + draw(2..<3)]
    }
    #expect(result.device[0].type.shape == [2, 7])
    #expect(normalizedError(result.device[0].values, result.device[1].values) < 1e-12)
  }

  /// The deviation of a policy is between its bounds whatever the network says.
  @Test func deviationsKeepTheirBounds() throws {
    var configuration = SACConfiguration()
    configuration.hidden = [8]
    let environment = try VectorEnvironment(configuration, seeds: [1], on: device)
    let policy = try SquashedGaussianPolicy(configuration, environment, seeds: [1], on: device)
    let bias = try #require(policy.network.offset(of: "head.bias"))
    for (value, bound) in [(-1000.0, -20.0), (1000, 2)] {
      try policy.network.flat.write([Float(0), Float(value)], at: bias)
      let result = try evaluate(
        [
          HostTensor([1, 4, 3], [Double](repeating: 0.1, count: 12)), HostTensor([1, 4, 1], [1, -1, 2, 0]),
        ],
        references: false
      ) { _, x in
        let draw = policy.draw(x[0], noise: x[1])
        return [draw.logDeviation, draw.logProbability]
      }
      #expect(result.device[0].values.allSatisfy { $0 == bound })
      #expect(result.device[1].values.allSatisfy { $0.isFinite })
    }
  }

  /// One matrix for all samples is the same matrix for each.
  @Test func aMatrixForEachSampleIsAsOneForAll() throws {
    var configuration = SACConfiguration()
    configuration.hidden = [8]
    configuration.gsde = true
    let environment = try VectorEnvironment(configuration, seeds: [1, 2], on: device)
    let policy = try SquashedGaussianPolicy(configuration, environment, seeds: [1, 2], on: device)
    var random = SeededRandom(7)
    let inputs = [HostTensor([2, 5, 3], &random), HostTensor([2, 8, 1], &random)]
    #expect(policy.noiseShape(agents: 2, samples: 5) == [2, 5, 8, 1])
    #expect(policy.noiseShape(agents: 2, samples: 5, isShared: true) == [2, 8, 1])
    let result = try evaluate(inputs, references: false) { _, x in
      let (one, each) = (
        policy.draw(x[0], noise: x[1]), policy.draw(x[0], noise: x[1].unsqueeze(1).expand([2, 5, 8, 1]))
      )
      return [one.unsquashed, each.unsquashed, one.logProbability, each.logProbability]
    }
    #expect(normalizedError(result.device[0].values, result.device[1].values) < 1e-12)
    #expect(normalizedError(result.device[2].values, result.device[3].values) < 1e-12)
  }

  @Test func actionsReachTheBoundsOfABox() throws {
    let space = ActionSpace.box(low: [-2, 0], high: [2, 8])
    let result = try evaluate(
      [HostTensor([1, 3, 2], [-1, -1, 1, 1, 0, -0.5])], references: false
    ) { _, x in [space.scaled(x[0])] }
    #expect(result.device[0].values == [-2, 0, 2, 8, 0, 2])
  }
}
