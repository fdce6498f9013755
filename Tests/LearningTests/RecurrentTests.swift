import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// Recurrent layers against PyTorch's: states and all gradients.
struct RecurrentTests {
  let device = TestDevice.shared

  /// What a cell makes of a sequence, and the gradients of Σ states·weights.
  private struct Outcome {
    /// States, and gradients with respect to inputs and state.
    let states, toInputs, toState: [Float]
    /// Gradients with respect to the parameters, laid out as `Network.flat`.
    let toParameters: [Float]
  }

  private func outcome(
    _ network: Network, _ cell: GRUCell, inputs: Variable, state: Variable, ended: Variable?,
    weights: Variable
  ) throws -> Outcome {
    let results = try zip(
      ["states", "to inputs", "to state", "to parameters"],
      [weights, inputs, state, network.flat]
    ).map { try Variable($1.type.shape, on: device, label: $0) }
    try device.run("gru") { graph in
      let (x, s) = (graph.read(inputs), graph.read(state))
      let states = cell(x, from: s, ended: ended.map(graph.read), network.scope("cell", in: graph))
      let loss = (states * graph.read(weights)).sum()
      let gradients = graph.gradients(of: loss, withRespectTo: [x, s])
      for (result, value) in zip(results, [states] + gradients + [network.gradient(of: loss)]) {
        result.assign(value)
      }
    }
    let read = try results.map { try $0.read(Float.self) }
    return Outcome(states: read[0], toInputs: read[1], toState: read[2], toParameters: read[3])
  }

  private func variable(_ golden: Safetensors, _ name: String, _ shape: Shape, _ type: DataType = .float32)
    throws -> Variable
  {
    let variable = try Variable(shape, type, on: device, label: name)
    try variable.write(try #require(golden.tensors[name]).elements(UInt32.self))
    return variable
  }

  /// One step, and five with resets in between.
  @Test(arguments: [("step", 1), ("sequence", 5)])
  func statesAndGradientsArePyTorchs(_ name: String, _ steps: Int) throws {
    let golden = try Golden.load("gru")
    let cell = GRUCell(5, 7)
    let network = try Network(["cell": cell], on: device, seed: 1)
    var weights = Safetensors()
    for parameter in cell.parameters {
      weights.tensors["cell.\(parameter.name)"] = golden.tensors[parameter.name]
    }
    try network.load(from: weights, named: "gru")
    let found = try outcome(
      network, cell, inputs: variable(golden, "\(name)/inputs", [steps * 3, 5]),
      state: variable(golden, "\(name)/state", [3, 7]),
      ended: steps == 1 ? nil : variable(golden, "\(name)/ended", [steps * 3], .bool),
      weights: variable(golden, "\(name)/loss_weight", [steps * 3, 7]))
    func error(_ values: some Sequence<Float>, _ key: String) throws -> Double {
      let expected = try #require(golden.tensors["\(name)/\(key)"]).elements(Float.self)
      return normalizedError(values.map(Double.init), expected.map(Double.init))
    }
    #expect(try error(found.states, "outputs") < 1e-10)
    #expect(try error(found.toInputs, "gradient/inputs") < 1e-10)
    #expect(try error(found.toState, "gradient/state") < 1e-10)
    #expect(
      network.parameters.map(\.name)
        == ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { "cell.\($0)" })
    for parameter in network.parameters {
      let values = found.toParameters[parameter.offset..<parameter.offset + parameter.count]
      let key = "gradient/\(parameter.name.dropFirst("cell.".count))"
      #expect(try error(values, key) < 1e-10, "\(parameter.name)")
    }
  }

