import SPIRV
import ShaderCompiler
import Testing

/// What a kernel asks of a pipeline, by the constants that it is given.
@Suite struct KernelDemandsTests {
  private func words(_ declarations: String, _ body: String, optimize: Bool = true) throws -> [UInt32] {
    try ShaderCompiler().compile(
      source: """
        #version 450
        #extension GL_EXT_control_flow_attributes : require
        layout(local_size_x_id = 0, local_size_y = 2) in;
        layout(constant_id = 1) const uint N = 4u;
        layout(std430, binding = 0) buffer A { float a[]; };
        \(declarations)
        void main() { \(body) }
        """, file: "demands.comp", optimize: optimize
    ).words
  }

  private func size(_ words: [UInt32], _ n: UInt32) throws -> UInt64 {
    try KernelDemands(words, specialization: [8, n]).compiledSize
  }

  @Test func `Sizes are those of the constants that are given`() throws {
    let words = try words(
      "shared vec4 tile[N * 2u + 1u];",
      "float own[N % 100u]; own[uint(a[0])] = a[1]; tile[uint(a[1])] = vec4(own[uint(a[2])]); a[3] = tile[uint(a[4])].x;",
      optimize: false)
    for (n, shared, own) in [(4, 144, 16), (1199, 38_384, 396)] as [(UInt32, UInt64, UInt64)] {
      let demands = try KernelDemands(words, specialization: [16, n])
      #expect(demands.workgroup == [16, 2, 1])
      #expect(demands.sharedBytes == shared && demands.shared.largest.contains("tile, vec4[\(2 * n + 1)]"))
      #expect(demands.ownBytes == own && demands.own.largest == "own, float[\(n % 100)], of \(own) bytes")
    }
    #expect(try KernelDemands(words, specialization: []).sharedBytes == 144)
    #expect(throws: ModuleError.self) { try KernelDemands(words, specialization: [16, 100]) }
  }

  @Test func `Loops that ask for it count as often as they run`() throws {
    let (round, loop) = ("a[i] = a[i + N] * 2.0;", "for (uint i = 0u; i < N; i++)")
    let once = try words("", "[[unroll]] \(loop) { \(round) }")
    let step = try size(once, 1001) - size(once, 1)
    #expect(step >= 1000 * 5 && step < 1000 * 30)
    #expect(try size(once, 2001) - size(once, 1001) == step)
    let kept = try words("", "\(loop) { \(round) }")
    #expect(try size(kept, 2001) == size(kept, 1))
    let nested = try words(
      "", "[[unroll]] \(loop) { [[unroll]] for (uint j = 0u; j < N; j++) a[j] = a[i + j] * 2.0; }")
    #expect(try size(nested, 1000) > 1_000_000 * 5)
    let fours = try words("", "[[unroll]] for (uint i = 0u; i < N; i += 4u) { \(round) }")
    #expect(try size(fours, 4001) - size(fours, 1) <= step + 100)
    #expect(try size(once, .max) > KernelDemands.mostInstructions)
    let endless = try words(
      "",
      "[[unroll]] \(loop) [[unroll]] for (uint j = 0u; j < N; j++) [[unroll]] for (uint k = 0u; k < N; k++) a[k] = a[i + j];"
    )
    #expect(try size(endless, .max) == .max)
  }

  @Test func `Functions count as often as they are called`() throws {
    let chain = (1...20).map { "void f\($0)() { f\($0 - 1)(); f\($0 - 1)(); }" }.joined(separator: "\n")
    let words = try words("void f0() { a[0] += 1.0; }\n\(chain)", "f20();", optimize: false)
    #expect(try size(words, 1) > 1 << 20)
    // All call what the last one calls, which so calls itself.
    var circle = words
    let calls = SpirV(words: words).instructions.filter { $0.opcode == 57 }.map { $0.operands.startIndex + 2 }
    for call in calls { circle[call] = words[try #require(calls.last)] }
    #expect(throws: ModuleError.self) { try KernelDemands(circle, specialization: []) }
  }

  @Test func `Other modules than compute shaders of storage buffers are refused`() throws {
    func error(_ words: [UInt32]) -> ModuleError? {
      do throws(ModuleError) { _ = try KernelDemands(words, specialization: []) } catch { return error }
      return nil
    }
    #expect(error(try words("", "a[0] = 1.0;")) == nil)
    #expect(
      error(try words("layout(binding = 1) uniform B { float b; };", "a[0] = b;"))?.found.contains("class 2")
        ?? false)
    #expect(
      error(try words("layout(std430, set = 1, binding = 1) buffer B { float b; };", "a[0] = b;"))?.found
        .contains("another set") ?? false)
    var later = try words("", "a[0] = 1.0;")
    later[1] = 0x1_0600
    #expect(error(later)?.found == "SPIR-V 1.6")
    // OpExecutionModeId, LocalSizeId, of three ids.
    var sized = try words("", "a[0] = 1.0;")
    let mode = try #require(SpirV(words: sized).instructions.first { $0.opcode == 16 })
    sized[mode.operands.startIndex - 1] = 6 << 16 | 331
    sized[mode.operands.startIndex + 1] = 38
    #expect(error(sized) != nil)
  }
}
