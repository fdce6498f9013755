import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

/// The way from graph to dispatches: what is merged, what falls away, what is cut, and that none of it changes a result.
struct LoweringTests {
  @Test func commonSubexpressionsAreComputedOnce() throws {
    var random = SeededRandom(1)
    let inputs = [HostTensor([8, 8], &random), HostTensor([8, 8], &random)]
    let result = try evaluate(inputs) { _, x in
      [x[0].matmul(x[1]) + x[0].matmul(x[1]), x[0].matmul(x[1]).sum() * x[0].matmul(x[1]).sum()]
    }
    // One product, one sum, a kernel for both results.
    #expect(result.plan.statistics.dispatches == 3, "\(result.plan.description)")
    #expect(result.error < 1e-11)
  }

  @Test func differentOperationsAreNotMerged() throws {
    let x = HostTensor([2, 2], [1, 2, 3, 4])
    let result = try evaluate([x]) { graph, x in
      [
        x[0].slice(axis: 0, 0..<1) + x[0].slice(axis: 0, 1..<2), x[0].sum(axes: [0]) - x[0].sum(axes: [1]),
        x[0].sum() - x[0].mean() - x[0].max(), x[0] + 1, x[0] + 1.5,
        x[0].permute([1, 0]) - x[0].permute([0, 1]),
      ]
    }
    #expect(result.device.map(\.values) == result.reference.map(\.values))
    #expect(result.device[0].values == [4, 6])
  }

  @Test func deadCodeIsNotRun() throws {
    var random = SeededRandom(2)
    let inputs = [HostTensor([64, 64], &random)]
    let result = try evaluate(inputs) { graph, x in
      let dead = x[0].matmul(x[0]).tanh().sum()
      _ = graph.gradients(of: dead, withRespectTo: [x[0]])
      return [x[0] + 1]
    }
    #expect(result.plan.statistics.dispatches == 1, "\(result.plan.description)")
  }

  func chain(_ x: Tensor) -> Tensor { ((x * 2 + 1).tanh().exp() - x).square().sqrt() / 3 }

  @Test func aChainIsOneKernelAndEqualShapesShareIt() throws {
    var random = SeededRandom(3)
    let inputs = (0..<4).map { _ in HostTensor([33, 3], &random) }
    let result = try evaluate(inputs) { _, x in
      x.map(chain)
    }
    #expect(result.plan.statistics.dispatches == 1, "\(result.plan.description)")
    #expect(result.error < 1e-11)
    // Each in a plan of its own gives the same bits.
    for (index, input) in inputs.enumerated() {
      let alone = try evaluate([input]) { _, x in [chain(x[0])] }
      #expect(alone.device[0].values == result.device[index].values)
    }
  }

  @Test func moreInputsThanAKernelBinds() throws {
    var random = SeededRandom(4)
    let inputs = (0..<40).map { _ in HostTensor([37], &random) }
    let result = try evaluate(inputs) { _, x in
      let sum = x.dropFirst().reduce(x[0]) { $0 * 0.5 + $1 }
      return [sum, sum.tanh() + x[3], x[39] - x[0]]
    }
    #expect(result.error < 1e-11)
    #expect(result.plan.statistics.dispatches >= 3)
    let limit = TestDevice.shared.physical.limits.maxStorageBuffersPerStage
    #expect(result.plan.statistics.dispatches <= 43 / (min(limit, 16) / 4), "\(result.plan.description)")
  }

  @Test func assignmentsCutApartStillReadFirst() throws {
    // Twenty counters in one group of kernels: each is read, changed and stored.
    let device = TestDevice.shared
    let variables = try (0..<20).map { try Variable([3], [Float($0), 1, 2], on: device, label: "v\($0)") }
    let sum = try Variable([3], [0, 0, 0], on: device, label: "sum")
    let plan = try device.record("counters", options: PlanOptions()) { program in
      try program.pass("counters") { graph in
        let old = variables.map(graph.read)
        sum.assign(old.dropFirst().reduce(old[0], +))
        for (variable, value) in zip(variables, old) { variable.assign(value + 1) }
      }
    }
    try plan.replay(times: 2)
    #expect(try sum.read() == [190 + 20, 20 + 20, 40 + 20])
    for (index, variable) in variables.enumerated() {
      #expect(try variable.read() == [Float(index) + 2, 3, 4])
    }
    #expect(plan.statistics.dispatches <= 4, "\(plan.description)")
  }

