import Foundation
import Recording
import Tensors
import TestSupport
import Testing

@testable import Learning

/// The zoo against PyTorch, descriptions, and what is wrong with them.
@Suite struct ModelTests {
  private let device = TestDevice.shared

  static let goldens: [(name: String, model: ModelDescription, input: Shape, outputs: Int)] = [
    ("mlp", .mlp(), [1, 28, 28], 10),
    ("separable", .separable(stem: 8, stemStride: 1, widths: [16, 24], strides: [2, 1]), [1, 13, 11], 7),
    ("resnet_small", .resnetSmall(blocks: 2, widths: [8, 16]), [3, 12, 9], 5),
  ]

  private func logits(_ network: Network, _ x: Variable, _ outputs: Int) throws -> [Float] {
    let y = try Variable([x.type.shape[0], outputs], on: device, label: "logits")
    try device.run { graph in y.assign(network(graph.read(x))) }
    return try y.read()
  }

  @Test(arguments: goldens.indices) func pyTorchsWeightsGiveItsLogits(_ index: Int) throws {
    let (name, model, input, outputs) = Self.goldens[index]
    let golden = try Golden.load("models_\(name)")
    let network = try Network(model.module(input: input, outputs: outputs), on: device, seed: 1)
    try network.load(from: golden, named: name)
    let pictures = try #require(golden.tensors["golden/x"])
    let x = try Variable(pictures.type.shape, pictures.elements(), on: device, label: "x")
    let expected = try #require(golden.tensors["golden/logits"]).elements(Float.self)
    let size = expected.map(abs).max() ?? 0
    let error = zip(try logits(network, x, outputs), expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(error <= 1e-5 * size, "\(error) of \(size)")

    // For the other direction: Tools/References/check_checkpoint.py reads what this writes.
    guard let folder = ProcessInfo.processInfo.environment["WRITE_CHECKPOINTS"] else { return }
    let fresh = try Network(model.module(input: input, outputs: outputs), on: device, seed: 7)
    var file = Safetensors()
    try fresh.save(into: &file)
    file.tensors["golden/x"] = pictures
    file.tensors["golden/logits"] = Safetensors.Entry(
      TensorType([pictures.type.shape[0], outputs]), try logits(fresh, x, outputs))
    try file.write(to: "\(folder)/\(name).safetensors")
  }

  @Test func theZooFitsItselfToItsData() throws {
    func parameters(_ name: String, _ input: Shape, _ outputs: Int) throws -> Int {
      let module = try ModelDescription.named(.init(name)).module(input: input, outputs: outputs)
      return module.parameters.reduce(0) { $0 + $1.shape.count }
    }
    #expect(ModelDescription.names == ["cnn", "mlp", "resnet-small", "separable"])
    #expect(try parameters("mlp", [1, 28, 28], 10) == 101_770)
    #expect(try parameters("mlp", [13], 1) == 1921)
    #expect(try parameters("cnn", [1, 28, 28], 10) == 421_642)
    #expect(try parameters("separable", [1, 28, 28], 10) <= 60_000)
    #expect(try parameters("resnet-small", [3, 32, 32], 10) == 175_258)
    for name in ModelDescription.names {
      let module = try ModelDescription.named(.init(name)).module(input: [3, 17, 15], outputs: 4)
      let summary = try Network(module, on: device, seed: 1).summary(input: [2, 3, 17, 15])
      #expect(summary.rows.first { $0.path == "classifier" }?.output == [2, 4], "\(summary)")
    }
  }

  @Test func descriptionsAreReadAndWritten() throws {
    let text = """
      {"features": [{"conv2d": {"outputs": 8, "kernel": [3, 1], "padding": 1, "bias": false}}, "batch_norm", "relu",
        {"residual": {"main": [{"conv2d": {"outputs": 8, "kernel": 1}}], "activation": "relu"}},
        {"max_pool2d": 2}, "flatten"], "classifier": [{"dropout": 0.25}, "linear"]}
      """
    let model = try JSONDecoder().decode(ModelDescription.self, from: Data(text.utf8))
    let module = try model.module(input: [1, 6, 6], outputs: 3)
    #expect(
      module.parameters.map(\.name) == [
        "features.0.weight", "features.1.weight", "features.1.bias", "features.3.main.0.weight",
        "features.3.main.0.bias", "classifier.1.weight", "classifier.1.bias",
      ])
    #expect(module.parameters[5].shape == [3, 8 * 3 * 4])
    let written = try JSONEncoder().encode(model)
    #expect(try JSONDecoder().decode(ModelDescription.self, from: written) == model)
    for text in ["\"separable\"", "{\"mlp\":{\"dropout\":0.5,\"hidden\":[64,32]}}"] {
      let model = try JSONDecoder().decode(ModelDescription.self, from: Data(text.utf8))
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      #expect(String(decoding: try encoder.encode(model), as: UTF8.self) == text)
    }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ModelDescription.self, from: Data("{\"mlp\":1,\"cnn\":2}".utf8))
    }
  }

  static let mistakes: [(String, Shape, String)] = [
    (
      "\"alexnet\"", [1, 8, 8], "model: found \"alexnet\"; expected one of cnn, mlp, resnet-small, separable"
    ),
    (
      "{\"mlp\": {\"hiden\": 3}}", [4],
      "model mlp: found an argument \"hiden\"; expected arguments out of hidden, dropout"
    ),
    (
      "{\"separable\": {\"widths\": [8]}}", [1, 8, 8],
      "model separable: found 1 widths and 4 strides; expected as many of both"
    ),
    ("{\"mlp\": {\"dropout\": 2}}", [4], "model mlp: found dropout: 2; expected a number from 0.0 to 1.0"),
    ("\"mlp\"", [0], "model: found samples of shape [0] and 3 outputs; expected at least one element"),
    ("\"cnn\"", [4], "features[0] conv2d: found samples of shape [4]; expected pictures"),
    (
      "\"cnn\"", [1, 3, 3],
      "features[5] max_pool2d: found samples of shape [64, 1, 1]; expected pictures that the kernel 2×2 fits into"
    ),
    (layers("\"rulu\""), [4], "features[0]: found a layer \"rulu\"; expected one of adaptive_avg_pool2d, "),
    (
      layers("\"relu\", {\"conv2d\": {\"outputs\": 4}}"), [1, 8, 8],
      "features[1] conv2d: found no kernel; expected a whole number from 1 to 1048576, or two"
    ),
    (
      layers("{\"conv2d\": {\"outputs\": 4, \"kernel\": 2.5}}"), [1, 8, 8],
      "features[0] conv2d: found kernel: 2.5; expected a whole number from 1 to 1048576, or two"
    ),
    (
      layers("{\"conv2d\": {\"outputs\": 4, \"kernel\": 3, \"groups\": 3}}"), [2, 8, 8],
      "features[0] conv2d: found groups: 3; expected a divisor of 2 channels before and 4 behind"
    ),
    (
      layers("{\"conv2d\": {\"outputs\": 4, \"kernel\": 9}}"), [2, 8, 8],
      "features[0] conv2d: found samples of shape [2, 8, 8]; expected pictures that the kernel 9×9 fits into"
    ),
    (layers("{\"relu\": 3}"), [4], "features[0] relu: found the argument 3; expected none"),
    (
      layers("{\"max_pool2d\": {\"kernel\": 2, \"padding\": 2}}"), [1, 8, 8],
      "features[0] max_pool2d: found padding: 2×2; expected at most half of the kernel, 2×2"
    ),
    (
      layers("{\"group_norm\": 2}"), [3, 8, 8],
      "features[0] group_norm: found groups: 2; expected a divisor of 3"
    ),
    (
      layers("{\"residual\": {\"main\": [{\"linear\": 5}]}}"), [4],
      "features[0] residual: found [5] from main and [4] beside it; expected one shape, to be added"
    ),
    (
      layers("{\"residual\": {\"main\": [{\"linear\": \"five\"}]}}"), [4],
      "features[0] residual.main[0] linear: found outputs: \"five\"; expected a whole number from 1 to 1048576"
    ),
    (
      layers("{\"residual\": {\"main\": [\"relu\"], \"activation\": \"flatten\"}}"), [4],
      "features[0] residual: found activation: \"flatten\"; expected one of elu, gelu"
    ),
    (
      "{\"features\": [], \"classifier\": [{\"linear\": 7}]}", [4],
      "classifier: found samples of shape [7] at its end; expected [3]"
    ),
    (
      layers("{\"linear\": 1000000}, {\"linear\": 1000000}"), [4],
      "features[1] linear: found weight of shape [1000000, 1000000]; expected at most 268435456 elements"
    ),
    (layers("\"relu\""), [4, 2], "classifier[0] linear: found samples of shape [4, 2]; expected vectors"),
  ]

  private static func layers(_ features: String) -> String {
    "{\"features\": [\(features)], \"classifier\": [\"linear\"]}"
  }

  @Test(arguments: mistakes.indices) func isRefused(_ index: Int) throws {
    let (text, input, expected) = Self.mistakes[index]
    let model = try JSONDecoder().decode(ModelDescription.self, from: Data(text.utf8))
    let error = #expect(throws: ModelError.self) { try model.module(input: input, outputs: 3) }
    #expect(error?.description.hasPrefix(expected) == true, "\(error?.description ?? "")")
  }

  @Test func summaries() throws {
    let network = try Network(
      Sequential([
        "features": Sequential {
          Conv2d(3, 8, 3, stride: 2, padding: 1, bias: false)
          BatchNorm(8)
          ReLU()
          DepthwiseSeparableConv2d(8, 1200, 3, padding: 1)
          AdaptiveAvgPool2d(1)
          Flatten()
        }, "classifier": Linear(1200, 10),
      ]), on: device, seed: 1)
    try network.freeze(["features.0.*", "features.1.*"])
    let summary = try network.summary(input: [2, 3, 9, 9])
    #expect(summary.parameters == 216 + 16 + 80 + 10_800 + 12_010)
    #expect(summary.trainable == 80 + 10_800 + 12_010)
    #expect(summary.buffers == 16)
    #expect(
      summary.rows.map(\.multiplyAdds) == [
        0, 2 * 25 * 216, 0, 0, 0, 2 * 25 * 72, 2 * 25 * 9600, 0, 0, 24_000,
      ])
    #expect(
      summary.description == """
        layer                     kind                      output           parameters  multiply-adds
        features                  Sequential                [2, 1200]                 –              –
          features.0              Conv2d                    [2, 8, 5, 5]          (216)         10,800
          features.1              BatchNorm                 [2, 8, 5, 5]           (16)              –
          features.2              ReLU                      [2, 8, 5, 5]              –              –
          features.3              DepthwiseSeparableConv2d  [2, 1200, 5, 5]           –              –
            features.3.depthwise  Conv2d                    [2, 8, 5, 5]             80          3,600
            features.3.pointwise  Conv2d                    [2, 1200, 5, 5]      10,800        480,000
          features.4              AdaptiveAvgPool2d         [2, 1200, 1, 1]           –              –
          features.5              Flatten                   [2, 1200]                 –              –
        classifier                Linear                    [2, 10]              12,010         24,000
        23,122 parameters, 22,890 trainable; 16 in buffers; 518,400 multiply-adds for an input of [2, 3, 9, 9]
        """)
    let error = #expect(throws: GraphError.self) { try network.summary(input: [2, 4, 9, 9]) }
    #expect(
      error?.description.hasPrefix("features Sequential: 0 Conv2d: conv2d: got float32[2, 4, 9, 9]") == true)
    let named = try Network(["a": Linear(4, 2), "b": Linear(2, 3)], on: device, seed: 1)
    let part = try named.summary("b", input: [1, 2])
    #expect(part.parameters == 9 && part.rows.map(\.path) == ["b"] && part.multiplyAdds == 6)
  }
}
