import Tensors
import TestSupport
import Testing

@testable import Learning

/// How parameters start.
struct InitializerTests {
  @Test(
    arguments: [[4, 4], [3, 8], [8, 3], [64, 64], [1, 5], [5, 1]], [1.0, 1.4142135623730951, 0.01])
  func orthogonal(_ sizes: [Int], _ gain: Double) {
    let (rows, columns) = (sizes[0], sizes[1])
    let values = Initializer.orthogonal(gain: gain).values(Shape(sizes), seed: 5, stream: 1).map(Double.init)
    #expect(values.count == rows * columns)
    // The vectors along the shorter side are orthogonal and `gain` long.
    let (count, length) = (min(rows, columns), max(rows, columns))
    func element(_ vector: Int, _ index: Int) -> Double {
      rows <= columns ? values[vector * columns + index] : values[index * columns + vector]
    }
    for i in 0..<count {
      for j in 0...i {
        let product = (0..<length).reduce(0) { $0 + element(i, $1) * element(j, $1) }
        #expect(abs(product / (gain * gain) - (i == j ? 1 : 0)) < 1e-5, "\(i) \(j)")
      }
    }
  }

  @Test func uniformStaysInItsBoundsAndFillsThem() throws {
    let values = Initializer.uniform(0.25).values([10_000], seed: 1, stream: 2)
    let (low, high) = (try #require(values.min()), try #require(values.max()))
    #expect(low >= -0.25 && high <= 0.25 && low < -0.2495 && high > 0.2495)
    let mean = values.map(Double.init).reduce(0, +) / 10_000
    let square = values.map { Double($0) * Double($0) }.reduce(0, +) / 10_000
    // Standard errors: 0.0014 of the mean, 0.0002 of the mean square.
    #expect(abs(mean) < 0.006)
    #expect(abs(square - 0.0625 / 3) < 0.001)
  }

  @Test func normalNumbersAreNormal() {
    var random = HostRandom(seed: 9, stream: 1)
    let values = (0..<20_000).map { _ in random.normal() }
    let moments = (1...4).map { power in
      values.reduce(0) { sum, value in sum + (0..<power).reduce(1) { product, _ in product * value } }
        / 20_000
    }
    for (moment, (expected, error)) in zip(moments, [(0.0, 0.007), (1, 0.01), (0, 0.028), (3, 0.07)]) {
      #expect(abs(moment - expected) < 4.5 * error, "\(moments)")
    }
  }

  @Test func seedsAndStreamsDiffer() {
    for initializer in [Initializer.uniform(1), .orthogonal(gain: 1)] {
      let first = initializer.values([6, 6], seed: 1, stream: 1)
      #expect(initializer.values([6, 6], seed: 1, stream: 1) == first)
      #expect(initializer.values([6, 6], seed: 2, stream: 1) != first)
      #expect(initializer.values([6, 6], seed: 1 << 32 | 1, stream: 1) != first)
      #expect(initializer.values([6, 6], seed: 1, stream: 2) != first)
    }
    #expect(Initializer.constant(0.5).values([2, 2], seed: 1, stream: 1) == [0.5, 0.5, 0.5, 0.5])
    #expect(Initializer.orthogonal(gain: 1).values([0, 3], seed: 1, stream: 1) == [])
  }

  @Test func fansAndGainsArePyTorchs() throws {
    let golden = try Golden.load("layers")
    let gains: [Initializer.Nonlinearity] = [
      .linear, .sigmoid, .tanh, .relu, .selu, .leakyReLU(slope: 0.2), .leakyReLU(slope: 5.0.squareRoot()),
    ]
    #expect(gains.map { Float($0.gain) } == golden.tensors["gains"]?.elements(Float.self))
    let shapes: [Shape] = [[3, 5], [4, 6, 3, 3], [8, 1, 5, 2], [6, 2, 7]]
    let fans = shapes.flatMap { [Int32($0.fans.in), Int32($0.fans.out)] }
    #expect(fans == golden.tensors["fans"]?.elements(Int32.self))
  }

  /// Initializers with the standard deviation and, for uniform ones, the bound that they have on a weight [60, 40, 3, 2].
  static let spreads: [(Initializer, deviation: Double, bound: Double?)] = {
    let (fanIn, fanOut) = (240.0, 360.0)
    let relu = 2.0.squareRoot()
    return [
      (.normal(mean: 0, standardDeviation: 0.3), 0.3, nil),
      (.kaimingUniform(), relu / fanIn.squareRoot(), relu * (3 / fanIn).squareRoot()),
      (
        .kaimingUniform(fan: .out, nonlinearity: .tanh), 5 / 3 / fanOut.squareRoot(),
        5 / 3 * (3 / fanOut).squareRoot()
      ),
      (.kaimingNormal(nonlinearity: .relu), relu / fanIn.squareRoot(), nil),
      (.kaimingNormal(fan: .out, nonlinearity: .linear), 1 / fanOut.squareRoot(), nil),
      (.xavierUniform(gain: 2), 2 * (2 / 600.0).squareRoot(), 2 * (6 / 600.0).squareRoot()),
      (.xavierNormal(), (2 / 600.0).squareRoot(), nil),
      (.uniform(low: -0.5, high: 0.5), 1 / 12.0.squareRoot(), 0.5),
      // Two standard deviations on both sides keep 0.7737 of the variance.
      (.truncatedNormal(standardDeviation: 0.2, low: -0.4, high: 0.4), 0.2 * 0.773_74.squareRoot(), 0.4),
    ]
  }()

  @Test(arguments: spreads.indices) func spread(_ index: Int) throws {
    let (initializer, deviation, bound) = Self.spreads[index]
    let values = initializer.values([60, 40, 3, 2], seed: 3, stream: 1).map(Double.init)
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    // Four standard errors of both, for which a normal number's fourth moment is bound enough.
    #expect(abs(mean) < 4 * deviation / n.squareRoot())
    #expect(abs(variance / (deviation * deviation) - 1) < 4 * (2 / n).squareRoot())
    guard let bound else { return }
    let largest = values.map(abs).max() ?? 0
    #expect(largest <= bound * 1.000_001 && largest > 0.99 * bound)
  }

  @Test func truncatedBeyondWhatIsDrawn() {
    let values = Initializer.truncatedNormal(mean: 0, standardDeviation: 0.01, low: 1, high: 2)
      .values([3], seed: 1, stream: 1)
    #expect(values == [1, 1, 1])
  }

  @Test func linearStartsAsPyTorchs() {
    let declarations = Linear(16, 3).parameters
    #expect(declarations.map(\.name) == ["weight", "bias"])
    #expect(declarations.map(\.shape) == [[3, 16], [3]])
    #expect(declarations.map(\.initializer) == [.uniform(0.25), .uniform(0.25)])
    let convolution = Conv2d(6, 4, 3, groups: 2).parameters
    #expect(convolution.map(\.shape) == [[4, 3, 3, 3], [4]])
    #expect(
      convolution.map(\.initializer) == [.uniform(1 / 27.0.squareRoot()), .uniform(1 / 27.0.squareRoot())])
    let transposed = ConvTranspose2d(6, 4, 3, groups: 2, bias: false).parameters
    #expect(transposed.map(\.shape) == [[6, 2, 3, 3]])
    #expect(transposed.map(\.initializer) == [.uniform(1 / 18.0.squareRoot())])
    #expect(
      Linear(2, 1, weight: .orthogonal(gain: 0.01), bias: .constant(0)).parameters[1].initializer
        == .constant(0))
  }
}
