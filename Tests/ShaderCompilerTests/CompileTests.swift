import ShaderCompiler
import TestSupport
import Testing

/// y = x · FACTOR for the first `limit` elements.
let scale = """
  #version 450
  layout(local_size_x_id = 0) in;
  layout(constant_id = 3) const uint limit = 4;
  layout(std430, binding = 0) readonly buffer X { float x[]; };
  layout(std430, binding = 1) writeonly buffer Y { float y[]; };
  #ifndef FACTOR
  #define FACTOR 2
  #endif
  void main() {
    uint i = gl_GlobalInvocationID.x;
    if (i < limit) y[i] = x[i] * FACTOR;
  }
  """

@Suite struct CompileTests {
  let compiler: ShaderCompiler

  init() throws {
    compiler = try ShaderCompiler()
  }

  @Test func `SPIR-V 1.5 comes out`() throws {
    let words = try compiler.compile(source: scale, file: "scale.comp").words
    #expect(words.first == 0x0723_0203)
    #expect(words[1] == 0x0001_0500)
    #expect(SpirV(words: words).count(opcode: 15) == 1)
  }

  @Test(arguments: [true, false])
  func `Specialization constants survive`(optimize: Bool) throws {
    let words = try compiler.compile(source: scale, file: "scale.comp", optimize: optimize).words
    #expect(SpirV(words: words).specializationIds == [0, 3])
    // OpExecutionModeId, which would be LocalSizeId.
    #expect(SpirV(words: words).count(opcode: 331) == 0)
  }

  @Test func `The same input gives the same words, whatever the file is called`() throws {
    let first = try compiler.compile(source: scale, file: "scale.comp")
    #expect(try compiler.compile(source: scale, file: "scale.comp") == first)
    #expect(try ShaderCompiler().compile(source: scale, file: "/elsewhere/s.comp") == first)
  }

  @Test func `Macros are defined before the first line`() throws {
    let two = try compiler.compile(source: scale, file: "scale.comp", macros: [("FACTOR", "2")])
    let three = try compiler.compile(source: scale, file: "scale.comp", macros: [("FACTOR", "3")])
    #expect(try two == compiler.compile(source: scale, file: "scale.comp"))
    #expect(three != two)
    let flag =
      "#version 450\nlayout(local_size_x = 1) in;\n#ifndef FLAG\n#error no flag\n#endif\nvoid main() {}"
    _ = try compiler.compile(source: flag, file: "flag.comp", macros: [("FLAG", nil)])
    #expect(throws: ShaderError.self) { try compiler.compile(source: flag, file: "flag.comp") }
  }

  @Test func `Optimizing shrinks and debug information names the file`() throws {
    let plain = try compiler.compile(source: scale, file: "scale.comp", optimize: false).words
    #expect(try compiler.compile(source: scale, file: "scale.comp").words.count < plain.count)
    let debug = try compiler.compile(source: scale, file: "scale.comp", debugInfo: true).words
    #expect(SpirV(words: debug).count(opcode: 7) > 0)
    #expect(try SpirV(words: compiler.compile(source: scale, file: "scale.comp").words).count(opcode: 7) == 0)
  }

  @Test func `Includes come from beside the file, then from the include paths, and are listed once`() throws {
    let folder = try TemporaryFolder()
    try folder.write("float one() { return 1.0; }", to: "main/one.glsl")
    try folder.write("wrong", to: "first/one.glsl")
    try folder.write("#include \"sub/three.glsl\"\nfloat two() { return three(); }", to: "first/two.glsl")
    try folder.write("wrong", to: "second/two.glsl")
    try folder.write(
      "#ifndef G\n#define G\nfloat three() { return 3.0; }\n#endif", to: "first/sub/three.glsl")
    let source = """
      #version 450
      #include "one.glsl"
      #include <two.glsl>
      #include "sub/three.glsl"
      layout(local_size_x = 1) in;
      layout(std430, binding = 0) buffer Y { float y[]; };
      void main() { y[0] = one() + two() + three(); }
      """
    let shader = try compiler.compile(
      source: source, file: "\(folder.path)/main/in_memory.comp",
      includePaths: ["\(folder.path)/first", "\(folder.path)/second/"])
    #expect(
      shader.includes
        == ["main/one.glsl", "first/two.glsl", "first/sub/three.glsl"].map { "\(folder.path)/\($0)" })
  }

  @Test func `One compiler serves many threads`() async throws {
    let expected = try (0..<8).map {
      try compiler.compile(source: scale, file: "scale.comp", macros: [("FACTOR", "\($0)")])
    }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<64 {
        group.addTask { [compiler] in
          try compiler.compile(source: scale, file: "scale.comp", macros: [("FACTOR", "\(index % 8)")])
            == expected[index % 8]
        }
      }
      for try await isEqual in group { #expect(isEqual) }
    }
  }
}
