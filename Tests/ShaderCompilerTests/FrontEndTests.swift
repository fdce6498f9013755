import Foundation
import KernelParameters
import Kernels
import SPIRV
import ShaderCompiler
import TestSupport
import Testing
import Vulkan

/// glslang beside libshaderc.
@Suite struct FrontEndTests {
  private func kernel(_ name: String, _ frontEnd: FrontEnd) throws -> Kernel {
    let file = "\(Tool.shaders)/\(name).comp"
    let shader = try ShaderCompiler().compile(
      source: String(contentsOfFile: file, encoding: .utf8), file: file, includePaths: [Tool.shaders],
      frontEnd: frontEnd)
    return Kernel(name: name, words: shader.words)
  }

  @Test func `All kernels are valid and alike from both`() throws {
    let tool = try Tool()
    let result = try tool.run("compare", Tool.shaders)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "\(try Tool.shaderFiles().count) shaders are alike from both front ends.\n")
  }

  /// GLSL's built-in limits are those of the front end.
  @Test func `What differs is said`() throws {
    let tool = try Tool()
    try tool.folder.write(
      """
      #version 450
      layout(local_size_x = 1) in;
      layout(std430, binding = 0) buffer Y { float y[]; };
      shared float tile[gl_MaxComputeUniformComponents];
      void main() { y[0] = tile[0]; }
      """, to: "limit.comp")
    let result = try tool.run("compare", "limit.comp")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        limit.comp: error: only shaderc's module has shared memory: 2048 bytes
        limit.comp: error: only glslang's module has shared memory: 4096 bytes

        """)
  }

  @Test func `Errors name file and line, in includes too`() throws {
    let folder = try TemporaryFolder()
    let include = try folder.write("\n\nfloat f() { return y; }", to: "broken.glsl")
    let error = try #require(throws: ShaderError.self) {
      try ShaderCompiler().compile(
        source: "#version 450\nlayout(local_size_x = 1) in;\n#include \"broken.glsl\"\nvoid main() { z; }",
        file: "a b.comp", includePaths: [folder.path], frontEnd: .glslang)
    }
    #expect(
      error.description == """
        \(include):3: error: 'y' : undeclared identifier
        a b.comp:4: error: 'z' : undeclared identifier
        """)
  }

  @Test func `A warning is an error, unless it is allowed`() throws {
    let source = """
      #version 450
      #extension GL_REPRISE_absent : enable
      layout(local_size_x = 1) in;
      void main() {}
      """
    for frontEnd in FrontEnd.allCases {
      let compiler = try ShaderCompiler()
      let error = try #require(throws: ShaderError.self) {
        try compiler.compile(source: source, file: "a.comp", frontEnd: frontEnd)
      }
      #expect(
        error.description == "a.comp:2: error: '#extension' : extension not supported: GL_REPRISE_absent")
      let shader = try compiler.compile(
        source: source, file: "a.comp", frontEnd: frontEnd, warningsAsErrors: false)
      #expect(
        shader.warnings.map(\.description)
          == ["a.comp:2: warning: '#extension' : extension not supported: GL_REPRISE_absent"])
    }
  }

  @Test(arguments: FrontEnd.allCases)
  func `Macros, optimisation, names and the target arrive`(frontEnd: FrontEnd) throws {
    func words(
      _ macro: String? = nil, optimize: Bool = true, debugInfo: Bool = false,
      _ target: ShaderTarget = .vulkan12
    )
      throws -> [UInt32]
    {
      try ShaderCompiler().compile(
        source: scale, file: "scale.comp", macros: macro.map { [("FACTOR", $0)] } ?? [], optimize: optimize,
        debugInfo: debugInfo, target: target, frontEnd: frontEnd
      ).words
    }
    #expect(try words("7") != words("8"))
    #expect(try words(optimize: false).count > words().count)
    #expect(try SpirV(words: words(debugInfo: true)).count(opcode: 5) > 0)
    #expect(try SpirV(words: words()).count(opcode: 5) == 0)
    #expect(try words()[1] == 0x1_0500)
    #expect(try words(nil, .vulkan13)[1] == 0x1_0600)
    #expect(validationError(of: try words(nil, .vulkan13), target: .vulkan13) == nil)
    #expect(validationError(of: try words(nil, .vulkan13), target: .vulkan12) != nil)
  }

  /// `Tools/test --front-end glslang` runs every test with its kernels.
  @Test func `Kernels give the same bits from both`() throws {
    let rows = RowsParameters(rows: 37, columns: 19, inputOffset: 3, secondOffset: 5, outputOffset: 2)
    let sort = SortParameters(
      rows: 37, columns: 19, chunk: 0, chunks: 0, shift: 0, inputOffset: 3, outputOffset: 2)
    let cases: [(kernel: Kernel, parameters: [UInt8], specialization: [UInt32])] = [
      (.logSoftmax, withUnsafeBytes(of: rows) { Array($0) }, [32]),
      (.logSoftmaxBackward, withUnsafeBytes(of: rows) { Array($0) }, [32]),
      (.sortRows, withUnsafeBytes(of: sort) { Array($0) }, [8, 0, 1, 32]),
    ]
    for (kernel, parameters, specialization) in cases {
      let kernels = try FrontEnd.allCases.map { try self.kernel(kernel.name, $0) }
      #expect(kernels[0].words != kernels[1].words)
      let results = try kernels.map { try run($0, parameters, specialization) }
      #expect(results[0] == results[1], "\(kernel.name)")
      #expect(Set(results[0]).count > 100, "\(kernel.name)")
    }
  }

  /// What a kernel leaves in its last buffer, which begins with the same random floats as the others.
  private func run(_ kernel: Kernel, _ parameters: [UInt8], _ specialization: [UInt32]) throws -> [UInt32] {
    let device = TestDevice.shared
    let count = try Reflection(kernel.words).bindings.count
    var random = SeededRandom(7)
    let buffers = try (0..<count).map { index in
      let buffer = try device.makeBuffer(bytes: 4096, label: "\(index)")
      let values = random.values(1024).map { Float($0) }
      try values.withUnsafeBytes { try device.upload($0, to: buffer) }
      return buffer
    }
    let pipeline = try device.pipeline(
      words: kernel.words, name: kernel.name, bindings: count, pushConstantBytes: parameters.count,
      specialization: specialization)
    let pool = try DescriptorPool(device, sets: 1, bindings: count)
    let set = try pool.allocate(pipeline, buffers.map { ($0, 0, $0.byteCount) })
    let commands = try CommandBuffer(device, label: kernel.name)
    try commands.begin()
    commands.bind(pipeline)
    commands.bind(set)
    parameters.withUnsafeBytes { commands.push(constants: $0) }
    commands.dispatch(37)
    commands.barrier()
    try commands.end()
    let timeline = try Timeline(device, label: kernel.name)
    try device.submit([commands], signal: 1, on: timeline)
    try timeline.wait(until: 1)
    var words = [UInt32](repeating: 0, count: 1024)
    try words.withUnsafeMutableBytes { try device.download(from: buffers[count - 1], into: $0) }
    return words
  }
}