  @Test func aModuleAloneBeginsWithZeros() throws {
    let golden = try Golden.load("gru")
    let network = try Network(GRUCell(5, 7), on: device, seed: 1)
    try network.loadMatching(from: golden, named: "gru")
    let x = try variable(golden, "step/inputs", [3, 5])
    let y = try Variable([3, 7], on: device, label: "y")
    try device.run("gru") { y.assign(network($0.read(x))) }
    let expected = try #require(golden.tensors["from_zeros"]).elements(Float.self)
    #expect(
      normalizedError(try y.read(Float.self).map(Double.init), expected.map(Double.init)) < 1e-10)
    let named = try Network(["cell": GRUCell(5, 7)], on: device, seed: 1)
    #expect(try named.summary("cell", input: [3, 5]).multiplyAdds == 3 * 3 * 7 * (5 + 7))
  }

  /// Eleven steps, which is more than a concatenation takes at once.
  @Test func eachMemberIsWhatItWouldBeAlone() throws {
    let (steps, rows, cell, seeds) = (11, 3, GRUCell(5, 9), [7, 13] as [UInt64])
    var random = SeededRandom(3)
    func values(_ count: Int) -> [Float] { random.values(count).map(Float.init) }
    let sizes = [steps * rows * 5, rows * 9, steps * rows * 9]
    let parts = seeds.map { _ in sizes.map(values) }
    let ends = seeds.indices.map { seed in
      (0..<steps * rows).map { UInt32(($0 * 7 + seed) % 5 == 0 ? 1 : 0) }
    }
    func result(_ network: Network, _ chosen: [Int]) throws -> Outcome {
      let lead = network.members.map { [$0] } ?? []
      func variable(_ place: Int, _ shape: [Int]) throws -> Variable {
        try Variable(
          Shape(lead + shape), chosen.flatMap { parts[$0][place] }, on: device, label: "part\(place)")
      }
      let ended = try Variable(Shape(lead + [steps * rows]), .bool, on: device, label: "ended")
      try ended.write(chosen.flatMap { ends[$0] })
      return try outcome(
        network, cell, inputs: variable(0, [steps * rows, 5]), state: variable(1, [rows, 9]), ended: ended,
        weights: variable(2, [steps * rows, 9]))
    }
    let ensemble = try Network(ensemble: ["cell": cell], on: device, seeds: seeds)
    let together = try result(ensemble, [0, 1])
    for (member, seed) in seeds.enumerated() {
      let network = try Network(["cell": cell], on: device, seed: seed)
      let alone = try result(network, [member])
      func own(_ all: [Float]) -> [Float] {
        Array(all[(member * all.count / 2)..<((member + 1) * all.count / 2)])
      }
      // Sums are taken in another order.
      func error(_ found: [Float], _ expected: [Float]) -> Double {
        normalizedError(found.map(Double.init), expected.map(Double.init))
      }
      #expect(error(own(together.states), alone.states) < 1e-10)
      #expect(error(own(together.toInputs), alone.toInputs) < 1e-10)
      #expect(error(own(together.toState), alone.toState) < 1e-10)
      for (parameter, single) in zip(ensemble.parameters, network.parameters) {
        let all = Array(together.toParameters[parameter.offset..<parameter.offset + parameter.count])
        let expected = Array(alone.toParameters[single.offset..<single.offset + single.count])
        #expect(error(own(all), expected) < 1e-10, "\(parameter.name)")
      }
    }
  }

  @Test func mistakesAreNamed() throws {
    let cell = GRUCell(5, 7)
    let network = try Network(["cell": cell], on: device, seed: 1)
    for (rows, state) in [(6, [4, 7]), (6, [3, 8]), (6, [0, 7])] as [(Int, Shape)] {
      let error = #expect(throws: GraphError.self) {
        try device.run { graph in
          let x = graph.constant(1, TensorType([rows, 5]))
          _ = cell(x, from: graph.constant(0, TensorType(state)), network.scope("cell", in: graph))
        }
      }
      #expect(
        error?.description.hasPrefix("gru: got float32[6, 21] and float32\(state)") == true,
        "\(error?.description ?? "")")
    }
  }
}
