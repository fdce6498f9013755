import Foundation
import SPIRV
import ShaderCompiler
import TestSupport
import Testing

/// What is read from SPIR-V, against GLSL, spirv-dis and damaged modules.
@Suite struct ReflectionTests {
  private func words(_ name: String, debugInfo: Bool = true) throws -> [UInt32] {
    let file = "\(Tool.shaders)/\(name).comp"
    return try ShaderCompiler().compile(
      source: String(contentsOfFile: file, encoding: .utf8), file: file, debugInfo: debugInfo
    ).words
  }

  @Test func `A kernel's interface is that of its GLSL`() throws {
    let reflection = try Reflection(words("sort_rows"))
    #expect(reflection.version == "1.5")
    let entry = try #require(reflection.entryPoints.first)
    #expect(reflection.entryPoints.count == 1)
    #expect((entry.name, entry.stage) == ("main", "compute"))
    #expect(entry.workgroupSize == [1, 1, 1])
    #expect(entry.workgroupSizeConstants == [0, nil, nil])
    #expect(
      reflection.bindings.map {
        "\($0.set) \($0.binding) \($0.kind) \($0.access) \($0.name ?? "-") \($0.type)"
      }
        == ["0 0 storageBuffer read X uint[]", "0 1 storageBuffer write Y uint[]"])
    #expect(
      reflection.specializationConstants.map { "\($0.id) \($0.type) \($0.name ?? "-") \($0.defaultValue)" }
        == ["0 uint - 1", "1 uint TYPE 0", "2 uint DESCENDING 0", "3 uint SIZE 2"])
    #expect(reflection.pushConstants.first?.name == "p.rows")
    #expect(reflection.pushConstants.map(\.offset) == reflection.pushConstants.indices.map { UInt64(4 * $0) })
    #expect(reflection.pushConstantBytes == UInt64(4 * reflection.pushConstants.count))
    // Two arrays of SIZE words.
    #expect(reflection.sharedBytes == 16)
    #expect(reflection.capabilities == ["Shader"])
  }

  @Test func `Types, access, arrays of descriptors and sizes of all sorts`() throws {
    let source = """
      #version 450
      #extension GL_EXT_shader_16bit_storage : require
      #extension GL_EXT_shader_explicit_arithmetic_types : require
      layout(local_size_x = 8, local_size_y = 4) in;
      layout(constant_id = 4) const int SHIFT = -3;
      layout(constant_id = 5) const float SCALE = 0.5;
      layout(constant_id = 6) const bool ON = true;
      layout(constant_id = 7) const uint SIZE = 16;
      struct Pair { vec3 a; float b; };
      layout(push_constant) uniform Push { mat3 m; Pair pairs; double d; } p;
      layout(std430, set = 1, binding = 2) buffer A { uint total; Pair pairs[]; } a[2];
      layout(std140, binding = 3) uniform B { mat4x2 m; ivec2 v[3]; } b;
      layout(binding = 4, rgba8) uniform writeonly image2D i;
      layout(binding = 5) uniform usampler3D s;
      layout(std430, binding = 6) buffer H { float16_t h[]; };
      shared vec4 tile[SIZE * 2 + 1];
      void main() {
        tile[gl_LocalInvocationIndex] = vec4(SCALE) + float(SHIFT);
        a[0].pairs[0] = p.pairs;
        a[1].total = ON ? texelFetch(s, ivec3(0), 0).x : b.v[1].x;
        imageStore(i, ivec2(0), vec4(b.m[0], p.m[0].xy) + tile[0] + float(p.d));
        h[0] = h[1];
      }
      """
    let reflection = try Reflection(
      ShaderCompiler().compile(source: source, file: "all.comp", optimize: false, debugInfo: true).words)
    #expect(reflection.entryPoints[0].workgroupSize == [8, 4, 1])
    #expect(
      reflection.bindings.map { binding in
        "\(binding.set) \(binding.binding) \(binding.kind.rawValue), \(binding.access.rawValue), "
          + "\(binding.name ?? "-"), \(binding.type), \(binding.count.map(String.init) ?? "open")"
      } == [
        "0 3 uniform buffer, read, b, { mat4x2 m, ivec2[3] v }, 1",
        "0 4 storage image, write, i, image2D, 1",
        "0 5 combined image sampler, read, s, usampler3D, 1",
        "0 6 storage buffer, read and write, H, float16_t[], 1",
        "1 2 storage buffer, read and write, a, { uint total, Pair[] pairs }, 2",
      ])
    #expect(
      reflection.pushConstants.map {
        "\($0.name ?? "-") \($0.type) \($0.offset) \($0.size.map(String.init) ?? "open")"
      } == ["m mat3 0 48", "pairs.a vec3 48 12", "pairs.b float 60 4", "d double 64 8"])
    #expect(
      reflection.specializationConstants.map { "\($0.id) \($0.type) \($0.defaultValue)" }
        == ["4 int -3", "5 float 0.5", "6 bool true", "7 uint 16"])
    #expect(reflection.sharedBytes == 33 * 16)
    #expect(
      Set(reflection.capabilities).isSuperset(of: ["Shader", "Float64", "StorageBuffer16BitAccess"]))
  }

  /// Numbers, because optimised modules have no names.
  @Test func `All kernels are as spirv-dis shows them`() throws {
    let folder = try TemporaryFolder()
    for file in try Tool.shaderFiles() {
      let name = String(file.dropLast(5))
      let words = try words(name, debugInfo: false)
      let path = try folder.write(words.withUnsafeBytes { Array($0) }, to: "module.spv")
      let text = try disassembly(path)
      let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      func numbers(_ decoration: String) -> [UInt32] {
        lines.filter { $0.first == "OpDecorate" && $0[2] == decoration }.compactMap { UInt32($0[3]) }.sorted()
      }
      let reflection = try Reflection(words)
      #expect(reflection.bindings.map(\.binding) == numbers("Binding"), "\(name)")
      #expect(reflection.specializationConstants.map(\.id) == numbers("SpecId"), "\(name)")
      #expect(reflection.capabilities == lines.filter { $0.first == "OpCapability" }.map { $0[1] }, "\(name)")
      let readOnly = lines.filter { $0.first == "OpMemberDecorate" && $0.last == "NonWritable" }.map { $0[1] }
      #expect(
        reflection.bindings.count { $0.access == .read } == Set(readOnly).count, "\(name)")
    }
  }

  private func disassembly(_ path: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["spirv-dis", "--no-color", "--no-header", "--no-indent", path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    // Decorations come before types.
    return text.components(separatedBy: "OpTypeVoid")[0]
  }

  @Test(arguments: [true, false])
  func `A module that is cut short is refused`(debugInfo: Bool) throws {
    let whole = try words("sort_rows", debugInfo: debugInfo)
    for length in whole.indices {
      #expect(throws: ModuleError.self, "\(length)") { try Reflection(Array(whole[..<length])) }
    }
  }

  /// One to four words replaced, by any bits or by a word that stands elsewhere: read or refused.
  @Test func `Damaged modules are read or refused`() throws {
    let whole = try words("sort_rows")
    var refused = 0
    for seed in 0..<2000 {
      var (random, damaged) = (SeededRandom(UInt64(seed)), whole)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = damaged.indices.randomElement(using: &random) ?? 0
        damaged[place] =
          Bool.random(using: &random)
          ? UInt32.random(in: 0...UInt32.max, using: &random)
          : damaged.randomElement(using: &random) ?? 0
      }
      do throws(ModuleError) { _ = try Reflection(damaged) } catch { refused += 1 }
    }
    #expect((500..<2000).contains(refused))
  }

  @Test func `Types that contain themselves, and ids out of range`() throws {
    func error(_ instructions: [UInt32]...) -> ModuleError? {
      let words = instructions.flatMap { [UInt32($0.count) << 16 | $0[0]] + $0.dropFirst() }
      do throws(ModuleError) { _ = try Reflection([0x0723_0203, 0x1_0500, 0, 10, 0] + words) } catch {
        return error
      }
      return nil
    }
    // OpTypeStruct 1 of 1.
    #expect(
      error([30, 1, 1])?.description
        == "at byte 20: found id 1 in an instruction of opcode 30; expected a type that is defined before")
    // OpTypeRuntimeArray 2 of 3, OpTypeRuntimeArray 3 of 2.
    #expect(error([29, 2, 3], [29, 3, 2])?.found == "id 3 in an instruction of opcode 29")
    // OpTypeFloat 10, where ids are below 10, and 0.
    #expect(error([22, 10, 32])?.expected == "from 1 to below the header's bound, 10")
    #expect(error([22, 0, 32])?.found == "id 0 in an instruction of opcode 22")
    #expect(
      error([22, 1, 32], [22, 1, 32])?.found == "id 1 for the second time in an instruction of opcode 22")
    // OpTypeInt without its operands.
    #expect(error([21, 1])?.expected == "at least 3")
    // OpEntryPoint of a function that isn't there.
    #expect(error([15, 5, 4, 0])?.expected == "a function of the module")
    #expect(error()?.found == "no entry point")
  }

  /// Each struct holds the one before it twice: 2⁶⁰ fields.
  @Test func `Structs of structs don't take for ever`() throws {
    var words: [UInt32] = [0x0723_0203, 0x1_0500, 0, 100, 0, 5 << 16 | 15, 5, 90, 0x6E69_616D, 0]
    words += [3 << 16 | 22, 1, 32, 4 << 16 | 30, 2, 1, 1]
    for id in UInt32(3)..<63 { words += [4 << 16 | 30, id, id - 1, id - 1] }
    words += [4 << 16 | 32, 70, 9, 62, 4 << 16 | 59, 70, 71, 9]
    words += [5 << 16 | 54, 80, 90, 0, 81, 1 << 16 | 56]
    let reflection = try Reflection(words)
    #expect(reflection.pushConstants.count == 512)
    #expect(reflection.pushConstants.allSatisfy { $0.type.utf8.count <= 160 })
  }
}
