import Foundation
import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// Networks: names, determinism, checkpoints that fit or change nothing.
struct NetworkTests {
  let device = TestDevice.shared

  func network(seed: UInt64 = 1) throws -> Network {
    let module = Sequential {
      Linear(3, 5)
      ReLU()
      for _ in 0..<2 { Linear(5, 5) }
      Tanh()
      Linear(5, 2)
    }
    return try Network(["first": module, "second": Linear(2, 1)], on: device, seed: seed)
  }

  @Test func namesAndPlaces() throws {
    let parameters = try network().parameters
    #expect(
      parameters.map(\.name) == [
        "first.0.weight", "first.0.bias", "first.2.weight", "first.2.bias", "first.3.weight", "first.3.bias",
        "first.5.weight", "first.5.bias", "second.weight", "second.bias",
      ])
    // Each where a binding may begin.
    #expect(parameters.map(\.offset) == [0, 64, 128, 192, 256, 320, 384, 448, 512, 576])
  }

  @Test func oneSeedGivesOneNetwork() throws {
    let values: [Float] = try network().flat.read()
    #expect(try network().flat.read() == values)
    #expect(try network(seed: 2).flat.read() != values)
    // Two layers of one shape start differently.
    #expect(values[128..<153] != values[256..<281])
  }

  @Test func appliesItsLayers() throws {
    let network = try network()
    let values = try network.flat.read(Float.self).map(Double.init)
    let x = [0.5, -1, 2.0]
    let output = try Variable([1, 2], on: device, label: "output")
    let input = try Variable([1, 3], x.map(Float.init), on: device, label: "input")
    try device.run { graph in output.assign(network("first", graph.read(input))) }
    func layer(_ x: [Double], _ name: String, _ outputs: Int) throws -> [Double] {
      let places = try ["weight", "bias"].map { part in
        try #require(network.parameters.first { $0.name == "first.\(name).\(part)" }).offset
      }
      return (0..<outputs).map { row in
        zip(x, values[(places[0] + row * x.count)...]).reduce(values[places[1] + row]) { $0 + $1.0 * $1.1 }
      }
    }
    let hidden = try layer(layer(x, "0", 5).map { max($0, 0) }, "2", 5)
    let expected = try layer(layer(hidden, "3", 5).map { tanh($0) }, "5", 2)
    #expect(normalizedError(try output.read(Float.self).map(Double.init), expected) < 1e-11)
  }

  @Test func savedAndLoadedItIsTheSame() throws {
    let (first, second) = (try network(), try network(seed: 2))
    var file = Safetensors()
    try first.save(into: &file)
    #expect(file.tensors.count == 10)
    #expect(file.tensors["first.0.weight"]?.type == TensorType([5, 3]))
    try second.load(from: file, named: "x")
    #expect(try second.flat.read(UInt32.self) == first.flat.read(UInt32.self))
  }

  @Test func whatDoesNotFitChangesNothing() throws {
    let network = try network()
    let before = try network.flat.read(UInt32.self)
    var whole = Safetensors()
    try self.network(seed: 2).save(into: &whole)

    var missing = whole
    missing.tensors["second.bias"] = nil
    var error = #expect(throws: CheckpointError.self) {
      try network.load(from: missing, named: "run.safetensors")
    }
    #expect(error?.description == "run.safetensors does not fit the model: missing \"second.bias\"")
    var shaped = whole
    shaped.tensors["first.5.weight"] = Safetensors.Entry(
      TensorType([5, 2]), [Float](repeating: 1, count: 10))
    shaped.tensors["second.weight"] = Safetensors.Entry(TensorType([1, 2], .int32), [Int32(1), 2])
    shaped.tensors["third.weight"] = Safetensors.Entry(TensorType([1]), [Float(1)])
    shaped.tensors["first.0.bias"] = nil
    error = #expect(throws: CheckpointError.self) { try network.load(from: shaped, named: "r") }
    #expect(
      error?.description
        == "r does not fit the model: \"first.5.weight\" is float32[5, 2], the model's is float32[2, 5]; "
        + "\"second.weight\" is int32[1, 2], the model's is float32[1, 2]; missing \"first.0.bias\"; "
        + "unexpected \"third.weight\"")
    #expect(try network.flat.read(UInt32.self) == before)
  }

  @Test func variablesOfEveryTypeAreRestored() throws {
    var file = Safetensors()
    let types: [DataType] = [.float32, .int32, .uint32, .bool]
    let variables = try types.map { try Variable([3], $0, on: device, label: "v.\($0.rawValue)") }
    let words: [[UInt32]] = [[1, 2, 0x7F80_0001], [0xFFFF_FFFF, 0, 5], [7, 8, 9], [1, 0, 1]]
    for (variable, words) in zip(variables, words) {
      try variable.write(words)
      try file.add(variable)
      try variable.write([UInt32](repeating: 0, count: 3))
    }
    let read = try Safetensors(bytes: file.encoded(), file: "x")
    for (variable, words) in zip(variables, words) {
      try read.restore(variable, file: "x")
      #expect(try variable.read(UInt32.self) == words)
    }
  }
}
