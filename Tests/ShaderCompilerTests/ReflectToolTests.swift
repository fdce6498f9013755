import Bundles
import Foundation
import Kernels
import TestSupport
import Testing

/// `reprise-glslc reflect`.
@Suite struct ReflectToolTests {
  private let tool: Tool

  init() throws {
    tool = try Tool()
    try tool.folder.write(scale, to: "scale.comp")
  }

  @Test func `GLSL has names, an optimised module numbers alone`() throws {
    let source = try tool.run("reflect", "scale.comp")
    #expect(source.status == 0, "\(source.errors)")
    #expect(
      source.output == """
        scale.comp: SPIR-V 1.5
          entry point main: compute, workgroup size 1 (constant 0) × 1 × 1
          set 0, binding 0: storage buffer X, read, float[]
          set 0, binding 1: storage buffer Y, write, float[]
          specialization constant 0: uint = 1
          specialization constant 3: uint limit = 4
          shared memory: 0 bytes
          capability Shader

        """)
    #expect(try tool.run("build", "scale.comp", "-o", ".").status == 0)
    let module = try tool.run("reflect", "scale.spv")
    #expect(module.output.contains("set 0, binding 1: storage buffer, write, float[]\n"))
  }

  @Test func `Each kernel of a bundle, as JSON`() throws {
    let bundle = KernelBundle(.kernels, kernels: [.logSoftmax, .sortRows], contents: [String]())
    try bundle.write(to: "\(tool.folder.path)/two.reprise")
    let result = try tool.run("reflect", "two.reprise", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let kernels = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    #expect(kernels.map { $0["kernel"] as? String } == ["log_softmax", "sort_rows"])
    #expect(
      (kernels[1]["bindings"] as? [[String: Any]])?.map { $0["access"] as? String } == ["read", "write"])
    #expect((kernels[1]["specializationConstants"] as? [Any])?.count == 4)
  }

  @Test func `What can't be read says where and why`() throws {
    try tool.folder.write([1, 2, 3], to: "odd.spv")
    try tool.folder.write([3, 2, 0x23, 7], to: "short.spv")
    try tool.folder.write("REPRISE\n", to: "short.reprise")
    let cases = [
      ("absent.spv", "absent.spv: error: cannot read the module: No such file or directory\n"),
      ("odd.spv", "odd.spv: error: found 3 bytes; SPIR-V is whole words of four\n"),
      ("short.spv", "short.spv: error: at byte 0: found 1 words; expected a header of five\n"),
      (
        "short.reprise",
        "short.reprise: error: at byte 0: found 8 bytes; expected at least the 32 of a header\n"
      ),
    ]
    for (file, expected) in cases {
      let result = try tool.run("reflect", file)
      #expect((result.status, result.errors, result.output) == (1, expected, ""))
    }
    #expect(try tool.run("reflect").status == 64)
  }
}
