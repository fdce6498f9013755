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
    func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input }
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
    let places = network.parameters.map(\.offset)
    try network.flat.write(floats("weight/initial"), at: places[0])
    try network.flat.write(floats("bias/initial"), at: places[1])
    let adam = try Adam(network, epsilon: 1e-5)
    let gradient = try Variable(network.flat.type.shape, on: device, label: "gradient")
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
      try gradient.write(Array(weights[35 * step..<35 * step + 35]), at: places[0])
      try gradient.write(Array(biases[3 * step..<3 * step + 3]), at: places[1])
      try plan.replay()
      let values: [Float] = try network.flat.read()
      #expect(
        error(Array(values[..<35]), Array(weightsAfter[35 * step..<35 * step + 35])) <= 1e-5, "step \(step)")
      #expect(
        error(Array(values[places[1]...]), Array(biasesAfter[3 * step..<3 * step + 3])) <= 1e-5,
        "step \(step)")
      #expect(error(try norm.read(), [norms[step]]) <= 1e-5, "step \(step)")
    }
    for (variable, name) in zip(adam.state, ["exp_avg", "exp_avg_sq"]) {
      let values: [Float] = try variable.read()
      #expect(error(Array(values[..<35]), try floats("weight/\(name)")) <= 1e-5)
      #expect(error(Array(values[places[1]...]), try floats("bias/\(name)")) <= 1e-5)
      #expect(values[35..<places[1]].allSatisfy { $0 == 0 }, "nothing moves between parameters")
    }
  }
}
