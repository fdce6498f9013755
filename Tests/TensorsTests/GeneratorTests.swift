import Glibc
import Recording
import TestSupport
import Testing

@testable import Tensors

/// Draws of a pass: the host's integers, the right distributions, independent of each other, anew in each replay.
struct GeneratorTests {
  /// What `body` gives in each of `replays` replays of one plan that counts from `start` on.
  func draws(
    seed: UInt64 = 1, from start: UInt32 = 0, replays: Int = 1, _ body: (Generator) -> [Tensor]
  ) throws -> [[HostTensor]] {
    let device = TestDevice.shared
    let counter = try Variable([], .uint32, on: device, label: "counter")
    try counter.write([start])
    var outputs: [Variable] = []
    let plan = try device.record("draw", options: .init()) { program in
      try program.pass("draw") { graph in
        let generator = Generator(seed: seed, counter: graph.read(counter))
        outputs = try body(generator).map { tensor in
          let output = try Variable(tensor.shape, tensor.dataType, on: device, label: "drawn")
          output.assign(tensor)
          return output
        }
        counter.assign(generator.counter + 1)
      }
    }
    return try (0..<replays).map { _ in
      try plan.replay()
      return try outputs.map { HostTensor(type: $0.type, words: try $0.read(UInt32.self)) }
    }
  }

  static let count = 1 << 17

  /// The largest distance of the empirical distribution from `cumulative`, in units where 1.95 has one chance in 1000.
  func distance(_ values: [Double], _ cumulative: (Double) -> Double) -> Double {
    let n = Double(values.count)
    return values.sorted().enumerated().reduce(0) { worst, element in
      let at = cumulative(element.element)
      return max(worst, abs(at - Double(element.offset) / n), abs(at - Double(element.offset + 1) / n))
    } * n.squareRoot()
  }

  /// χ² of counts against expected ones, as a number of standard deviations.
  func chiSquare(_ counts: [Double], _ expected: [Double]) -> Double {
    let chi = zip(counts, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 }
    let freedom = Double(counts.count - 1)
    return (chi - freedom) / (2 * freedom).squareRoot()
  }

