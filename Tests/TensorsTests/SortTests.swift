import Tensors
import TestSupport
import Testing

/// Sorting, scanning and scattering of rows that need many dispatches, against the host.
struct SortTests {
  static let count = 1 << 20

  private func run(_ inputs: [HostTensor], _ body: @escaping ([Tensor]) -> Tensor) throws -> [Double] {
    try evaluate(inputs, references: false) { _, x in [body(x)] }.device[0].values
  }

  /// Many ties, so that an unstable sort shows.
  private func input() -> HostTensor {
    var random = SeededRandom(3)
    let values = (0..<Self.count).map { _ in Double(Int.random(in: -50_000...50_000, using: &random)) / 8 }
    return HostTensor([Self.count], values)
  }

  @Test func aMillionElements() throws {
    let x = input()
    let order = try run([x]) { $0[0].sort().indices }
    let expected = x.values.indices.sorted { (x.values[$0], $0) < (x.values[$1], $1) }
    #expect(order == expected.map(Double.init))
    let top = try run([x]) { $0[0].topk(100).values }
    #expect(top == expected.suffix(100).reversed().map { x.values[$0] })
    let first = try run([x]) { $0[0].argmax() }
    #expect(first == [Double(x.values.firstIndex(of: x.values.max() ?? 0) ?? -1)])
  }

  @Test func aMillionSums() throws {
    let x = input()
    var total = 0.0
    let sums = try run([x]) { $0[0].cumsum(axis: 0) }
    #expect(
      normalizedError(
        sums,
        x.values.map {
          total += $0; return total
        }) <= 1e-7)
    var random = SeededRandom(4)
    for size in [Self.count, 3] {
      let index = (0..<Self.count).map { _ in Int.random(in: 0..<size, using: &random) }
      var expected = [Double](repeating: 0, count: size)
      for (target, value) in zip(index, x.values) { expected[target] += value }
      let host = HostTensor(type: TensorType([Self.count], .int32), values: index.map(Double.init))
      let added = try run([x, host]) { x in
        x[0].graph.zeros([size]).scatterAdd(x[1], x[0])
      }
      #expect(normalizedError(added, expected) <= 1e-7)
    }
  }
}
