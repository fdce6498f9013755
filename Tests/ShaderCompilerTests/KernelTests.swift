import Foundation
import Kernels
import ShaderCompiler
import TestParameters
import Testing

@Suite struct KernelTests {
  private let folder = URL(filePath: #filePath).deletingLastPathComponent().path

  @Test func `The plugin's kernel holds what the compiler gives`() throws {
    let file = "\(folder)/Shaders/affine_step.comp"
    let shader = try ShaderCompiler().compile(
      source: String(contentsOfFile: file, encoding: .utf8), file: file, includePaths: [folder])
    #expect(Kernel.affineStep == Kernel(name: "affine_step", words: shader.words))
    #expect(Kernel.affineStep.words == shader.words)
    #expect(
      Set(shader.includes.map { ($0 as NSString).lastPathComponent }) == [
        "affine.glsl", "affine.h", "types.h",
      ])
  }

  @Test func `A struct has one layout in GLSL and in Swift`() throws {
    let expected = [
      \AffineParameters.count, \AffineParameters.scale, \AffineParameters.shift, \AffineParameters.offset,
    ].map { MemoryLayout<AffineParameters>.offset(of: $0) }
    let offsets = SpirV(words: Kernel.affineStep.words).memberOffsets.values.filter { $0.count == 4 }
    #expect(offsets.count == 1)
    #expect(offsets.first?.sorted { $0.key < $1.key }.map { Int($0.value) } == expected)
    #expect(AffineParameters(count: UInt32.max, scale: 1, shift: -1, offset: 0).count == UInt32.max)
  }

  @Test func `Kernels are equal by name and words`() {
    let kernel = Kernel(name: "k", words: [1, 2])
    #expect(kernel == Kernel(name: "k", words: [1, 2]))
    #expect(kernel != Kernel(name: "l", words: [1, 2]))
    #expect(kernel != Kernel(name: "k", words: [2, 1]))
    #expect(Set([kernel, Kernel(name: "k", words: [1, 2]), Kernel(name: "k", words: [1])]).count == 2)
  }

  @Test(arguments: 0..<9)
  func `Base64 returns the words it was given`(count: Int) {
    let words = (0..<UInt32(count)).map { $0 &* 0x9e37_79b9 ^ 0x89ab_cdef }
    let text = KernelEmbedding.base64(words)
    let data = words.reduce(into: Data()) { data, word in
      withUnsafeBytes(of: word.littleEndian) { data.append(contentsOf: $0) }
    }
    #expect(text == data.base64EncodedString())
    #expect(decode(text) == words)
  }

  @Test(arguments: ["AAAA", "AAAAAA", "AAAAAA=", "AAA*AA==", "====", "AAAA AA=", "AAAAAA==AAAAAA=="])
  func `Other text is not base64 of words`(text: String) {
    #expect(decode(text) == nil)
  }

  @Test func `File names become Swift names`() throws {
    let names = ["matmul", "cartpole_rollout", "matmul_4x4_tn", "default"]
    let identifiers = try names.map { try KernelEmbedding(name: $0, words: [], file: "f").identifier }
    #expect(identifiers == ["matmul", "cartpoleRollout", "matmul4x4Tn", "default"])
    for name in ["Matmul", "4x4", "a-b", "a__b", "_a", "a_", "", "é"] {
      #expect(throws: ShaderError.self) { try KernelEmbedding(name: name, words: [], file: "f") }
    }
  }

  private func decode(_ text: String) -> [UInt32]? {
    Array(text.utf8).withUnsafeBufferPointer { Kernel.words(base64: $0) }
  }
}
