import Tensors
import TestSupport
import Testing

/// Sums, means and maxima of every way that the kernel is cut, against double precision.
struct ReductionTests {
  @Test(arguments: [1, 7, 31, 33, 1025, 100_003], ["sum", "mean", "max"])
  func ofAll(_ count: Int, _ kind: String) throws {
    var random = SeededRandom(UInt64(count))
    // Around 1, so that a part that is left out or counted twice shows.
    let values = random.values(count).map { Double(Float($0 + 1)) }
    let result = try evaluate([HostTensor([count], values)]) { _, x in [Self.reduce(x[0], kind, nil)] }
    #expect(result.error < 1e-11, "\(result.device) \(result.reference)")
    let expected =
      kind == "max" ? values.max() ?? 0 : values.reduce(0, +) / (kind == "mean" ? Double(count) : 1)
    #expect(abs(result.reference[0].values[0] - expected) <= 1e-9 * abs(expected))
  }

  static func reduce(_ x: Tensor, _ kind: String, _ axes: [Int]?) -> Tensor {
    switch kind {
    case "sum": x.sum(axes: axes)
    case "mean": x.mean(axes: axes)
    default: x.max(axes: axes)
    }
  }

  /// Shapes with few and many outputs, outer and inner sizes, and runs long enough for two steps.
  static let shapes: [([Int], [Int])] = [
    ([3, 5000, 1], [1]), ([1, 5000, 3], [1]), ([2, 3000, 5], [1]), ([257, 33], [1]), ([257, 33], [0]),
    ([33, 257], [0]), ([5000, 3], [0]), ([3, 5000], [1]), ([70, 1, 65], [1]), ([4, 6, 5, 7], [1, 2]),
    ([4, 6, 5, 7], [0, 2]), ([4, 6, 5, 7], [0, 3]), ([4, 6, 5, 7], [1, 3]), ([4, 6, 5, 7], [-1]),
    ([2, 3], []),
    ([1100, 16], [1]), ([16, 1100], [0]), ([63, 1024], [1]), ([65, 1024], [1]), ([2, 70_001], [1]),
    ([70_001, 2], [0]),
  ]

  @Test(arguments: shapes.indices)
  func alongAxes(_ index: Int) throws {
    let (dimensions, axes) = Self.shapes[index]
    var random = SeededRandom(UInt64(index))
    let x = HostTensor(
      Shape(dimensions), random.values(Shape(dimensions).count).map { Double(Float($0 + 0.5)) })
    let result = try evaluate([x]) { _, x in ["sum", "mean", "max"].map { Self.reduce(x[0], $0, axes) } }
    #expect(result.error < 1e-10, "\(dimensions) over \(axes)")
    #expect(result.device[0].type == result.reference[0].type)
  }

  @Test func maximumOfNegativeNumbersAndInfinities() throws {
    let values: [Double] = [-3, -2.5, -.infinity, -7]
    let result = try evaluate([HostTensor([4], values), HostTensor([2], [-.infinity, -.infinity])]) { _, x in
      [x[0].max(), x[1].max(), x[0].sum()]
    }
    #expect(result.device.map(\.values) == [[-2.5], [-.infinity], [-.infinity]])
  }

  @Test func ofSlicesAndTransposes() throws {
    var random = SeededRandom(3)
    let x = HostTensor([37, 41], &random)
    let result = try evaluate([x]) { _, x in
      [
        x[0].slice(axis: 0, 3..<30).sum(axes: [1]), x[0].slice(axis: 1, 3..<30).sum(axes: [1]),
        x[0].transposed().max(axes: [0]), x[0].slice(axis: 1, 40..<41).mean(),
        (x[0] * 2).transposed().sum(axes: [1]),
      ]
    }
    #expect(result.error < 1e-11)
  }

  @Test func varianceAndSoftmaxOfManyRows() throws {
    var random = SeededRandom(4)
    let x = HostTensor([1030, 5], &random, scale: 30)
    let result = try evaluate([x]) { _, x in
      [
        x[0].variance(axes: [0]), x[0].variance(axes: [1], correction: 0), x[0].logSoftmax(), x[0].softmax(),
        x[0].slice(axis: 0, 1..<9).transposed().logSoftmax(),
      ]
    }
    #expect(result.error < 1e-10)
  }

  @Test func ofNothing() throws {
    let result = try evaluate([HostTensor([0, 3], []), HostTensor([4, 0], [])]) { graph, x in
      [
        x[0].sum(), x[0].sum(axes: [0]), (x[0] * 2).sum(axes: [0]), x[1].exp().sum(axes: [1]),
        x[0].sum(axes: [1]),
        x[0] + 1, x[1].matmul(x[0]), (x[1] * 2).matmul(x[0] + 1),
      ]
    }
    #expect(result.device.map(\.values) == result.reference.map(\.values))
    #expect(result.device.map(\.values.count) == [1, 3, 3, 4, 0, 0, 12, 12])
  }
}
