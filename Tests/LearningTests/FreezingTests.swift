import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// Frozen parameters get no gradient, and frozen batch norms keep their statistics.
@Suite struct FreezingTests {
  private let device = TestDevice.shared

  private func network() throws -> Network {
    let features = Sequential {
      Conv2d(1, 4, 3, bias: false); BatchNorm(4); ReLU(); Flatten()
    }
    return try Network(
      Sequential(["features": features, "classifier": Linear(36, 3)]), on: device, seed: 2)
  }

  /// The gradient of a training pass as it lies in `flat`, and the plan.
  private func gradient(_ network: Network, norm: Bool = true) throws -> ([Float], Plan) {
    let pixels = (0..<4 * 25).map { Float($0 * 37 % 101) / 101 }
    let x = try Variable([4, 1, 5, 5], pixels, on: device, label: "x")
    let gradient = try Variable(network.flat.type.shape, on: device, label: "gradient")
    let plan = try device.record("gradient") { program in
      try program.pass("gradient") { graph in
        let random = Generator(seed: 1, counter: graph.constant(0, TensorType([], .uint32)))
        let output = network(graph.read(x), mode: norm ? .training(random) : .evaluation)
        gradient.assign(network.gradient(of: output.square().sum()))
      }
    }
    try plan.replay()
    return (try gradient.read(), plan)
  }

  @Test func frozenParametersGetNoGradient() throws {
    let network = try network()
    let (whole, wholePlan) = try gradient(network, norm: false)
    try network.freeze(["features.*"])
    #expect(network.frozen == ["features.0.weight", "features.1.weight", "features.1.bias"])
    let (part, plan) = try gradient(network, norm: false)
    for parameter in network.parameters {
      let range = parameter.offset..<parameter.offset + parameter.shape.count
      #expect(whole[range].contains { $0 != 0 }, "\(parameter.name)")
      let isFrozen = parameter.name.hasPrefix("features.")
      #expect(
        isFrozen ? part[range].allSatisfy { $0 == 0 } : part[range] == whole[range], "\(parameter.name)")
    }
    #expect(plan.statistics.dispatches < wholePlan.statistics.dispatches, "nothing is computed for them")
    try network.unfreeze(["*.weight", "features.1.bias"])
    #expect(network.frozen.isEmpty)
    #expect(try gradient(network, norm: false).0 == whole)
  }

  @Test func aFrozenBatchNormKeepsItsStatistics() throws {
    let network = try network()
    let before = try network.buffers.map { try $0.read(UInt32.self) }
    try network.freeze(["features.1.weight"])
    let frozen = try gradient(network).0
    #expect(try network.buffers.map { try $0.read(UInt32.self) } == before)
    try network.unfreeze(["*"])
    #expect(try gradient(network).0 != frozen)
    #expect(try network.buffers.map { try $0.read(UInt32.self) } != before)
  }

  @Test func allFrozen() throws {
    let network = try network()
    try network.freeze(["*"])
    #expect(try gradient(network).0.allSatisfy { $0 == 0 })
  }

  @Test func aPatternThatMatchesNothing() throws {
    let network = try network()
    let error = #expect(throws: UnmatchedPattern.self) { try network.freeze(["features.*", "head.*"]) }
    #expect(error?.pattern == "head.*")
    #expect(
      error?.description.hasPrefix(
        "no parameter matches \"head.*\"; there are, nearest first, \"features.0.weight\", ") == true)
    #expect(network.frozen.isEmpty)
  }

  @Test func otherWeightsStandForTheNetworks() throws {
    let network = try Network(Linear(2, 1), on: device, seed: 1)
    let average = try Variable(network.flat.type.shape, on: device, label: "average")
    var values = [Float](repeating: 0, count: average.type.shape.count)
    (values[0], values[1], values[network.parameters[1].offset]) = (2, -1, 0.5)
    try average.write(values)
    let x = try Variable([1, 2], [3, 4], on: device, label: "x")
    let y = try Variable([1, 1], on: device, label: "y")
    try device.run { graph in y.assign(network(graph.read(x), weights: average)) }
    #expect(try y.read(Float.self) == [2.5])
  }
}
