import Foundation
import TestSupport
import Testing

/// `reprise-glslc build`: what is compiled again, variants, diagnostics.
@Suite struct BuildTests {
  private let tool: Tool

  init() throws {
    tool = try Tool()
    try tool.folder.write(scale, to: "in/scale.comp")
  }

  /// What a build compiled.
  private func compiled(_ arguments: String...) throws -> [String] {
    let result = try tool.run(["build", "in", "-o", "out", "-v"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    return result.output.split(separator: "\n").map(String.init)
  }

  private func including(_ name: String) -> String {
    scale.replacing("#version 450\n", with: "#version 450\n#include \"\(name)\"\n")
  }

  @Test func `A changed include rebuilds exactly its dependants`() throws {
    try tool.folder.write("#include \"inner.glsl\"\n", to: "in/outer.glsl")
    try tool.folder.write("#define FACTOR 3\n", to: "in/inner.glsl")
    try tool.folder.write(including("outer.glsl"), to: "in/a.comp")
    try tool.folder.write(including("inner.glsl"), to: "in/b.comp")
    #expect(try compiled() == ["a.spv", "b.spv", "scale.spv"])
    #expect(try compiled() == [])
    try tool.folder.write("#define FACTOR 4\n", to: "in/inner.glsl")
    let before = try tool.folder.bytes(of: "out/a.spv")
    #expect(try compiled() == ["a.spv", "b.spv"])
    #expect(try tool.folder.bytes(of: "out/a.spv") != before)
    try tool.folder.write("#include \"inner.glsl\"\n\n", to: "in/outer.glsl")
    #expect(try compiled() == ["a.spv"])
    try tool.folder.write(including("inner.glsl") + "\n", to: "in/b.comp")
    #expect(try compiled() == ["b.spv"])
    #expect(try compiled() == [])
  }

  @Test func `A file that would now be included first rebuilds`() throws {
    try tool.folder.write("#define FACTOR 3\n", to: "far/factor.glsl")
    try tool.folder.write(including("factor.glsl"), to: "in/a.comp")
    #expect(try compiled("-I", "far") == ["a.spv", "scale.spv"])
    #expect(try compiled("-I", "far") == [])
    try tool.folder.write("#define FACTOR 5\n", to: "in/factor.glsl")
    #expect(try compiled("-I", "far") == ["a.spv"])
  }

  @Test func `Other options, other contents and damaged state rebuild`() throws {
    #expect(try compiled() == ["scale.spv"])
    #expect(try compiled("-j", "3") == [])
    for options in [
      ["-g"], ["-O0"], ["-D", "FACTOR=9"], ["--front-end", "glslang"], ["--target-env", "vulkan1.3"],
    ] {
      let result = try tool.run(["build", "in", "-o", "out", "-v"] + options)
      #expect(result.output == "scale.spv\n", "\(options)")
    }
    #expect(try compiled() == ["scale.spv"])
    let good = try tool.folder.bytes(of: "out/scale.spv")
    try tool.folder.write([1, 2, 3], to: "out/scale.spv")
    #expect(try compiled() == ["scale.spv"])
    #expect(try tool.folder.bytes(of: "out/scale.spv") == good)
    try FileManager.default.removeItem(atPath: "\(tool.folder.path)/out/scale.spv")
    #expect(try compiled() == ["scale.spv"])
    try tool.folder.write("{", to: "out/.reprise-glslc.json")
    #expect(try compiled() == ["scale.spv"])
  }

  @Test func `A depfile is whole though nothing is compiled`() throws {
    try tool.folder.write("#define FACTOR 3\n", to: "in/factor.glsl")
    try tool.folder.write(including("factor.glsl"), to: "in/a.comp")
    #expect(try compiled() == ["a.spv", "scale.spv"])
    #expect(try compiled("--depfile", "out/all.d") == [])
    #expect(
      try String(decoding: tool.folder.bytes(of: "out/all.d"), as: UTF8.self) == """
        out/a.spv: in/a.comp in/factor.glsl
        out/scale.spv: in/scale.comp

        """)
  }

  /// The words don't depend on how many are compiled at a time.
  @Test func `Jobs give the same files`() throws {
    for jobs in ["1", "4"] {
      #expect(try tool.run("build", Tool.shaders, "-o", "jobs\(jobs)", "-j", jobs).status == 0)
    }
    let names = tool.folder.names(in: "jobs1").filter { $0.hasSuffix(".spv") }
    #expect(names.count == (try Tool.shaderFiles().count))
    for name in names {
      #expect(try tool.folder.bytes(of: "jobs1/\(name)") == tool.folder.bytes(of: "jobs4/\(name)"), "\(name)")
    }
    #expect(try tool.run("build", "in", "-o", "out", "-j", "0").status == 64)
  }

  @Test func `A table of variants makes each combination`() throws {
    try tool.folder.write(
      scale.replacing("void main() {", with: "const TYPE unused = TYPE(1);\nvoid main() {"),
      to: "in/typed.comp")
    try tool.folder.write(
      "typed:\n  TYPE: {f32: float, i32: int}\n  FACTOR: [2, 3]\n", to: "variants.yaml")
    #expect(
      try compiled("--variants", "variants.yaml") == [
        "scale.spv", "typed_f32_2.spv", "typed_f32_3.spv", "typed_i32_2.spv", "typed_i32_3.spv",
      ])
    #expect(try tool.folder.bytes(of: "out/typed_f32_2.spv") != tool.folder.bytes(of: "out/typed_f32_3.spv"))
    try tool.folder.write(
      "typed:\n  TYPE: {f32: float, i32: int}\n  FACTOR: [2, 4]\n", to: "variants.yaml")
    #expect(try compiled("--variants", "variants.yaml") == ["typed_f32_4.spv", "typed_i32_4.spv"])
  }

