import Bundles
import Foundation
import Kernels
import Learning
import Recording
import Reinforcement
import SPIRV
import ShaderCompiler
import Tensors
import TestSupport
import Testing
import Vulkan

@testable import reprise_glslc

/// Files that are not what they should be: each is refused by a typed error or loaded, none ends the process.
///
/// `REPRISE_FUZZ=20000 Tools/test --sanitize --filter FuzzTests` tries so many files of each kind, with the address
/// sanitizer; without it a few, in the usual run. `REPRISE_FUZZ_SEED` chooses others.
@Suite(.timeLimit(.minutes(60))) struct FuzzTests {
  private static let variables = ProcessInfo.processInfo.environment
  private static let count = variables["REPRISE_FUZZ"].flatMap { Int($0) } ?? 300
  private static let seed = variables["REPRISE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

  /// Loads damaged copies of a corpus; returns how many were refused.
  private func damage(_ corpus: [[UInt8]], load: ([UInt8]) throws -> Void) throws {
    // What isn't damaged loads, or the loader's refusals would mean nothing.
    for file in corpus { try load(file) }
    var mutator = Mutator(seed: Self.seed)
    var refused = 0
    for number in 0..<Self.count {
      do {
        try load(mutator.mutated(corpus[number % corpus.count], corpus: corpus))
      } catch {
        #expect(!"\(error)".isEmpty)
        refused += 1
      }
    }
    #expect(refused > Self.count / 4)
  }

  /// Bytes with the length and the hash that a bundle's header has to have, so that what lies behind it is reached.
  private func repaired(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 32 else { return bytes }
    var bytes = bytes
    func put(_ number: UInt64, at place: Int) {
      withUnsafeBytes(of: number.littleEndian) { raw in
        for index in 0..<8 { bytes[place + index] = raw[index] }
      }
    }
    put(UInt64(bytes.count), at: 16)
    put(bytes[32...].withUnsafeBytes { fnv1a($0) }, at: 24)
    return bytes
  }

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
    try damage(corpus) { bytes in _ = try KernelBundle(bytes: bytes, file: "a.reprise") }
    try damage(corpus) { bytes in
      let bundle = try KernelBundle(bytes: repaired(bytes), file: "a.reprise")
      if bundle.kind == .environment { _ = try BundledEnvironment(bundle, file: "a.reprise") }
    }
  }

  @Test func environments() throws {
    let corpus = [try environment().encoded()]
    try damage(corpus) { bytes in
      let bundle = try KernelBundle(bytes: repaired(bytes), file: "a.reprise")
      let environment = try BundledEnvironment(bundle, file: "a.reprise")
      #expect(environment.parameters.allSatisfy { Float($0.value).isFinite })
    }
  }

  @Test func modules() throws {
    let corpus = [Kernel.ringAppend, .stepCartpole, .sortRows, .rolloutPendulum].map { kernel in
      kernel.words.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) }
    }
    try damage(corpus) { bytes in
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
    try damage([Array(try Data(contentsOf: file)), Array(discrete.utf8)]) { bytes in
      _ = try EnvironmentHeader(of: String(decoding: bytes, as: UTF8.self), file: "a.glsl")
    }
  }

  @Test func safetensors() throws {
    let tensors = Safetensors(
      tensors: [
        "weight": .init(TensorType([2, 3]), [Float](repeating: 1, count: 6)),
        "step": .init(TensorType([], .int32), [Int32(7)]), "none": .init(TensorType([0, 4]), [Float]()),
      ], metadata: ["algorithm": "ppo"])
    try damage([tensors.encoded()]) { bytes in _ = try Safetensors(bytes: bytes, file: "a.safetensors") }
  }
}
