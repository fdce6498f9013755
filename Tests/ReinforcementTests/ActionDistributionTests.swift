import Learning
import Tensors
import TestSupport
import Testing

@testable import Reinforcement

#if canImport(Glibc)
  import Glibc
#endif

/// What a policy's distribution makes of its outputs, against PyTorch's Categorical and Normal.
struct ActionDistributionTests {
  let device = TestDevice.shared

  /// The tensors of a case of the golden.
  private struct Case {
    let name: String
    let file: Safetensors

    init(_ name: String) throws { (self.name, file) = (name, try Golden.load("distributions")) }

    func host(_ key: String) throws -> HostTensor {
      let entry = try #require(file.tensors["\(name)/\(key)"])
      return HostTensor(type: entry.type, words: entry.elements(UInt32.self))
    }

    /// Each element within 1e-5 of its size, or of 1 where it is smaller.
    func expect(_ found: HostTensor, _ key: String) throws {
      let expected = try host(key)
      #expect(found.type == expected.type, "\(name)/\(key)")
      for (index, (value, wanted)) in zip(found.values, expected.values).enumerated() {
        #expect(
          abs(value - wanted) <= 1e-5 * max(1, abs(wanted)),
          "\(name)/\(key) \(index): \(value), not \(wanted)")
      }
    }
  }

  /// Values and gradients of discrete actions.
  private func check(_ name: String, _ space: ActionSpace) throws {
    let golden = try Case(name)
    let inputs = try ["logits", "actions", "weights"].map(golden.host)
    let result = try evaluate(inputs, references: false) { graph, x in
      let distribution = ActionDistribution(space: space, outputs: x[0], logDeviations: nil)
      let values = [distribution.logProbability(x[1]), distribution.entropy()]
      return values + values.flatMap { graph.gradients(of: ($0 * x[2]).sum(), withRespectTo: [x[0]]) }
        + [distribution.mode()]
    }
    let keys = ["log_prob", "entropy", "log_prob_gradient", "entropy_gradient", "mode"]
    for (found, key) in zip(result.device, keys) { try golden.expect(found, key) }
  }

  @Test func multiDiscreteActionsArePyTorchs() throws {
    try check("multi_discrete", .multiDiscrete([3, 2, 4]))
  }

  /// Logits up to the largest of float32, and probabilities of 0 and 1.
  @Test func discreteActionsHoldAtTheEdges() throws { try check("discrete_edges", .discrete(4)) }

  /// Deviations from e⁻²⁰ to e⁵, and actions up to 10 000 from the mean.
  @Test func gaussiansHoldAtTheEdges() throws {
    let golden = try Case("gaussian_edges")
    let inputs = try ["means", "log_std", "actions", "weights"].map(golden.host)
    let size = inputs[0].type.shape[2]
    let result = try evaluate(inputs, references: false) { graph, x in
      let space = ActionSpace.box(
        low: [Double](repeating: -1, count: size), high: [Double](repeating: 1, count: size))
      let distribution = ActionDistribution(space: space, outputs: x[0], logDeviations: x[1])
      let (logProbability, entropy) = (distribution.logProbability(x[2]), distribution.entropy())
      return [logProbability, entropy]
        + graph.gradients(of: (logProbability * x[3]).sum(), withRespectTo: [x[0], x[1]])
        + graph.gradients(of: (entropy * x[3]).sum(), withRespectTo: [x[1]]) + [distribution.mode()]
    }
    let keys = [
      "log_prob", "entropy", "log_prob_gradient", "log_std_gradient", "entropy_gradient", "means",
    ]
    for (found, key) in zip(result.device, keys) { try golden.expect(found, key) }
  }

  /// Each component as often as its probability says, and independently of the others: Pearson's χ² of the 24 actions, within
  /// five standard deviations.
  @Test func samplesOfMultiDiscreteActionsAreDistributedAsPyTorchs() throws {
    let (counts, draws) = ([3, 2, 4], 20_000)
    let golden = try Case("multi_discrete")
    let (logits, probabilities) = (try golden.host("logits"), try golden.host("probabilities").values)
    // The first sample of each agent, so often.
    let rows = [logits.values.prefix(9), logits.values[11 * 9..<12 * 9]]
    let outputs = HostTensor([2, draws, 9], rows.flatMap { row in (0..<draws).flatMap { _ in row } })
    let seeds = HostTensor(type: TensorType([2, 2], .uint32), values: [1, 0, 2, 0])
    let result = try evaluate([outputs, seeds], references: false) { graph, x in
      let generator = Generator(seeds: x[1], counter: graph.constant(3, TensorType([], .uint32)))
      return [
        ActionDistribution(space: .multiDiscrete(counts), outputs: x[0], logDeviations: nil).sample(generator)
      ]
    }
    #expect(result.device[0].type == TensorType([2, draws, 3], .int32))
    let actions = result.device[0].values.map { Int($0) }
    for agent in 0..<2 {
      let own = probabilities[agent * 11 * 9..<agent * 11 * 9 + 9].map { $0 }
      var seen: [[Int]: Int] = [:]
      var (counted, statistic) = (0, 0.0)
      for draw in 0..<draws {
        let at = (agent * draws + draw) * 3
        seen[Array(actions[at..<at + 3]), default: 0] += 1
      }
      for first in 0..<3 {
        for second in 0..<2 {
          for third in 0..<4 {
            let expected = own[first] * own[3 + second] * own[5 + third] * Double(draws)
            let count = seen[[first, second, third]] ?? 0
            counted += count
            statistic += (Double(count) - expected) * (Double(count) - expected) / expected
          }
        }
      }
      // No action is another than these.
      #expect(counted == draws)
      // Of 23 degrees of freedom.
      #expect(statistic < 23 + 5 * 46.0.squareRoot(), "\(statistic)")
    }
  }

  /// What has no chance is never drawn, and what is certain always is.
  @Test func samplesHoldAtTheEdges() throws {
    let rows: [[Double]] = [
      [1e4, -1e4, 0, 3], [-3e38, -3e38, -3e38, 5], [-1e4, 1e4, -1e4, -1e4], [1e4, 1e4, -1e4, -3e38],
    ]
    let draws = 500
    let outputs = HostTensor([4, draws, 4], rows.flatMap { row in (0..<draws).flatMap { _ in row } })
    let seeds = HostTensor(type: TensorType([4, 2], .uint32), values: [1, 0, 2, 0, 3, 0, 4, 0])
    let result = try evaluate([outputs, seeds], references: false) { graph, x in
      let generator = Generator(seeds: x[1], counter: graph.constant(0, TensorType([], .uint32)))
      return [ActionDistribution(space: .discrete(4), outputs: x[0], logDeviations: nil).sample(generator)]
    }
    let drawn = (0..<4).map { Set(result.device[0].values[$0 * draws..<($0 + 1) * draws]) }
    #expect(drawn == [[0], [3], [1], [0, 1]])
  }
}
