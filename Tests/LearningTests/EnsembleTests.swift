import Learning
import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

/// Networks side by side in one, as `torch.func.stack_module_state` makes them: each is what it would be alone.
struct EnsembleTests {
  let device = TestDevice.shared
  static let seeds: [UInt64] = [7, 11, 13]

  private var module: Sequential {
    Sequential {
      Linear(5, 7)
      Tanh()
      Linear(7, 3, bias: false)
    }
  }

  /// Three updates by clipped gradients of a loss of outputs; the flat parameters, and the norms before each clipping.
  private func trained(_ network: Network, members: Int) throws -> (Network, norms: [[Float]]) {
    let adam = try Adam(network)
    let shape = (network.members.map { [$0] } ?? []) + [31, 5]
    let part: [Float] = (0..<155).map { (index: Int) -> Float in Float(index * 37 % 101) / 50 - 1 }
    let inputs = try Variable(
      Shape(shape), Array([[Float]](repeating: part, count: members).joined()), on: device, label: "inputs")
    let norms = try Variable([members], on: device, label: "norms")
    let plan = try device.record("train") { program in
      try program.pass("step") { graph in
        let output = network("net", graph.read(inputs))
        let losses = (output - 2).square().mean(axes: [output.shape.rank - 2, output.shape.rank - 1])
        let (clipped, norm) = network.clippedNorm(network.gradient(of: losses.sum()), 0.5)
        norms.assign(norm.reshape([members]))
        adam.step(clipped, learningRate: graph.constant(0.01, TensorType([])))
      }
    }
    let all = try (0..<3).map { _ in
      try plan.replay()
      return try norms.read(Float.self)
    }
    return (network, all)
  }

  @Test func eachMemberIsWhatItWouldBeAlone() throws {
    let (ensemble, norms) = try trained(
      Network(ensemble: ["net": module], on: device, seeds: Self.seeds), members: 3)
    for (member, seed) in Self.seeds.enumerated() {
      let (alone, aloneNorms) = try trained(Network(["net": module], on: device, seed: seed), members: 1)
      var (expected, found) = (Safetensors(), Safetensors())
      try alone.save(into: &expected)
      try ensemble.save(into: &found, member: member)
      #expect(Set(found.tensors.keys) == ["net.0.weight", "net.0.bias", "net.2.weight"])
      for (name, entry) in expected.tensors {
        let other = try #require(found.tensors[name])
        #expect(other.type == entry.type)
        // Sums are taken in another order.
        for (a, b) in zip(entry.elements(Float.self), other.elements(Float.self)) {
          #expect(abs(a - b) < 1e-5)
        }
      }
      for (a, b) in zip(norms, aloneNorms) { #expect(abs(a[member] - b[0]) < 1e-4 && b[0] > 0.5) }
    }
  }

  @Test func allMembersTakeAFile() throws {
    let alone = try Network(["net": module], on: device, seed: 5)
    var file = Safetensors()
    try alone.save(into: &file)
    let ensemble = try Network(ensemble: ["net": module], on: device, seeds: Self.seeds)
    try ensemble.load(from: file, named: "file")
    for member in 0..<3 {
      var copy = Safetensors()
      try ensemble.save(into: &copy, member: member)
      for (name, entry) in file.tensors { #expect(copy.tensors[name]?.bytes == entry.bytes) }
    }
  }
}
