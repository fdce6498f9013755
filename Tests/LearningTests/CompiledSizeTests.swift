import Foundation
import Recording
import SPIRV
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import Learning

/// Kernels are as long as drivers compile in half a second: llvmpipe takes about a millisecond for an instruction of a generated
/// kernel, and several for an access to memory between barriers.
@Suite struct CompiledSizeTests {
  /// The SPIR-V that a device has kept in its folder; layout in `KernelFile`.
  private func kernels(in folder: TemporaryFolder) throws -> [(name: String, instructions: [Instruction])] {
    try folder.names(in: ".").filter { $0.hasSuffix(".kernel") }.map { name in
      let bytes = try folder.bytes(of: name)
      let words = bytes.withUnsafeBytes { raw in
        let source = Int(raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        return stride(from: 32 + source, to: raw.count, by: 4).map {
          raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self)
        }
      }
      return (name, try #require(Instruction.all(in: words)))
    }
  }

  @Test func kernelsOfATrainingStepAreShort() throws {
    let folder = try TemporaryFolder()
    let device = try TestDevice.make(cacheDirectory: folder.path)
    let module = try ModelDescription.separable().module(input: [1, 28, 28], outputs: 10)
    let network = try Network(module, on: device, seed: 1)
    let adam = try Adam(network)
    let x = try Variable([64, 1, 28, 28], on: device, label: "x")
    let y = try Variable([64], .int32, on: device, label: "y")
    _ = try device.record("step") { program in
      try program.pass("step") { graph in
        let random = Generator(seed: 1, counter: graph.constant(0, TensorType([], .uint32)))
        let loss = network(graph.read(x), mode: .training(random)).crossEntropy(graph.read(y))
        adam.step(network.gradient(of: loss), learningRate: graph.constant(1e-3, loss.type))
      }
    }
    let kernels = try kernels(in: folder)
    #expect(kernels.count > 20)
    for kernel in kernels {
      let count = { (opcodes: [UInt32]) in kernel.instructions.count { opcodes.contains($0.opcode) } }
      #expect(kernel.instructions.count <= 800, "\(kernel.name)")
      // OpControlBarrier, OpLoad, OpStore.
      if count([224]) > 0 { #expect(count([61, 62]) <= 96, "\(kernel.name)") }
    }
  }
}