  func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let n = Double(a.count)
    let (meanA, meanB) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    let products = zip(a, b).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) }
    let squares =
      a.reduce(0) { $0 + ($1 - meanA) * ($1 - meanA) } * b.reduce(0) { $0 + ($1 - meanB) * ($1 - meanB) }
    return products / squares.squareRoot() * n.squareRoot()
  }

  @Test func theHostsNumbers() throws {
    let device = try draws(seed: 0x1234_5678_9ABC, from: 7) { g in
      [g.uniform([7, 31]), g.normal([1025]), g.integers([3, 5], in: -5..<100), g.permutation(33)]
    }[0]
    let purposes: [Draw.Purpose] = [.uniform, .normal, .integer(range: 105), .permutation(count: 33)]
    for (index, purpose) in purposes.enumerated() {
      let draw = Draw(
        purpose: purpose, type: device[index].type, seed: 0x1234_5678_9ABC, number: UInt32(index))
      let host = (0..<UInt32(device[index].values.count)).map {
        draw.value($0, counter: 7, seed: 0x1234_5678_9ABC)
      }
      let error = normalizedError(device[index].values, index == 2 ? host.map { $0 - 5 } : host)
      #expect(error <= (purpose == .normal ? 1e-11 : 0), "\(purpose)")
    }
    // Philox itself, whose answers are published: the first word of (element, counter, draw, purpose).
    let words = philox(counter: (3, 7, 0, 4), key: (0x5678_9ABC, 0x1234))
    #expect(device[0].values[3] == Double(words.0 >> 8) / 16_777_216)
  }

  @Test func manySeedsDrawAsEachAlone() throws {
    let device = TestDevice.shared
    let seeds: [UInt64] = [3, 0x1234_5678_9ABC, .max]
    func kinds(_ g: Generator, _ first: [Int]) -> [Tensor] {
      let logits = g.uniform(Shape(first + [5, 4]))
      return [
        logits, g.normal(Shape(first + [33])), g.integers(Shape(first + [7]), in: -5..<100).float(),
        g.categorical(logits).float(), g.bernoulli(Shape(first + [31]), 0.3),
      ]
    }
    let alone = try seeds.map { seed in
      try draws(seed: seed, from: 9) { kinds($0, []).map { $0.flatten() } }[0].map(\.values)
    }
    let words = try Variable([3, 2], .uint32, on: device, label: "seeds")
    try words.write(seeds.flatMap { [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)] })
    let counter = try Variable([], .uint32, on: device, label: "counter")
    try counter.write([UInt32(9)])
    let results = try [[3, 20], [3, 33], [3, 7], [3, 5], [3, 31]].map {
      try Variable(Shape($0), on: device, label: "result")
    }
    try device.run("many seeds") { graph in
      let generator = Generator(seeds: graph.read(words), counter: graph.read(counter))
      for (result, value) in zip(results, kinds(generator, [3])) { result.assign(value) }
    }
    for (kind, result) in results.enumerated() {
      let values: [Float] = try result.read()
      #expect(values.map(Double.init) == alone.flatMap { $0[kind] }, "kind \(kind)")
    }
  }

  @Test func uniformNumbers() throws {
    let result = try draws { g in
      [g.uniform([Self.count]), g.uniform([Self.count], low: -2, high: 3), g.uniform([5], low: 4, high: 4)]
    }[0]
    #expect(result[0].values.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(distance(result[0].values) { $0 } < 1.95)
    #expect(result[1].values.allSatisfy { $0 >= -2 && $0 < 3 })
    #expect(distance(result[1].values) { ($0 + 2) / 5 } < 1.95)
    #expect(result[2].values == [4, 4, 4, 4, 4])
  }

  @Test func normalNumbers() throws {
    let result = try draws { g in
      [g.normal([Self.count]), g.normal([Self.count], mean: 3, standardDeviation: 0.5)]
    }[0]
    for (values, mean, deviation) in [(result[0].values, 0.0, 1.0), (result[1].values, 3.0, 0.5)] {
      let standard = values.map { ($0 - mean) / deviation }
      #expect(standard.allSatisfy { $0.isFinite && abs($0) < 6.8 })
      #expect(distance(standard) { 0.5 * erfc(-$0 * 0.5.squareRoot()) } < 1.95)
      let n = Double(values.count)
      let moments = (1...4).map { power in standard.reduce(0) { $0 + pow($1, Double(power)) } / n }
      // Four standard deviations of each moment.
      for (moment, (expected, variance)) in zip(moments, [(0.0, 1.0), (1, 2), (0, 15), (3, 96)]) {
        #expect(abs(moment - expected) < 4 * (variance / n).squareRoot(), "\(moments)")
      }
    }
  }

  @Test func theLogarithmNeverSeesZero() {
    let least = Float(UInt32(0)) * 0x1p-32 + 0x1p-33
    let most = Float(UInt32.max) * 0x1p-32 + 0x1p-33
    #expect(least > 0 && most <= 1)
  }

  @Test func discreteNumbers() throws {
    let n = Double(Self.count)
    let chances = [0.1, 0.2, 0, 0.65, 0.05]
    let result = try draws { g in
      let logits = chances.enumerated().map { index, chance in
        g.counter.graph.constant(log(chance), TensorType([Self.count, 1]))
      }
      let columns = Tensor.pack(logits.map { $0.reshape([Self.count]) }).reshape([5, Self.count])
      return [
        g.bernoulli([Self.count], 0.3), g.bernoulli([7, 3], 1), g.bernoulli([7, 3], 0),
        g.integers([Self.count], in: -3..<8), g.categorical(columns.transposed()),
        g.integers([Self.count], in: Int(Int32.min)..<Int(Int32.max) + 1),
      ]
    }[0]
    let ones = result[0].values.reduce(0, +)
    #expect(result[0].values.allSatisfy { $0 == 0 || $0 == 1 })
    #expect(abs(ones - 0.3 * n) < 4 * (n * 0.21).squareRoot())
    #expect(result[1].values.allSatisfy { $0 == 1 })
    #expect(result[2].values.allSatisfy { $0 == 0 })
    var counts = [Double](repeating: 0, count: 11)
    for value in result[3].values { counts[Int(value) + 3] += 1 }
    #expect(abs(chiSquare(counts, counts.map { _ in n / 11 })) < 4, "\(counts)")
    counts = [Double](repeating: 0, count: 5)
    for value in result[4].values { counts[Int(value)] += 1 }
    #expect(counts[2] == 0, "a class without a chance")
    let possible = [0, 1, 3, 4]
    #expect(abs(chiSquare(possible.map { counts[$0] }, possible.map { chances[$0] * n })) < 4, "\(counts)")
    #expect(abs(result[5].values.reduce(0, +) / n) < 4 * 0x1p32 / (12 * n).squareRoot())
  }

  @Test func permutations() throws {
    let result = try draws(replays: 2) { g in
      [g.permutation(1025), g.permutation(1025), g.permutation(1), g.permutation(0)]
    }
    for drawn in [result[0][0], result[0][1], result[1][0]] {
      #expect(drawn.values.sorted() == (0..<1025).map(Double.init))
    }
    #expect(result[0][0] != result[0][1] && result[0][0] != result[1][0])
    #expect(result[0][2].values == [0])
    #expect(result[0][3].values.isEmpty)
  }

  @Test func streamsAreIndependent() throws {
    let one = try draws(replays: 2) { g in
      let x = g.counter.graph.constant(1, TensorType([Self.count]))
      return [g.uniform([Self.count]), g.uniform([Self.count]), g.dropout(x, 0.5)]
    }
    let other = try draws(seed: 1 | 1 << 40) { g in [g.uniform([Self.count])] }
    let series = (one[0] + one[1] + other[0]).map(\.values)
    for a in series.indices {
      for b in 0..<a { #expect(abs(correlation(series[a], series[b])) < 4, "\(a) and \(b)") }
      let shifted = Array(series[a].dropFirst()) + [series[a][0]]
      #expect(abs(correlation(series[a], shifted)) < 4, "\(a) and its neighbours")
    }
    // The same seed, counter and program: the same numbers.
    let again = try draws(from: 1) { g in [g.uniform([Self.count])] }
    #expect(again[0][0] == one[1][0])
  }

  @Test func dropoutAndItsGradient() throws {
    let p = 0.3
    let result = try draws { g in
      let graph = g.counter.graph
      let x = graph.constant(2, TensorType([Self.count])) + graph.constant(0, TensorType([Self.count]))
      let y = g.dropout(x, p)
      let gradient = graph.gradients(of: (y * 3).sum(), withRespectTo: [x])[0]
      return [
        y, gradient, g.dropout(x, 0), g.dropout(x, 1), g.dropout(x, p, training: false), g.dropout(x, p),
        graph.gradients(of: (gradient * x).sum(), withRespectTo: [x])[0],
      ]
    }[0]
    let n = Double(Self.count)
    let kept = Float(2) * Float(1 / (1 - p))
    let zeros = Double(result[0].values.count { $0 == 0 })
    #expect(result[0].values.allSatisfy { $0 == 0 || $0 == Double(kept) })
    #expect(abs(zeros - p * n) < 4 * (n * p * (1 - p)).squareRoot())
    #expect(zip(result[0].values, result[1].values).allSatisfy { ($0 == 0) == ($1 == 0) })
    #expect(result[1].values.allSatisfy { $0 == 0 || abs($0 - 3 / (1 - p)) < 1e-5 })
    #expect(result[2].values.allSatisfy { $0 == 2 })
    #expect(result[3].values.allSatisfy { $0 == 0 })
    #expect(result[4].values.allSatisfy { $0 == 2 })
    #expect(abs(correlation(result[0].values, result[5].values)) < 4, "two layers drop apart")
    #expect(result[6] == result[1], "d/dx of (gradient · x), where the gradient is constant")
  }
}