  @Test func `Tables that can't be used name file and line`() throws {
    try tool.folder.write(scale, to: "in/scale_2.comp")
    let cases = [
      (
        "scale_2:\n  FACTOR: [2]\nscal:\n  FACTOR: [2]\n",
        "3:1: error: unknown key 'scal'; the nearest is 'scale'"
      ),
      ("scale:\n  FACTOR: [2]\nscale:\n  FACTOR: [3]\n", ": error: scale stands there more than once"),
      ("scale:\n  FACTOR: [2]\n  FACTOR: [3]\n", ": error: FACTOR stands there more than once"),
      ("scale:\n  FACTOR: [3, 3]\n", "2: error: 'scale_3' is the name of a variant of scale too"),
      ("scale:\n  FACTOR: [2]\n", "2: error: 'scale_2' is the name of in/scale_2.comp too"),
      ("scale:\n  2X: [2]\n", "2:3: error: '2X' is no name of a macro"),
      ("scale:\n  GIVEN: [2]\n", "2:3: error: 'GIVEN' is defined by -D as well"),
      (
        "scale:\n  FACTOR: [1.5]\n",
        "2: error: '1.5' can't be part of a name; give it a label, as in {label: '1.5'}"
      ),
      (
        "scale:\n  FACTOR: 2\n",
        "2:3: error: 'FACTOR' is '2'; expected a list of values, or labels with values"
      ),
      ("scale: 3\n", "1:8: error: found '3'; expected lines of 'key: value'"),
    ]
    for (table, expected) in cases {
      try tool.folder.write(table, to: "v.yaml")
      let result = try tool.run("build", "in", "-o", "out", "--variants", "v.yaml", "-D", "GIVEN")
      #expect(result.status == 1, "\(table)")
      #expect(result.errors.hasPrefix("v.yaml:"), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").first?.hasSuffix(expected) == true, "\(result.errors)")
    }
    #expect(tool.folder.names(in: "out") == [])
  }

  @Test func `Warnings that are allowed are shown, and the file is written`() throws {
    try tool.folder.write(
      scale.replacing("#version 450\n", with: "#version 450\n#extension GL_absent : enable\n"),
      to: "in/scale.comp")
    #expect(try tool.run("build", "in", "-o", "out").status == 1)
    #expect(tool.folder.names(in: "out") == [])
    let result = try tool.run("build", "in", "-o", "out", "--no-warnings-as-errors")
    #expect(result.status == 0)
    #expect(
      result.errors == """
        in/scale.comp:2:1: warning: '#extension' : extension not supported: GL_absent
         2 | #extension GL_absent : enable
           | ^

        """)
    #expect(tool.folder.names(in: "out").contains("scale.spv"))
  }
}
