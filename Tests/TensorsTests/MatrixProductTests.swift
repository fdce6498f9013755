import Kernels
import Recording
import TestSupport
import Testing
import Vulkan

@testable import Tensors

/// Matrix products of sizes around every edge of the tiles, whatever way the operands lie.
struct MatrixProductTests {
  static let sizes: [[Int]] = [
    [1, 1, 1], [1, 1, 4], [2, 3, 5], [1, 9, 1], [7, 8, 9], [8, 4, 32], [9, 5, 33], [3, 7, 31], [64, 4, 64],
    [65, 64, 63], [100, 2, 17], [17, 64, 2], [300, 64, 1], [31, 33, 15], [4, 8, 16], [5, 130, 3],
    [2, 700, 2],
    [1, 1025, 1], [64, 4096, 4], [64, 1000, 64], [3, 257, 40], [40, 257, 3], [129, 12, 130],
  ]

  /// A random matrix, and the same numbers transposed.
  static func pair(_ rows: Int, _ columns: Int, _ random: inout SeededRandom) -> [HostTensor] {
    let matrix = HostTensor([rows, columns], &random)
    let transposed = (0..<rows * columns).map { matrix.values[$0 % rows * columns + $0 / rows] }
    return [matrix, HostTensor([columns, rows], transposed)]
  }

  /// The product in double precision: the CPU reference is too slow for the larger sizes.
  static func product(_ a: HostTensor, _ b: HostTensor, _ bias: [Double]? = nil) -> [Double] {
    let (m, k, n) = (a.type.shape[0], a.type.shape[1], b.type.shape[1])
    var result = [Double](repeating: 0, count: m * n)
    a.values.withUnsafeBufferPointer { a in
      b.values.withUnsafeBufferPointer { b in
        for i in 0..<m {
          for j in 0..<n {
            var sum = bias?[j] ?? 0
            for l in 0..<k { sum += a[i * k + l] * b[l * n + j] }
            result[i * n + j] = sum
          }
        }
      }
    }
    return result
  }

  @Test(arguments: sizes.indices)
  func everyOrientation(_ index: Int) throws {
    let (m, k, n) = (Self.sizes[index][0], Self.sizes[index][1], Self.sizes[index][2])
    var random = SeededRandom(UInt64(index))
    let inputs = Self.pair(m, k, &random) + Self.pair(k, n, &random) + [HostTensor([n], &random)]
    let result = try evaluate(inputs, references: false) { _, x in
      let (a, aT, b, bT, bias) = (x[0], x[1], x[2], x[3], x[4])
      return [
        a.matmul(b), aT.transposed().matmul(b), a.matmul(bT.transposed()),
        aT.transposed().matmul(bT.transposed()),
        b.transposed().matmul(a.transposed()).transposed(), a.linear(bT, bias),
      ]
    }
    let expected = Self.product(inputs[0], inputs[2])
    for device in result.device.dropLast() {
      #expect(normalizedError(device.values, expected) < 1e-11, "\(m)×\(k)×\(n)")
    }
    let biased = Self.product(inputs[0], inputs[2], inputs[4].values)
    #expect(normalizedError(result.device[5].values, biased) < 1e-11, "\(m)×\(k)×\(n) with a bias")
  }

  @Test(arguments: sizes.indices)
  func theEpilogueIsTheUnfusedResult(_ index: Int) throws {
    let (m, k, n) = (Self.sizes[index][0], Self.sizes[index][1], Self.sizes[index][2])
    var random = SeededRandom(UInt64(index) + 100)
    let inputs = [HostTensor([m, k], &random), HostTensor([n, k], &random), HostTensor([n], &random)]
    func run(fused: Bool) throws -> Evaluation {
      try evaluate(inputs, references: false) { _, x in
        let tanh = x[0].linear(x[1], x[2])
        let relu = x[0].matmul(x[1].transposed())
        // A second reader of the product keeps it from taking the activation.
        return [tanh.tanh(), relu.relu()] + (fused ? [] : [tanh, relu])
      }
    }
    let (fused, unfused) = (try run(fused: true), try run(fused: false))
    #expect(!fused.plan.description.contains("relu") && unfused.plan.description.contains("relu"))
    for output in 0..<2 {
      for (a, b) in zip(fused.device[output].values, unfused.device[output].values) where abs(a - b) > 1e-6 {
        Issue.record("\(m)×\(k)×\(n): \(a) fused, \(b) unfused")
      }
    }
  }

