import Bundles
import Foundation
import Kernels
import Learning
import Reinforcement
import SPIRV
import ShaderCompiler
import Tensors
import Testing

@testable import reprise_glslc

/// Files that are not what they should be: each is refused by a typed error or loaded, none ends the process.
@Suite(.timeLimit(.minutes(60))) struct FuzzTests {
  private func environment() throws -> KernelBundle {
    let manifest = EnvironmentManifest(
      name: "point", stateSize: 2, observationSize: 2, actionSpace: .box(low: [-1], high: [1]),
      maximumSteps: 10,
      parameters: [EnvironmentParameter("mass", 1, unit: "kg")])
    // Small modules: what the kernels hold is another test's.
    let kernel = Kernel(name: "rollout", words: Kernel.ringAppend.words)
    return BundledEnvironment(
      manifest, kernels: EnvironmentKernels(rollout: kernel, explore: kernel, step: kernel)
    ).bundle
  }

  @Test func bundles() throws {
    let kernels = KernelBundle(
      .kernels, kernels: [Kernel(name: "a", words: Kernel.ringAppend.words)], data: ["b": [1, 2, 3]],
      contents: ["c": [1, 2]])
    let corpus = [kernels.encoded(), try environment().encoded()]
    try Damage.load(corpus) { bytes in _ = try KernelBundle(bytes: bytes, file: "a.reprise") }
    try Damage.load(corpus) { bytes in
      let bundle = try KernelBundle(bytes: Damage.repaired(bytes), file: "a.reprise")
      if bundle.kind == .environment { _ = try BundledEnvironment(bundle, file: "a.reprise") }
    }
  }

  @Test func environments() throws {
    let corpus = [try environment().encoded()]
    try Damage.load(corpus) { bytes in
      let bundle = try KernelBundle(bytes: Damage.repaired(bytes), file: "a.reprise")
      let environment = try BundledEnvironment(bundle, file: "a.reprise")
      #expect(environment.parameters.allSatisfy { Float($0.value).isFinite })
    }
  }

  @Test func modules() throws {
    let corpus = [Kernel.ringAppend, .stepCartpole, .sortRows, .rolloutPendulum].map { kernel in
      kernel.words.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) }
    }
    try Damage.load(corpus) { bytes in
      let words = bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self) }
      }
      _ = BufferAddresses.rewrite(words, offset: 64, bindings: 8)
      _ = ArrayBounds.checked(words)
      _ = try Reflection(words)
    }
  }

  @Test func environmentHeaders() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Tools/Examples/point_mass/point_mass.glsl").standardized
    let discrete =
      "/* environment\nname: a\nstate_size: 1\nobservation_size: 1\naction_space: {multi_discrete: [2, 3]}\nmax_episode_steps: 5\n*/\n"
    try Damage.load([Array(try Data(contentsOf: file)), Array(discrete.utf8)]) { bytes in
      _ = try EnvironmentHeader(of: String(decoding: bytes, as: UTF8.self), file: "a.glsl")
    }
  }

  @Test func safetensors() throws {
    let tensors = Safetensors(
      tensors: [
        "weight": .init(TensorType([2, 3]), [Float](repeating: 1, count: 6)),
        "step": .init(TensorType([], .int32), [Int32(7)]), "none": .init(TensorType([0, 4]), [Float]()),
      ], metadata: ["algorithm": "ppo"])
    try Damage.load([tensors.encoded()]) { bytes in _ = try Safetensors(bytes: bytes, file: "a.safetensors") }
  }
}
