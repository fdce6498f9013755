import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

/// What a recorded training step may cost: dispatches and memory, which no machine's speed changes.
@Suite struct TrainingStepTests {
  private let device = TestDevice.shared

  /// A 784-128-10 network's forward pass, cross-entropy, backward pass and Adam.
  private struct Perceptron {
    let x, y, loss: Variable
    let network: Network
    let adam: Adam

    init(batch: Int, on device: Device) throws {
      let pixels = (0..<batch * 784).map { Float($0 * 37 % 101) / 101 }
      x = try Variable([batch, 784], pixels, on: device, label: "x")
      y = try Variable([batch], .int32, on: device, label: "y")
      try y.write((0..<batch).map { Int32($0 * 7 % 10) })
      loss = try Variable([], on: device, label: "loss")
      network = try Network(
        [
          "mlp": Sequential {
            Linear(784, 128); ReLU(); Linear(128, 10)
          }
        ], on: device, seed: 3)
      adam = try Adam(network)
    }

    func plan(_ options: PlanOptions = PlanOptions()) throws -> Plan {
      try network.flat.device.record("mlp", options: options) { program in
        try program.pass("step") { graph in
          let error = network("mlp", graph.read(x)).crossEntropy(graph.read(y))
          adam.step(network.gradient(of: error), learningRate: graph.constant(1e-3, error.type))
          loss.assign(error)
        }
      }
    }

    /// The parameters after three steps, and the last loss.
    func trained(_ options: PlanOptions = PlanOptions(), replays: Bool = true) throws -> [Float] {
      if replays {
        try plan(options).replay(times: 3)
      } else {
        for _ in 0..<3 { try plan(options).replay() }
      }
      return try network.flat.read() + loss.read()
    }
  }

  @Test(arguments: [1, 32, 256]) func aPerceptronTakesTwelveDispatches(batch: Int) throws {
    let step = try Perceptron(batch: batch, on: device)
    let plan = try step.plan()
    #expect(plan.statistics.dispatches <= 12, "\(plan)")
    #expect(try step.plan(PlanOptions(noFusion: true)).statistics.dispatches > 24)
  }

  @Test func replayedIsEagerAndFusionChangesNothingButRounding() throws {
    let replayed = try Perceptron(batch: 31, on: device).trained()
    let eager = try Perceptron(batch: 31, on: device).trained(replays: false)
    #expect(replayed == eager)
    let unfused = try Perceptron(batch: 31, on: device).trained(PlanOptions(noFusion: true))
    // Adam's first steps are ±rate, also where a gradient is next to nothing.
    let differences = zip(replayed, unfused).map { abs($0 - $1) }
    #expect(differences.reduce(0, +) / Float(differences.count) < 1e-6)
    #expect(abs(replayed.last! - unfused.last!) < 1e-4)
  }
}

/// Memory of depthwise separable blocks: gradients compute activations again instead of keeping them.
@Suite struct SeparableTests {
  private let device = TestDevice.shared

  /// 3×3 depthwise, batch norm, relu, 1×1, batch norm, relu.
  private func block(_ x: Tensor, to outputs: Int, stride: Int = 1, _ parameters: inout [Tensor]) -> Tensor {
    let channels = x.shape[1]
    func weight(_ shape: Shape, _ seed: Int) -> Tensor {
      let number = x.graph.arange(shape.count).float()
      let value = ((number * 0.7 + Double(seed)).sin() * 0.5).reshape(shape)
      parameters.append(value)
      return value
    }
    let inner = x.conv2d(
      weight([channels, 1, 3, 3], 1), stride: Pair(stride, stride), padding: 1, groups: channels
    ).batchNorm(weight: weight([channels], 2), bias: weight([channels], 3)).relu()
    return inner.conv2d(weight([outputs, channels, 1, 1], 4))
      .batchNorm(weight: weight([outputs], 5), bias: weight([outputs], 6)).relu()
  }

  /// A pass of one block: its output is assigned and, with `backward`, the gradients of its input and parameters.
  private func plan(
    _ shape: Shape, backward: Bool, _ options: PlanOptions = PlanOptions()
  ) throws -> (plan: Plan, results: [Variable]) {
    let values = (0..<shape.count).map { Float(($0 * 7919) % 1009) / 500 - 1 }
    let x = try Variable(shape, values, on: device, label: "x")
    let upstream = try Variable(shape, values.reversed(), on: device, label: "dy")
    let y = try Variable(shape, on: device, label: "y")
    var results = [y]
    let plan = try device.record("block", options: options) { program in
      try program.pass("block") { graph in
        var parameters: [Tensor] = []
        let input = graph.read(x)
        let output = block(input, to: shape[1], &parameters)
        y.assign(output)
        guard backward else { return }
        let error = (output * graph.read(upstream)).sum()
        for gradient in graph.gradients(of: error, withRespectTo: [input] + parameters) {
          let result = try Variable(gradient.shape, on: device, label: "gradient")
          result.assign(gradient)
          results.append(result)
        }
      }
    }
    return (plan, results)
  }

  /// With x, its gradient and that of the result outside, which where the batch is turned have to be turned as well.
  @Test(arguments: [(30, 0), (32, 3)])
  func aBlocksBackwardTakesTwiceTheMemoryOfItsForward(_ batch: Int, _ turned: Int) throws {
    let shape: Shape = [batch, 32, 28, 28]
    let forward = try plan(shape, backward: false).plan
    let both = try plan(shape, backward: true).plan
    let most = 2 * forward.statistics.arenaBytes + turned * 4 * shape.count
    #expect(both.statistics.arenaBytes <= most, "\(forward)\n\(both)")
    guard turned == 0 else { return }
    let unfused = try plan(shape, backward: true, PlanOptions(noFusion: true)).plan
    #expect(unfused.statistics.arenaBytes > most)
  }

  @Test func whatIsComputedAgainIsTheSame() throws {
    // Large enough for activations to be computed again.
    let fused = try plan([5, 7, 23, 29], backward: true)
    let unfused = try plan([5, 7, 23, 29], backward: true, PlanOptions(noFusion: true))
    try fused.plan.replay()
    try unfused.plan.replay()
    #expect(fused.results.count == 8)
    for (result, reference) in zip(fused.results, unfused.results) {
      let (values, expected): ([Float], [Float]) = (try result.read(), try reference.read())
      let error = zip(values, expected).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
      let scale = expected.reduce(0.0) { $0 + Double($1 * $1) }
      #expect(scale > 0 && error / scale < 1e-9, "\(result.type)")
    }
  }

  @Test func aNetworkOfBlocksReusesItsMemory() throws {
    let x = try Variable([16, 3, 32, 32], on: device, label: "x")
    let y = try Variable([16], .int32, on: device, label: "y")
    let plan = try device.record("separable") { program in
      try program.pass("step") { graph in
        var parameters: [Tensor] = []
        var value = graph.read(x)
        for (outputs, stride) in [(16, 1), (32, 2), (64, 1), (64, 2)] {
          value = block(value, to: outputs, stride: stride, &parameters)
        }
        let error = value.mean(axes: [2, 3]).slice(axis: 1, 0..<10).crossEntropy(graph.read(y))
        for gradient in graph.gradients(of: error, withRespectTo: parameters) {
          try Variable(gradient.shape, on: device, label: "gradient").assign(gradient)
        }
      }
    }
    let statistics = plan.statistics
    #expect(Double(statistics.arenaBytes) <= 0.6 * Double(statistics.arenaBytesWithoutReuse), "\(plan)")
  }
}