  @Test func operandsThatLieApart() throws {
    var random = SeededRandom(7)
    let inputs = [
      HostTensor([40, 50], &random), HostTensor([50, 30], &random), HostTensor([1, 20], &random),
      HostTensor([1], &random),
      HostTensor([9, 4], &random),
    ]
    let result = try evaluate(inputs) { graph, x in
      let (a, b) = (
        x[0].slice(axis: 0, 3..<20).slice(axis: 1, 5..<45), x[1].slice(axis: 0, 9..<49).slice(axis: 1, 7..<16)
      )
      let column = x[4].slice(axis: 1, 2..<3).reshape([9])
      return [
        a.matmul(b), b.transposed().matmul(a.transposed()), a.linear(b.transposed(), column),
        a.linear(b.transposed(), x[3].expand([9])),
        a.linear(b.transposed(), graph.constant(0.25, TensorType([9]))),
        x[2].expand([40, 20]).matmul(x[0].slice(axis: 1, 0..<2).slice(axis: 0, 0..<20)),
        a.matmul(graph.constant(2, TensorType([40, 3]))), (a * 2).matmul(b + 1),
        // Narrow: computed transposed, the bias along its rows.
        x[0].slice(axis: 1, 0..<4).linear(x[4], column).tanh(),
        x[0].slice(axis: 1, 0..<4).linear(x[4].slice(axis: 0, 0..<2), column.slice(axis: 0, 3..<5)),
      ]
    }
    for (index, pair) in zip(result.device, result.reference).enumerated() {
      #expect(normalizedError(pair.0.values, pair.1.values) < 1e-11, "case \(index)")
    }
  }

  @Test func activationsOfExtremes() throws {
    let x = HostTensor([6, 1], [-1e30, -88.5, 14.9, 100, .infinity, .nan])
    let result = try evaluate([x, HostTensor([1, 1], [1])], references: false) { _, x in
      [x[0].matmul(x[1]).tanh(), x[0].tanh(), x[0].matmul(x[1]).relu(), x[0].relu()]
    }
    for tanh in result.device[..<2] {
      #expect(tanh.values[..<5] == [-1, -1, 1, 1, 1], "\(tanh.values)")
      #expect(tanh.values[5].isNaN)
    }
    for relu in result.device[2...] {
      #expect(relu.values[..<5] == [0, 0, Double(Float(14.9)), 100, .infinity])
    }
  }

  @Test func longProductsAreSplit() throws {
    let device = TestDevice.shared
    var recorder = Recorder(on: device, label: "unused")
    func tiles(_ rows: Int, _ columns: Int, _ depth: Int) -> MatrixTiles {
      func operand(_ rows: Int, _ columns: Int) -> Operand {
        Operand(recorder.scratch(TensorType([rows, columns]), label: "unused"))
      }
      let product = RecordedProduct(
        a: operand(rows, depth), b: operand(depth, columns), c: operand(rows, columns), side: nil,
        epilogue: .none)
      return MatrixTiles(product, device: device)
    }
    #expect(tiles(2, 2, 4096).parts > 1)
    for depth in [1, 7, 24, 60, 96, 97, 128, 129, 255, 256, 257, 1000, 4095, 4096, 4097] {
      for (rows, columns) in [(1, 1), (2, 2), (64, 64), (300, 5), (1024, 1024)] {
        let tiles = tiles(rows, columns, depth)
        // Parts cover the depth, and none is empty.
        #expect(tiles.parts * tiles.lengthOfPart >= depth)
        #expect((tiles.parts - 1) * tiles.lengthOfPart < depth)
        let lanes = Int(tiles.specialization[0])
        let holds = [.matrixProductHeld, .matrixProductHeldPlain].contains(tiles.kernel)
        let fours = holds ? Int(tiles.specialization[11]) : 1
        #expect(tiles.groups.x * lanes * 4 * fours >= columns)
        // What a lane holds is unrolled: drivers would compile more for seconds.
        if holds { #expect(Int(tiles.specialization[2]) * fours <= 256) }
        #expect(tiles.groups.y * tiles.rows >= rows)
        #expect(lanes % device.physical.subgroups.size == 0)
      }
    }
  }
}
