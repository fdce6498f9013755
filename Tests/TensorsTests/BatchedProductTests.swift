import Kernels
import Recording
import TestSupport
import Testing
import Vulkan

@testable import Tensors

/// Products with batch axes: every way that they broadcast, lie, fold into rows and are cut.
struct BatchedProductTests {
  static let shapes: [([Int], [Int])] = [
    ([2, 3, 4], [2, 4, 5]), ([3, 4], [2, 4, 5]), ([2, 3, 4], [4, 5]), ([5, 1, 7, 3], [4, 3, 2]),
    ([2, 1, 3, 4], [1, 3, 4, 5]), ([2, 2, 2, 3, 4], [2, 1, 2, 4, 3]), ([7, 33, 31], [7, 31, 33]),
    ([4], [4]), ([4], [4, 3]), ([3, 4], [4]), ([2, 3, 4], [4]), ([4], [2, 4, 3]), ([1, 1, 1], [1, 1, 1]),
    ([3, 20, 64], [3, 64, 40]), ([5, 17, 130], [130, 20]), ([130, 20], [5, 20, 17]),
    ([2, 8, 1025], [2, 1025, 4]),
    ([0, 3, 4], [4, 5]), ([2, 3, 0], [2, 0, 5]), ([130, 2, 2], [130, 2, 2]),
  ]

  @Test(arguments: shapes.indices)
  func withItsGradients(_ index: Int) throws {
    let (left, right) = (Shape(Self.shapes[index].0), Shape(Self.shapes[index].1))
    var random = SeededRandom(UInt64(index))
    let result = try evaluate([HostTensor(left, &random), HostTensor(right, &random)]) { graph, x in
      let product = x[0].matmul(x[1])
      let wave = (product * 3).tanh()
      let results = [product] + graph.gradients(of: (product * wave.stopGradient()).sum(), withRespectTo: x)
      guard left.rank >= 2, right.rank >= 2 else { return results }
      // The same matrices, stored the other way round.
      func turned(_ x: Tensor) -> Tensor { (x.transposed() + 0).transposed() }
      let other = turned(x[0]).matmul(turned(x[1]))
      return results + [other, x[1].transposed().matmul(x[0].transposed()), other.transposed()]
        + graph.gradients(of: (other * wave.stopGradient()).sum(), withRespectTo: x)
    }
    for (position, pair) in zip(result.device, result.reference).enumerated() {
      #expect(pair.0.type == pair.1.type)
      #expect(normalizedError(pair.0.values, pair.1.values) < 1e-11, "result \(position)")
    }
  }

  @Test func withBiasAndActivation() throws {
    var random = SeededRandom(5)
    let inputs = [
      HostTensor([3, 20, 7], &random), HostTensor([33, 7], &random), HostTensor([33], &random),
      HostTensor([20, 1], &random), HostTensor([3, 1, 33], &random), HostTensor([3, 20, 33], &random),
    ]
    let result = try evaluate(inputs) { graph, x in
      let results = [
        x[0].linear(x[1], x[2]).tanh(), x[0].slice(axis: 0, 1..<2).linear(x[1], x[2]).relu(),
        x[0].matmul(x[1].transposed(), adding: x[3]), x[0].matmul(x[1].transposed(), adding: x[4]).tanh(),
        x[0].matmul(x[1].transposed(), adding: x[5]),
        x[0].slice(axis: 1, 0..<3).matmul(x[1].transposed(), adding: x[3].slice(axis: 0, 2..<5)),
        x[2].outer(x[2]), x[0].slice(axis: 0, 0..<1).slice(axis: 1, 4..<5).reshape([7]).linear(x[1], x[2]),
      ]
      return results
        + graph.gradients(of: results.map { $0.square().sum() }.reduce(x[2].sum(), +), withRespectTo: x)
    }
    for (position, pair) in zip(result.device, result.reference).enumerated() {
      #expect(normalizedError(pair.0.values, pair.1.values) < 1e-11, "result \(position)")
    }
  }

