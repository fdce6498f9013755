import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// What is done with gradients and weights beside a step: clipping, accumulation, a running mean.
@Suite struct GradientUseTests {
  private let device = TestDevice.shared

  @Test func clippingByValueMovesElementsInside() throws {
    let x = HostTensor([7], [-3, -0.5, -0.25, 0, 0.25, 0.75, .infinity])
    let result = try evaluate([x]) { _, inputs in [inputs[0].clippedValue(0.5)] }
    #expect(result.device[0].values == [-0.5, -0.5, -0.25, 0, 0.25, 0.5, 0.5])
  }

  @Test func smallBatchesAddUpToALargeOne() throws {
    let (parts, size) = (4, 8)
    let values = (0..<parts * size * 5).map { Float($0 * 37 % 101) / 101 - 0.5 }
    let x = try Variable([parts, size * 5], values, on: device, label: "x")
    let part = try Variable([], .uint32, on: device, label: "part")

    /// Two updates, each from four parts, by accumulation or at once; the parameters after them.
    func trained(accumulating: Bool) throws -> [Float] {
      let network = try Network(
        [
          "mlp": Sequential {
            Linear(5, 6)
            Tanh()
            Linear(6, 2)
          }
        ], on: device, seed: 4)
      let optimizer = try SGD(network, momentum: 0.9)
      let accumulation = try GradientAccumulation(network, steps: parts)
      try part.write([UInt32(0)])
      func gradient(_ samples: Tensor) -> Tensor {
        network.gradient(of: network("mlp", samples.reshape([samples.shape.count / 5, 5])).square().mean())
      }
      let plan = try device.record("accumulate", options: PlanOptions()) { program in
        if accumulating {
          try program.pass("accumulate", repeats: accumulation.steps) { graph in
            let number = graph.read(part)
            let row = number.remainder(Double(parts)).reshape([1])
            accumulation.add(gradient(graph.read(x).indexSelect(row)))
            part.assign(number + 1)
          }
        }
        try program.pass("update") { graph in
          let mean = accumulating ? accumulation.take(in: graph) : gradient(graph.read(x))
          optimizer.step(mean, learningRate: graph.constant(0.1, TensorType([])))
        }
      }
      try plan.replay(times: 2)
      if accumulating {
        #expect(plan.description.contains("segment \"update\" × 1: 1 dispatch,"), "\(plan)")
        #expect(try accumulation.mean.read().allSatisfy { $0 == 0 })
      }
      return try network.flat.read()
    }
    let (accumulated, whole) = (try trained(accumulating: true), try trained(accumulating: false))
    #expect(relativeError(accumulated, whole) <= 1e-6)
  }

  @Test func aMeanOfWeightsIsPyTorchs() throws {
    let golden = try Golden.load("optimizers")
    func floats(_ name: String) throws -> [Float] { try #require(golden.tensors[name]).elements() }
    let updated = try UpdatedNetwork()
    try updated.write(floats("initial"), to: updated.network.flat)
    let optimizer = try SGD(updated.network)
    let mean = try ExponentialMovingAverage(updated.network, decay: 0.9)
    #expect(mean.state.map(\.label) == ["ema.parameters", "ema.n_averaged"])
    let plan = try device.record("ema", options: PlanOptions()) { program in
      try program.pass("step") { graph in
        optimizer.step(graph.read(updated.gradient), learningRate: graph.constant(0.01, TensorType([])))
        mean.update(in: graph)
      }
    }
    let (gradients, means) = (try floats("gradients"), try floats("ema"))
    let count = means.count / 20
    for step in 0..<20 {
      try updated.write(gradients[count * step..<count * (step + 1)], to: updated.gradient)
      try plan.replay()
      let values = try updated.read(mean.flat)
      if step == 0 { #expect(try values == updated.read(updated.network.flat), "the first update copies") }
      #expect(relativeError(values, means[count * step..<count * (step + 1)]) <= 1e-6, "step \(step)")
    }
  }
}
