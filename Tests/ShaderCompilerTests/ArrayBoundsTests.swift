import SPIRV
import ShaderCompiler
import TestSupport
import Testing

/// Indices that are compared with the lengths of their arrays; `EnvironmentToolTests` run what comes of it.
@Suite struct ArrayBoundsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func compile(_ body: String) throws -> [UInt32] {
    try ShaderCompiler().compile(
      source: """
        #version 450
        layout(local_size_x = 8) in;
        layout(std430, binding = 0) buffer A { int a[]; };
        struct Row { float cells[3]; vec4 last[2]; };
        bool indexOutOfRange = false;
        void main() { \(body) }
        """, file: "bounds.comp", optimize: false
    ).words
  }

  private func count(_ opcode: UInt32, in words: [UInt32]) -> Int {
    SpirV(words: words).count(opcode: opcode)
  }

  @Test func everyIndexThatIsNotKnownIsCompared() throws {
    let words = try compile(
      """
      Row rows[5];
      const int table[4] = int[](1, 2, 3, 4);
      uint u = uint(a[0]);
      rows[a[1]].cells[u] = 1.0;
      rows[2].last[u][a[2]] = 2.0;
      a[a[3]] = int(rows[u].cells[2]) + table[a[4]] + int(indexOutOfRange);
      """)
    let checked = try #require(ArrayBounds.checked(words))
    // rows twice, cells, last and a component of it, table; not the buffer, which has no length.
    #expect(count(176, in: checked) == 6)
    #expect(count(169, in: checked) == count(169, in: words) + 6)
    try expectValid(checked, "checked", in: folder)
    try expectValid(try ShaderCompiler.optimized(checked, file: "bounds.comp"), "optimized", in: folder)
  }

  @Test func whatIsKnownIsLeftAlone() throws {
    let words = try compile(
      "float known[4]; known[3] = float(a[2]); a[0] = int(known[3]) + int(indexOutOfRange);")
    let checked = try #require(ArrayBounds.checked(words))
    #expect(checked == words)
    #expect(ArrayBounds.checked(Array(words.dropLast(3))) == nil)
    #expect(ArrayBounds.checked([1, 2, 3]) == nil)
    let without = try ShaderCompiler().compile(
      source: "#version 450\nlayout(local_size_x = 1) in;\nvoid main() {}\n", file: "without.comp",
      optimize: false)
    #expect(ArrayBounds.checked(without.words) == nil)
  }

  @Test func whatIsNoModuleIsNotOptimized() throws {
    #expect(throws: ShaderError.self) {
      try ShaderCompiler.optimized([0x0723_0203, 1, 2, 3, 4, 5], file: "a")
    }
    #expect(throws: ShaderError.self) { try ShaderCompiler.optimized([], file: "a") }
  }
}