  /// The kernels for devices without subgroup operations.
  @Test func withoutSubgroupOperations() throws {
    let device = try Device(
      .environment, instance: TestDevice.makeInstance(), cacheDirectory: "/dev/null", mapsDeviceMemory: true,
      usesSubgroups: false)
    #expect(device.physical.subgroups.operations.isEmpty)
    var random = SeededRandom(6)
    let inputs = [
      HostTensor([2, 33, 70], &random), HostTensor([2, 70, 9], &random), HostTensor([3, 12], &random),
      HostTensor([12, 40], &random), HostTensor([2, 3, 6, 6], &random), HostTensor([4, 3, 3, 3], &random),
    ]
    let result = try evaluate(inputs, on: device) { graph, x in
      [
        x[0].matmul(x[1]), x[2].matmul(x[3]).tanh(), x[0].transposed().matmul(x[0]),
        x[4].conv2d(x[5], padding: 1),
      ]
    }
    #expect(result.error < 1e-11)
    #expect(
      result.plan.description.contains("[matrix_product_held_plain]")
        && !result.plan.description.contains("[matrix_product_held]"))
  }

  /// Cut along every axis, as where a device binds little at once: the same as in double precision.
  @Test(arguments: [1, 3], [1100, 2500])
  func inPieces(_ batch: Int, _ limit: Int) throws {
    let device = TestDevice.shared
    var random = SeededRandom(UInt64(limit))
    for (m, k, n) in [(40, 33, 20), (5, 900, 9), (200, 4, 3), (24, 24, 24)] {
      for turned in [false, true] {
        let shapes: [Shape] =
          turned ? [[batch, k, m], [batch, n, k], [n]] : [[batch, m, k], [batch, k, n], [n]]
        let inputs = shapes.map { HostTensor($0, &random) }
        let variables = try inputs.map { input in
          try Variable(input.type.shape, input.values.map(Float.init), on: device, label: "input")
        }
        let c = try Variable([batch, m, n], on: device, label: "C")
        var values = variables.map {
          Value(region: $0.region, layout: .contiguous($0.type.shape), type: $0.type)
        }
        if turned {
          for side in 0..<2 {
            let shape = values[side].type.shape
            values[side] = Value(
              region: values[side].region,
              layout: Layout(offset: 0, strides: [shape[1] * shape[2], 1, shape[2]]),
              type: TensorType([batch, shape[2], shape[1]]))
          }
        }
        let target = Value(region: c.region, layout: .contiguous(c.type.shape), type: c.type)
        var recorder = Recorder(on: device, label: "pieces")
        RecordedProduct(
          a: Operand(values[0], batch: 1), b: Operand(values[1], batch: 1), c: Operand(target, batch: 1),
          side: Operand(values[2], broadcastTo: c.type.shape), epilogue: .relu, batch: [batch]
        ).record(into: &recorder, bindingLimit: limit)
        let plan = try recorder.finish()
        #expect(plan.statistics.dispatches > 1)
        try plan.replay()
        let expected = HostTensor(c.type) { place in
          var sum = inputs[2].values[place[2]]
          for l in 0..<k {
            let (a, b) =
              turned
              ? ([place[0], l, place[1]], [place[0], place[2], l])
              : ([place[0], place[1], l], [place[0], l, place[2]])
            sum += inputs[0][a] * inputs[1][b]
          }
          return max(0, sum)
        }
        #expect(normalizedError(try c.read().map(Double.init), expected.values) < 1e-11, "\(m)×\(k)×\(n)")
      }
    }
  }

  /// Operands and results a little over lavapipe's 128 MiB a binding.
  @Test func largerThanABinding() throws {
    let device = TestDevice.shared
    let (rows, width) = (8_500_000, 4)
    let a = try Variable([rows, width], on: device, label: "A")
    // The same seven rows again and again; copied in bulk, for element by element takes a minute in a debug build.
    let period = (0..<7 * width).map { Float($0 % 7) - 3 }
    var values: [Float] = []
    while values.count < rows * width { values += values.isEmpty ? period : values }
    try a.write(Array(values.prefix(rows * width)))
    let results = try [[width, width], [1, 3]].map { try Variable(Shape($0), on: device, label: "result") }
    try device.run { graph in
      let x = graph.read(a)
      // Depth is the long axis, then rows are, and then a result that is no variable.
      results[0].assign(x.transposed().matmul(x))
      let wide = x.matmul(graph.constant(1, TensorType([width, 4])))
      results[1].assign(x.slice(axis: 1, 0..<1).transposed().matmul(wide.slice(axis: 1, 0..<3)))
    }
    var (square, column) = ([Double](repeating: 0, count: 16), 0.0)
    for row in 0..<7 {
      let x = period[row * width..<(row + 1) * width].map(Double.init)
      let times = Double((rows - row + 6) / 7)
      for i in 0..<width { for j in 0..<width { square[i * width + j] += times * x[i] * x[j] } }
      column += times * x[0] * x.reduce(0, +)
    }
    #expect(normalizedError(try results[0].read().map(Double.init), square) < 1e-7)
    #expect(normalizedError(try results[1].read().map(Double.init), [column, column, column]) < 1e-7)
  }
}
