import Recording
import Tensors
import TestSupport
import Testing

/// Packs: each input computed in its place, or copied there when it has another.
struct PackTests {
  func check(
    _ inputs: [HostTensor], dispatches: Int? = nil, _ body: (Graph, [Tensor]) throws -> [Tensor]
  ) throws {
    let result = try evaluate(inputs, body)
    for (index, pair) in zip(result.device, result.reference).enumerated() {
      #expect(normalizedError(pair.0.values, pair.1.values) < 1e-11, "result \(index)")
    }
    if let dispatches {
      #expect(result.plan.statistics.dispatches == dispatches, "\(result.plan.description)")
    }
  }

  static func inputs() -> [HostTensor] {
    var random = SeededRandom(1)
    return [
      HostTensor([5], &random), HostTensor([3, 4], &random), HostTensor([4, 2], &random),
      HostTensor([], &random),
      HostTensor([12], &random),
    ]
  }

  @Test func inPlace() throws {
    // A product, a kernel for both small shapes, and one copy out.
    try check(Self.inputs(), dispatches: 3) { _, x in [.pack([x[0] * 2, x[1].matmul(x[2]), x[1].exp()])] }
  }

  @Test func leavesViewsAndRepetitions() throws {
    try check(Self.inputs()) { graph, x in
      let twice = x[0] + 1
      return [
        .pack([x[0], x[1].transposed(), twice, twice, graph.constant(3, TensorType([2])), x[3]]),
        .pack([x[1].slice(axis: 1, 1..<2), x[1].exp().slice(axis: 0, 1..<3), (x[1] * 2).transposed()]),
        .pack([(x[1] * 3).transposed().reshape([12]), x[3].expand([3])]),
        .pack([.pack([twice, x[3]]), .pack([x[3] * 2])]),
      ]
    }
  }

  @Test func oneTensorInTwoPacks() throws {
    try check(Self.inputs()) { _, x in
      let (sum, mean, product) = (x[1].sum(), x[1].mean(), x[1].matmul(x[2]))
      let apart = (x[1] * 5).transposed()
      return [
        .pack([sum, mean, product]), .pack([mean, sum]), .pack([product.reshape([6]), mean]),
        .pack([apart.reshape([12])]), .pack([apart.reshape([6, 2]), apart.reshape([2, 6])]),
      ]
    }
  }

  @Test func usedBesideThePack() throws {
    try check(Self.inputs()) { _, x in
      let (a, b) = (x[0].exp(), x[1].matmul(x[2]))
      let packed = Tensor.pack([a, b])
      return [packed * packed, a + a, b.sum(axes: [0]), packed.slice(axis: 0, 3..<8).exp(), b.tanh()]
    }
  }

  @Test func unalignedPlacesFeedEveryKindOfKernel() throws {
    try check(Self.inputs()) { _, x in
      let packed = Tensor.pack([
        x[3].exp(), x[1] * 2, x[1].matmul(x[2]), x[1].logSoftmax(), x[1].sum(axes: [0]),
      ])
      let product = packed.slice(axis: 0, 1..<13).reshape([3, 4])
      return [
        product.matmul(x[2]), product.logSoftmax(), product.sum(axes: [0]), product.max(axes: [1]),
        packed.slice(axis: 0, 13..<19).reshape([2, 3]).matmul(product), packed,
      ]
    }
  }

  @Test func gradientsGoBackThroughAPack() throws {
    try check(Self.inputs()) { graph, x in
      let packed = Tensor.pack([x[0].tanh(), x[1].matmul(x[2]).tanh(), x[0]])
      let loss = (packed * packed * packed).sum()
      return graph.gradients(of: loss, withRespectTo: [x[0], x[1], x[2], x[3]])
    }
  }

  @Test func emptyParts() throws {
    try check(Self.inputs() + [HostTensor([0, 2], [])]) { _, x in
      [.pack([x[5], x[0], x[5] * 2]), .pack([x[5]]), .pack([x[0].slice(axis: 0, 2..<2), x[3]])]
    }
  }
}