  @Test func moreGroupsThanOneDirectionHolds() throws {
    let count = 3_000_001
    let device = TestDevice.shared
    let x = try Variable([count], .float32, on: device, label: "x")
    let y = try Variable([3, 1_000_000], .float32, on: device, label: "y")
    try device.run { graph in
      x.assign(graph.read(x) + 1)
      y.assign(graph.read(x).slice(axis: 0, 1..<count).reshape([3, 1_000_000]) * 2)
    }
    // Compared as a whole: three million expectations would be slow.
    #expect(try x.read() == [Float](repeating: 1, count: count))
    #expect(try y.read() == [Float](repeating: 2, count: 3_000_000))
  }

  @Test func constantsOfEveryType() throws {
    let integers = HostTensor(type: TensorType([2], .int32), values: [-5, 7])
    let result = try evaluate([integers, HostTensor([2], [1, 2])]) { graph, x in
      [
        -graph.constant(-2, TensorType([2])) + x[1], -graph.constant(-3, TensorType([2], .int32)) + x[0],
        x[0] - graph.constant(-4, TensorType([2], .int32)), x[1] * Double.infinity, x[1] * 1e-30,
        x[1] * -3.4e38,
        Tensor.where(graph.constant(1, TensorType([2], .bool)), x[1], 0),
        graph.constant(1, TensorType([3], .bool)),
        Tensor.maximum(x[0], graph.constant(-2_147_483_648, TensorType([], .int32))),
        graph.constant(4_294_967_295, TensorType([1], .uint32)), x[1] * Double.nan,
      ]
    }
    for (device, reference) in zip(result.device, result.reference) {
      #expect(
        normalizedError(device.values, reference.values.map { Double(Float($0)) }) < 1e-13,
        "\(device) \(reference)")
    }
  }

  /// A training step in small: two layers, a loss, momentum, a counter.
  static func train(_ options: PlanOptions, steps: Int = 5, separately: Bool = false) throws -> [[UInt32]] {
    let device = TestDevice.shared
    var random = SeededRandom(8)
    func variable(_ shape: Shape, _ label: String) throws -> Variable {
      try Variable(shape, random.values(shape.count).map(Float.init), on: device, label: label)
    }
    let x = try variable([50, 7], "x")
    let target = try variable([50, 3], "target")
    let weights = [
      try variable([20, 7], "w0"), try variable([20], "b0"), try variable([3, 20], "w1"),
      try variable([3], "b1"),
    ]
    let momentum = try weights.map { try Variable($0.type.shape, on: device, label: "m \($0.label)") }
    let losses = try Variable([steps], on: device, label: "losses")
    let count = try Variable([], .int32, on: device, label: "count")
    func step(_ graph: Graph) {
      let w = weights.map(graph.read)
      let output = graph.read(x).linear(w[0], w[1]).tanh().linear(w[2], w[3]).logSoftmax()
      let loss = (output - graph.read(target)).square().mean()
      let gradients = graph.gradients(of: loss, withRespectTo: w)
      for (index, gradient) in gradients.enumerated() {
        let velocity = 0.9 * graph.read(momentum[index]) + gradient
        momentum[index].assign(velocity)
        weights[index].assign(w[index] - 0.05 * velocity)
      }
      let ones = graph.constant(1, TensorType([1], .int32))
      losses.assign(graph.read(losses).slice(axis: 0, 1..<steps) * 1, at: 0)
      losses.assign(loss.reshape([1]), at: steps - 1)
      count.assign((graph.read(count).reshape([1]) + ones).reshape([]))
    }
    let plan = try device.record("train", options: options) { program in try program.pass("step", step) }
    if separately {
      for _ in 0..<steps { try device.run("eager", step) }
    } else {
      try plan.replay(times: steps)
    }
    let history: [Float] = try losses.read()
    #expect(history[steps - 1] > 0 && history[steps - 1] < history[0] / 2, "\(history)")
    #expect(try count.read(Int32.self) == [Int32(steps)])
    return try (weights + momentum + [losses]).map { try $0.read(UInt32.self) }
  }

  @Test func switchesAndBatchesChangeNoBit() throws {
    let plain = try Self.train(PlanOptions())
    #expect(try Self.train(PlanOptions(serialBarriers: true)) == plain)
    #expect(try Self.train(PlanOptions(noAliasing: true)) == plain)
    #expect(try Self.train(PlanOptions(serialBarriers: true, noAliasing: true, timestamps: true)) == plain)
    #expect(try Self.train(PlanOptions(), separately: true) == plain)
  }
}
