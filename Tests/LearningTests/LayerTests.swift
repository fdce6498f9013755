import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// Layers against PyTorch's: keys, shapes, defaults and results, in training and in evaluation.
@Suite struct LayerTests {
  private let device = TestDevice.shared

  /// The layers of `Tools/References/layers.py`, with the same arguments.
  private func network() throws -> Network {
    try Network(
      [
        "linear": Linear(6, 3), "linear_without_bias": Linear(6, 3, bias: false),
        "conv2d": Conv2d(
          6, 4, Pair(3, 2), stride: Pair(2, 1), padding: Pair(1, 2), dilation: Pair(1, 2), groups: 2),
        "conv2d_without_bias": Conv2d(6, 5, 3, bias: false),
        "conv_transpose2d": ConvTranspose2d(6, 4, 3, stride: 2, padding: 1, outputPadding: 1, groups: 2),
        "separable": DepthwiseSeparableConv2d(6, 4, 3, stride: 2, padding: 1),
        "batch_norm": BatchNorm(6, epsilon: 1e-3, momentum: 0.2), "batch_norm_of_vectors": BatchNorm(6),
        "layer_norm": LayerNorm([9, 8], epsilon: 1e-3), "group_norm": GroupNorm(3, 6, epsilon: 1e-3),
        "max_pool2d": MaxPool2d(3, stride: 2, padding: 1), "avg_pool2d": AvgPool2d(2),
        "adaptive_avg_pool2d": AdaptiveAvgPool2d(Pair(2, 3)), "mean": AdaptiveAvgPool2d(1),
        "flatten": Flatten(), "flatten_between": Flatten(0, 2), "dropout": Dropout(),
        "embedding": Embedding(7, 3), "relu": ReLU(), "relu6": ReLU6(), "leaky_relu": LeakyReLU(),
        "elu": ELU(), "gelu": GELU(), "silu": SiLU(), "mish": Mish(), "hardswish": Hardswish(),
        "hardsigmoid": Hardsigmoid(), "sigmoid": Sigmoid(), "tanh": Tanh(), "softplus": Softplus(),
      ], on: device, seed: 1)
  }

  /// The state of all layers under the network's keys.
  private func state(_ golden: Safetensors) -> Safetensors {
    var state = Safetensors()
    for (key, entry) in golden.tensors {
      let parts = key.split(separator: "/")
      if parts.count == 3, parts[1] == "state" { state.tensors["\(parts[0]).\(parts[2])"] = entry }
    }
    return state
  }

  private func variable(_ entry: Safetensors.Entry, _ label: String) throws -> Variable {
    let variable = try Variable(entry.type.shape, entry.type.dataType, on: device, label: label)
    try variable.write(entry.elements(UInt32.self))
    return variable
  }

  private func error(_ actual: Variable, _ expected: Safetensors.Entry) throws -> Double {
    guard actual.type.shape == expected.type.shape else { return .infinity }
    return normalizedError(
      try actual.read(Float.self).map(Double.init), expected.elements(Float.self).map(Double.init))
  }

  @Test func keysShapesAndResultsArePyTorchs() throws {
    let golden = try Golden.load("layers")
    let network = try network()
    try network.load(from: state(golden), named: "layers")
    let norms = ["batch_norm", "batch_norm_of_vectors"]
    for name in norms {
      let steps = try #require(golden.tensors["\(name)/steps"])
      let all = try variable(steps, "steps")
      let trained = try Variable(steps.type.shape, on: device, label: "trained")
      try device.run("train") { graph in
        let random = Generator(seed: 1, counter: graph.constant(0, TensorType([], .uint32)))
        trained.assign(
          .stack(
            (0..<2).map { network(name, graph.read(all).select(axis: 0, $0), mode: .training(random)) }))
      }
      #expect(try error(trained, try #require(golden.tensors["\(name)/trained"])) < 1e-10, "\(name)")
      for statistic in ["running_mean", "running_var"] {
        let buffer = try #require(network.buffers.first { $0.label == "\(name).\(statistic)" })
        #expect(
          try error(buffer, try #require(golden.tensors["\(name)/\(statistic)"])) < 1e-10, "\(buffer.label)")
      }
    }
    let names = golden.tensors.keys.filter { $0.hasSuffix("/x") }.map { String($0.dropLast(2)) }.sorted()
    #expect(names.count == 30)
    let inputs = try names.map { try variable(try #require(golden.tensors["\($0)/x"]), $0) }
    var outputs: [Variable] = []
    try device.run("evaluate") { graph in
      outputs = try zip(names, inputs).map { name, input in
        let result = network(name, graph.read(input))
        let output = try Variable(result.shape, on: device, label: name)
        output.assign(result)
        return output
      }
    }
    for (name, output) in zip(names, outputs) {
      #expect(try error(output, try #require(golden.tensors["\(name)/y"])) < 1e-10, "\(name)")
    }
  }

  @Test func dropoutDropsInTrainingOnly() throws {
    let network = try Network(Dropout(0.25), on: device, seed: 1)
    let x = try Variable([4096], [Float](repeating: 3, count: 4096), on: device, label: "x")
    let counter = try Variable([], .uint32, on: device, label: "counter")
    let outputs = try ["training", "evaluation"].map { try Variable([4096], on: device, label: $0) }
    let plan = try device.record("dropout") { program in
      try program.pass("dropout") { graph in
        let random = Generator(seed: 1, counter: graph.read(counter))
        outputs[0].assign(network(graph.read(x), mode: .training(random)))
        outputs[1].assign(network(graph.read(x)))
        counter.assign(random.counter + 1)
      }
    }
    try plan.replay()
    let first: [Float] = try outputs[0].read()
    #expect(first.allSatisfy { $0 == 0 || $0 == 4 })
    #expect((900...1150).contains(first.count { $0 == 0 }))
    #expect(try outputs[1].read(Float.self) == x.read(Float.self))
    try plan.replay()
    #expect(try outputs[0].read(Float.self) != first)
  }

  @Test func residualsAddAndKeepTheirKeys() throws {
    let block = Residual(
      Sequential { Linear(4, 4) }, shortcut: Linear(4, 4, bias: false), activation: ReLU())
    let network = try Network(["block": block, "plain": Residual(Tanh())], on: device, seed: 4)
    #expect(
      network.parameters.map(\.name) == ["block.main.0.weight", "block.main.0.bias", "block.shortcut.weight"])
    let x = HostTensor([3, 4], (0..<12).map { Double($0) / 3 - 2 })
    let result = try evaluate([x], references: false) { graph, x in
      func parameter(_ name: String) -> Tensor { network.parameter("block.\(name)", in: graph) }
      let expected =
        x[0].linear(parameter("main.0.weight"), parameter("main.0.bias"))
        + x[0].linear(parameter("shortcut.weight"))
      return [
        network("block", x[0]) - expected.relu(), network("plain", x[0]) - (x[0].tanh() + x[0]),
      ]
    }
    #expect(result.device.allSatisfy { $0.values.allSatisfy { abs($0) < 1e-6 } })
  }

  @Test func mistakesNameTheLayer() throws {
    let network = try Network(
      Sequential([
        "features": Sequential {
          Flatten(); ReLU()
        }, "classifier": Linear(5, 2),
      ]), on: device, seed: 1)
    let x = try Variable([3, 2, 2], on: device, label: "x")
    let error = #expect(throws: GraphError.self) {
      try device.run { graph in _ = network(graph.read(x)) }
    }
    #expect(
      error?.description.hasPrefix("classifier Linear: matmul: got float32[3, 4] and float32[5, 2]") == true,
      "\(error?.description ?? "")")
  }
}
