import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// Adam with clipped gradients, against PyTorch's.
struct AdamTests {
  /// A module of one weight and one bias that are only ever updated.
  struct Parameters: Module {
    let parameters = [
      ParameterDeclaration("weight", [5, 7], .constant(0)), ParameterDeclaration("bias", [3], .constant(0)),
    ]
    func callAsFunction(_ input: Tensor, _ weights: Weights) -> Tensor { input }
  }

  /// Largest difference, relative to the largest number.
  func error(_ actual: [Float], _ expected: [Float]) -> Float {
    let size = expected.map(abs).max() ?? 0
    return actual.count == expected.count
      ? (zip(actual, expected).map { abs($0 - $1) }.max() ?? 0) / size : .infinity
  }

  @Test func tenStepsArePyTorchs() throws {
    let golden = try Golden.load("adam")
    func floats(_ name: String) throws -> [Float] { try #require(golden.tensors[name]).elements() }
    let device = TestDevice.shared
    let network = try Network(["m": Parameters()], on: device, seed: 0)
    #expect(network.parameters.map(\.name) == ["m.weight", "m.bias"])
    let count = network.flat.type.shape.count
    let (first, second) = (network.parameters[0].offset, network.parameters[1].offset)
    /// Weight and bias in their places, zeros between them.
    func placed(_ weight: [Float], _ bias: [Float]) -> [Float] {
      var values = [Float](repeating: 0, count: count)
      values.replaceSubrange(first..<first + 35, with: weight)
      values.replaceSubrange(second..<second + 3, with: bias)
      return values
    }
    try network.flat.write(placed(floats("weight/initial"), floats("bias/initial")))
    let adam = try Adam(network, epsilon: 1e-5)
    let gradient = try Variable([count], on: device, label: "gradient")
    let norm = try Variable([], on: device, label: "norm")
    let plan = try device.record("adam", options: PlanOptions()) { program in
      try program.pass("step") { graph in
        let clipped = graph.read(gradient).clippedNorm(0.5)
        norm.assign(clipped.norm)
        adam.step(clipped.clipped, learningRate: graph.constant(0.001, TensorType([])))
      }
    }
    let (weights, biases) = (try floats("weight/gradients"), try floats("bias/gradients"))
    let (weightsAfter, biasesAfter) = (try floats("weight/parameters"), try floats("bias/parameters"))
    let norms = try floats("norms")
    #expect(
      norms.contains { $0 > 0.5 } && norms.contains { $0 < 0.5 }, "some steps are clipped, and some are not")
    for step in 0..<10 {
      let (wide, narrow) = (35 * step..<35 * step + 35, 3 * step..<3 * step + 3)
      try gradient.write(placed(Array(weights[wide]), Array(biases[narrow])))
      try plan.replay()
      let expected = placed(Array(weightsAfter[wide]), Array(biasesAfter[narrow]))
      #expect(error(try network.flat.read(), expected) <= 1e-5, "step \(step)")
      #expect(error(try norm.read(), [norms[step]]) <= 1e-5, "step \(step)")
    }
    for (state, name) in zip(adam.state, ["exp_avg", "exp_avg_sq"]) {
      #expect(
        error(try state.read(), placed(try floats("weight/\(name)"), try floats("bias/\(name)"))) <= 1e-5)
    }
  }
}
