import Recording
import Tensors
import TestSupport
import Testing

/// Which nodes share kernels: reductions with what feeds them, reductions with each other, constants with nothing.
struct FusionTests {
  @Test func whatFeedsAReductionIsComputedInItsLoop() throws {
    var random = SeededRandom(1)
    let inputs = [HostTensor([31, 33], &random), HostTensor([33], &random)]
    let result = try evaluate(inputs) { _, x in [((x[0] * x[1]).exp() - 1).square().sum(axes: [1])] }
    // One kernel, and the copy into the variable.
    #expect(result.plan.statistics.dispatches == 2, "\(result.plan.description)")
    #expect(result.plan.statistics.arenaBytesWithoutReuse == 256)
    #expect(result.error < 1e-11)
  }

  @Test func reductionsOverTheSameAxesShareAKernel() throws {
    var random = SeededRandom(2)
    let inputs = [HostTensor([5, 7, 9, 4], &random), HostTensor([5, 7, 9, 4], &random)]
    let result = try evaluate(inputs) { _, x in
      let axes = [0, 2, 3]
      return [
        x[0].sum(axes: axes), (x[0] * x[1]).mean(axes: axes), x[1].square().max(axes: axes),
        (x[0] .> 0).any(axes: axes), (x[0] .> 0).all(axes: axes),
      ]
    }
    #expect(result.plan.statistics.dispatches == 2, "\(result.plan.description)")
    #expect(result.error < 1e-11)
  }

  @Test func aLongReductionWithPrologueIsSplitOnce() throws {
    var random = SeededRandom(3)
    let inputs = [HostTensor([200_003], &random)]
    let result = try evaluate(inputs) { _, x in [x[0].square().sum(), (x[0] + 1).mean()] }
    #expect(result.plan.statistics.dispatches == 3, "\(result.plan.description)")
    #expect(result.error < 1e-11)
  }

  @Test func aValueThatOthersNeedTooIsComputedAgainOrStored() throws {
    var random = SeededRandom(4)
    let inputs = (0..<4).map { _ in HostTensor([13, 17], &random) }
    let result = try evaluate(inputs) { _, x in
      let cheap = (x[0] * 2).exp()
      let dear = (x[0] + x[1]) * (x[2] - x[3]).tanh()
      return [
        cheap / cheap.sum(axes: [1], keepDimensions: true),
        dear / dear.square().sum(axes: [0], keepDimensions: true),
        dear.matmul(cheap.transposed()),
      ]
    }
    #expect(result.error < 1e-10, "\(result.plan.description)")
  }

  /// Slices begin at multiples of 64 elements here, or anywhere.
  @Test(arguments: [(4, 16), (3, 5)])
  func stepsOfASequenceShareAKernel(_ rows: Int, _ units: Int) throws {
    var random = SeededRandom(6)
    let (steps, all) = (9, 9 * rows)
    let inputs = [
      HostTensor([all, 3], &random), HostTensor([3, 3 * units], &random), HostTensor([rows, units], &random),
      HostTensor([3 * units, units], &random), HostTensor([3 * units], &random),
    ]
    let result = try evaluate(inputs) { graph, x in
      let states = x[0].matmul(x[1]).gru(from: x[2], weight: x[3], bias: x[4])
      return [states] + graph.gradients(of: states.square().sum(), withRespectTo: x)
    }
    #expect(result.error < 1e-9)
    guard rows * units % 64 == 0 else { return }
    let kernels = result.plan.description.matches(of: #/sigmoid.*\[(fused_[0-9a-f]+)\]/#).map(\.1)
    #expect(kernels.count == steps && Set(kernels).count <= 3, "\(result.plan.description)")
  }

  @Test func reductionsSeeTheValueBeforeAnAssignment() throws {
    let device = TestDevice.shared
    let x = try Variable([4], [1, 2, 3, 4], on: device, label: "x")
    let sum = try Variable([], [0], on: device, label: "sum")
    try device.run { graph in
      let total = (graph.read(x) * 2).square().sum()
      x.assign(graph.read(x) + 10)
      sum.assign(total + graph.read(x).sum())
    }
    #expect(try sum.read() == [120 + 50])
  }

  @Test func constantsAreFolded() throws {
    let result = try evaluate([HostTensor([3], [1, 2, 3])]) { graph, x in
      let two = graph.constant(2, TensorType([3]))
      let folded = ((two * 3 + 1).sqrt() - 0.5).reshape([3, 1]).transposed().reshape([3])
      return [x[0] * folded, (x[0] * 3) * 1 / 1 - 0, two.exp() + two]
    }
    #expect(result.plan.statistics.dispatches == 1)
    #expect(result.error < 1e-13)
    #expect(result.device[1].values == [3, 6, 9])
  }

  @Test(arguments: 0..<UInt64(8))
  func withoutFusionTheResultIsTheSame(_ seed: UInt64) throws {
    let random = RandomGraph(seed: seed)
    func run(_ options: PlanOptions) throws -> Evaluation {
      try evaluate(random.inputs, options: options, references: false) { graph, x in
        graph.gradients(of: random.loss(x), withRespectTo: x) + [random.loss(x)]
      }
    }
    let fused = try run(PlanOptions())
    let unfused = try run(PlanOptions(noFusion: true))
    #expect(unfused.plan.statistics.dispatches > fused.plan.statistics.dispatches)
    for (a, b) in zip(fused.device, unfused.device) { #expect(normalizedError(a.values, b.values) < 1e-10) }
  }

  /// LLVM 15 made wrong code of some of these for CPUs with AVX-512, as long as signs were put in by bits.
  @Test func functionsOfFunctionsStayAccurate() throws {
    let chains: [(String, @Sendable (Tensor) -> Tensor)] = [
      ("erf(exp)", { $0.exp().erf() }), ("erf(tanh)", { $0.tanh().erf() }),
      ("erf(sin(exp))", { $0.exp().sin().erf() }), ("cos(erf(sin))", { $0.sin().erf().cos() }),
      ("atan(exp)", { $0.exp().atan() }), ("asin(sin)", { $0.sin().asin() }),
      ("tan(tanh)", { $0.tanh().tan() }),
      ("sinh(atan)", { $0.atan().sinh() }), ("log1p(exp)", { $0.exp().log1p() }),
      ("tanh(erf)", { $0.erf().tanh() }),
    ]
    var random = SeededRandom(7)
    let x = HostTensor([65], &random)
    for (name, chain) in chains {
      let result = try evaluate([x]) { _, inputs in [chain(inputs[0])] }
      #expect(result.error < 1e-11, "\(name): \(result.error)")
    }
  }
}
