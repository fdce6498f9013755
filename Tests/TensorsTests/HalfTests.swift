import Tensors
import TestSupport
import Testing

/// float16 as a way to store: rounding, odd lengths, neighbours in one word, mixed with other types.
struct HalfTests {
  let device = TestDevice.shared

  /// Every kind of float32 that rounds in a way of its own: ties, the ends of the range, subnormals, specials.
  static let values: [Float] = [
    0, -0.0, 1, 1.0004883, 1.0014648, 65504, 65519, 65520, -65520, 1e9, 6.1035e-5, 6.1e-5, 5.96e-8, 2.98e-8,
    2.99e-8, -3e-8, 1e-30, .infinity, -.infinity, .nan, 0.1, -2048.5, 2049, 2051,
  ]

  @Test func roundsAsIEEE() throws {
    let bits = Self.values + (0..<4097).map { Float(bitPattern: 0x3800_0000 &+ UInt32($0) &* 0x2_1357) }
    let input = try Variable([bits.count], bits, on: device, label: "x")
    let output = try Variable([bits.count], .float16, on: device, label: "half")
    try device.run { graph in output.assign(graph.read(input).half()) }
    let stored = try output.read(Float16.self)
    for (value, half) in zip(bits, stored) {
      let expected = Float16(value)
      #expect(
        half == expected && half.sign == expected.sign || half.isNaN && expected.isNaN, "\(value): \(half)")
    }
  }

  @Test(arguments: [1, 2, 7, 33, 1025])
  func anyLength(_ count: Int) throws {
    var random = SeededRandom(UInt64(count))
    let x = HostTensor(
      type: TensorType([count], .float16), values: random.values(count).map { Double(Float16($0)) })
    let y = HostTensor([count], &random)
    let result = try evaluate([x, y]) { _, x in
      [x[0] * x[0], (x[0].float() + x[1]).half(), x[0].float() * x[1], x[0].sum(), x[0] .> 0]
    }
    #expect(result.error < 1e-6, "\(result.device) \(result.reference)")
    #expect(result.device[0].type.dataType == .float16 && result.device[2].type.dataType == .float32)
  }

  @Test func neighboursOfAPartAreKept() throws {
    let x = try Variable([7], .float16, on: device, label: "x")
    try x.write((1...7).map { Float16($0) })
    try device.run { graph in
      x.assign(graph.constant(-1, TensorType([3], .float16)) * graph.read(x).slice(axis: 0, 0..<3), at: 2)
    }
    #expect(try x.read(Float16.self) == [1, 2, -1, -2, -3, 6, 7])
    #expect(
      throws: GraphError.mismatch(
        operation: "assign x", inputs: [TensorType([2], .float16)],
        expected: "what fits float16[7] from element 1 on")
    ) {
      try device.run { graph in x.assign(graph.read(x).slice(axis: 0, 0..<2), at: 1) }
    }
  }

  @Test func productsAreComputedInFloat32() throws {
    var random = SeededRandom(3)
    let half = { (shape: Shape) in
      HostTensor(
        type: TensorType(shape, .float16), values: random.values(shape.count).map { Double(Float16($0)) })
    }
    let (a, b) = (half([7, 33]), half([33, 5]))
    let result = try evaluate([a, b]) { graph, x in
      let product = x[0].matmul(x[1])
      return [product, x[0].softmax()]
        + graph.gradients(of: product.float().square().sum(), withRespectTo: x)
    }
    #expect(result.error < 1e-6)
    #expect(result.device.allSatisfy { $0.type.dataType == .float16 })
  }

  @Test func packedBesideEachOther() throws {
    let a = HostTensor(type: TensorType([3], .float16), values: [1, 2, 3])
    let b = HostTensor(type: TensorType([2], .float16), values: [4, 5])
    let result = try evaluate([a, b]) { _, x in [.pack([x[0] * x[0], x[1]])] }
    #expect(result.device[0].values == [1, 4, 9, 4, 5])
  }
}
