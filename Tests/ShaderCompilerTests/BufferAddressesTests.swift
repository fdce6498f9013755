import Foundation
import SPIRV
import ShaderCompiler
import TestSupport
import Testing

/// Kernels whose buffers are reached by address.
@Suite struct BufferAddressesTests {
  private static let shaders = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Shaders").standardized.path

  private func compile(_ source: String, _ name: String) throws -> [UInt32] {
    try ShaderCompiler().compile(source: source, file: name, includePaths: [Self.shaders]).words
  }

  /// All but those that wait for each other in a workgroup, whose loads llvmpipe compiles for minutes without branches.
  @Test func everyKernelIsValidByAddress() throws {
    let folder = try TemporaryFolder()
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.shaders)
      .filter { $0.hasSuffix(".comp") }.sorted()
    #expect(files.count > 50)
    var (kept, waits): (Set<String>, Set<String>) = ([], [])
    for file in files {
      let source = try String(contentsOfFile: "\(Self.shaders)/\(file)", encoding: .utf8)
      let words = try compile(source, "\(Self.shaders)/\(file)")
      if SpirV(words: words).count(opcode: 224) > 0 { waits.insert(file) }
      guard let rewritten = BufferAddresses.rewrite(words, offset: 128, bindings: 16) else {
        kept.insert(file)
        continue
      }
      // No variable of the class StorageBuffer is left.
      #expect(
        !SpirV(words: rewritten).instructions.contains {
          $0.opcode == 59 && $0.operands.dropFirst(2).first == 12
        })
      try expectValid(rewritten, file, in: folder)
    }
    #expect(kept == waits.union(["rendezvous.comp"]))
  }

  /// What the project's kernels don't do: no push constants, vectors of two and three, matrices, functions that aren't inlined.
  @Test func otherShadersAreValidByAddress() throws {
    let folder = try TemporaryFolder()
    let source = """
      #version 450
      layout(local_size_x = 8) in;
      struct Pair { vec3 a; float b; };
      layout(std430, binding = 0) readonly buffer A { vec2 a[]; };
      layout(std430, binding = 1) readonly buffer B { ivec3 b[]; };
      layout(std430, binding = 2) buffer C { Pair c[]; };
      layout(std430, binding = 3) buffer D { uint total; mat3x2 d[]; };
      void main() {
        uint i = gl_GlobalInvocationID.x;
        c[i].a = vec3(a[i], float(b[i].z));
        c[i].b = d[i][1].x;
        d[i + 1] = d[i];
        atomicAdd(total, 1u);
      }
      """
    let words = try compile(source, "other.comp")
    try expectValid(
      try #require(BufferAddresses.rewrite(words, offset: 0, bindings: 4)), "other", in: folder)
  }

  @Test func whatCannotBeReachedByAddressKeepsItsDescriptors() throws {
    func rewritten(_ declaration: String, _ body: String, bindings: Int = 1) throws -> [UInt32]? {
      let words = try compile(
        """
        #version 450
        layout(local_size_x = 8) in;
        layout(std430, binding = 0) \(declaration) buffer A { uint a[]; };
        void main() { \(body) }
        """, "kept.comp")
      return BufferAddresses.rewrite(words, offset: 0, bindings: bindings)
    }
    #expect(try rewritten("", "a[0] = 1;") != nil)
    #expect(try rewritten("", "a[0] = a.length();") == nil)
    let half = "#version 450\n#extension GL_EXT_shader_16bit_storage : require\nlayout(local_size_x = 8) in;"
    let halves = "layout(std430, binding = 0) buffer A { float16_t a[]; }; void main() { a[0] = a[1]; }"
    #expect(
      BufferAddresses.rewrite(try compile("\(half)\n\(halves)", "half.comp"), offset: 0, bindings: 1) == nil)
    #expect(try rewritten("coherent", "a[0] = 1;") == nil)
    #expect(try rewritten("", "a[0] = 1; barrier(); a[1] = a[0];") == nil)
    // The dispatch has no such binding.
    #expect(try rewritten("", "a[0] = 1;", bindings: 0) == nil)
    #expect(BufferAddresses.rewrite([1, 2, 3], offset: 0, bindings: 1) == nil)
    #expect(BufferAddresses.rewrite([0x0723_0203, 0, 0, 9, 0, 0], offset: 0, bindings: 1) == nil)
  }
}
