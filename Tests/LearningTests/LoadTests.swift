import Learning
import Recording
import Tensors
import TestSupport
import Testing

/// Taking from a checkpoint what fits, and files of other element types.
@Suite struct LoadTests {
  private let device = TestDevice.shared

  private func network(outputs: Int, seed: UInt64) throws -> Network {
    let features = Sequential {
      Linear(4, 6); BatchNorm(6)
    }
    return try Network(
      Sequential(["features": features, "classifier": Linear(6, outputs)]), on: device, seed: seed)
  }

  private func file(_ network: Network) throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file)
    return file
  }

  @Test func whatFitsIsTaken() throws {
    let source = try network(outputs: 3, seed: 1)
    try source.buffers[0].write([Float](repeating: 7, count: 6))
    var pretrained = try file(source)
    pretrained.tensors["features.0.bias"] = nil
    pretrained.tensors["features.9.weight"] = Safetensors.Entry(TensorType([1]), [Float(1)])
    pretrained.tensors["features.1.num_batches_tracked"] = Safetensors.Entry(
      TensorType([], .int32), [Int32(3)])
    let target = try network(outputs: 2, seed: 2)
    let before = try file(target)
    let report = try target.loadMatching(from: pretrained, named: "p")
    #expect(
      report.loaded == [
        "features.0.weight", "features.1.weight", "features.1.bias", "features.1.running_mean",
        "features.1.running_var",
      ])
    #expect(report.missing == ["features.0.bias"])
    #expect(report.unexpected == ["features.9.weight"])
    #expect(report.different.map(\.name) == ["classifier.weight", "classifier.bias"])
    #expect(!report.isComplete)
    #expect(
      report.description
        == "\"classifier.weight\" is float32[3, 6], the model's is float32[2, 6]; "
        + "\"classifier.bias\" is float32[3], the model's is float32[2]; missing \"features.0.bias\"; "
        + "unexpected \"features.9.weight\"")
    let after = try file(target)
    for (name, entry) in after.tensors {
      #expect(entry == (report.loaded.contains(name) ? pretrained : before).tensors[name], "\(name)")
    }
  }

  @Test func theRestStaysAsItIs() throws {
    let pretrained = try file(network(outputs: 3, seed: 1))
    let target = try network(outputs: 3, seed: 2)
    let before = try file(target)
    let report = try target.loadMatching(from: pretrained, named: "p", ["features.*"])
    #expect(report.isComplete && report.loaded.count == 6)
    let after = try file(target)
    #expect(after.tensors["classifier.weight"] == before.tensors["classifier.weight"])
    #expect(after.tensors["features.0.weight"] == pretrained.tensors["features.0.weight"])
    #expect(throws: UnmatchedPattern.self) {
      try target.loadMatching(from: pretrained, named: "p", ["head.*"])
    }
    let error = #expect(throws: CheckpointError.self) {
      try target.loadMatching(from: Safetensors(), named: "p", ["classifier.*"])
    }
    #expect(
      error?.description
        == "p does not fit the model: missing \"classifier.weight\", \"classifier.bias\"")
    #expect(try file(target) == after)
  }

  @Test func stateOfTrainingIsNotUnexpected() throws {
    let network = try network(outputs: 3, seed: 1)
    var file = try file(network)
    for name in ["optimizer.exp_avg", "iteration", "rollout.states", "features.1.num_batches_tracked"] {
      file.tensors[name] = Safetensors.Entry(TensorType([1]), [Float(1)])
    }
    try network.load(from: file, named: "x")
  }

  @Test func elementTypes() throws {
    func read(_ type: String, _ shape: String, _ data: [UInt8]) throws -> Safetensors.Entry? {
      let header = "{\"a\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[0,\(data.count)]}}"
      return try Safetensors(bytes: SafetensorsTests.file(header, data), file: "x").tensors["a"]
    }
    func bytes<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] {
      values.withUnsafeBytes { Array($0) }
    }
    let numbers: [Float] = [1.5, -2, 0.000_061_035_156_25, .infinity]
    for (type, data) in [
      ("F64", bytes(numbers.map(Double.init))), ("F16", bytes(numbers.map { Float16($0) })),
      ("BF16", bytes(numbers.map { UInt16($0.bitPattern >> 16) })), ("F32", bytes(numbers)),
    ] {
      #expect(try read(type, "[2,2]", data) == Safetensors.Entry(TensorType([2, 2]), numbers), "\(type)")
    }
    let whole: [Int32] = [-3, .max, .min]
    #expect(
      try read("I64", "[3]", bytes(whole.map(Int64.init)))
        == Safetensors.Entry(TensorType([3], .int32), whole))
    #expect(try read("U8", "[2]", [0, 255]) == Safetensors.Entry(TensorType([2], .int32), [Int32(0), 255]))
    #expect(try read("BOOL", "[2]", [0, 1]) == Safetensors.Entry(TensorType([2], .int32), [Int32(0), 1]))
    let error = #expect(throws: CheckpointError.self) { try read("I64", "[2]", bytes([1, Int64(1) << 31])) }
    #expect(
      error?.description.hasSuffix("found an integer of \"a\" beyond 32 bits; expected one that int32 holds")
        == true)
    #expect(throws: CheckpointError.self) { try read("F16", "[2]", [0, 0, 0, 0, 0, 0, 0, 0]) }
  }
}
