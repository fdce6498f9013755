import ShaderCompiler
import TestSupport
import Testing

@Suite struct ErrorTests {
  private func failure(
    of source: String, file: String = "main.comp", includePaths: [String] = []
  ) throws -> ShaderError {
    let compiler = try ShaderCompiler()
    return try #require(
      throws: ShaderError.self,
      performing: { try compiler.compile(source: source, file: file, includePaths: includePaths) })
  }

  private func shader(_ lines: String...) -> String {
    (["#version 450", "layout(local_size_x = 1) in;"] + lines + ["void main() {}"]).joined(separator: "\n")
  }

  @Test func `Every error names its line`() throws {
    let error = try failure(of: shader("float f() { return y; }", "float g() { return z; }"))
    #expect(
      error.description == """
        main.comp:3: error: 'y' : undeclared identifier
        main.comp:4: error: 'z' : undeclared identifier
        """)
    #expect(error.diagnostics[1].line == 4)
    #expect(error.diagnostics[1].severity == .error)
  }

  @Test func `An error in an include names the include, and the main file's lines still count`() throws {
    let folder = try TemporaryFolder()
    let include = try folder.write("\n\nfloat f() { return y; }", to: "broken.glsl")
    let error = try failure(
      of: shader("#include \"broken.glsl\"", "float g() { return z; }"), includePaths: [folder.path])
    #expect(error.diagnostics.map(\.file) == [include, "main.comp"])
    #expect(error.diagnostics.map(\.line) == [3, 4])
  }

  @Test func `A missing include is an error where it stands`() throws {
    let folder = try TemporaryFolder()
    let error = try failure(of: shader("#include \"absent.glsl\""), includePaths: [folder.path])
    #expect(error.diagnostics[0].file == "main.comp")
    #expect(error.diagnostics[0].line == 3)
    #expect(error.diagnostics[0].message.contains("\(folder.path)/absent.glsl"))

    let outer = try folder.write("\n#include \"absent.glsl\"", to: "outer.glsl")
    let nested = try failure(of: shader("#include \"outer.glsl\""), includePaths: [folder.path])
    #expect(nested.description.hasPrefix("\(outer):2: error: "))
  }

  @Test func `An include that cannot be read says why`() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "taken.glsl/file")
    let error = try failure(of: shader("#include \"taken.glsl\""), includePaths: [folder.path])
    #expect(error.description.contains("cannot read \(folder.path)/taken.glsl: Is a directory"))
  }

  @Test func `A file that includes itself stops`() throws {
    let folder = try TemporaryFolder()
    try folder.write("#include \"self.glsl\"", to: "self.glsl")
    let error = try failure(of: shader("#include \"self.glsl\""), includePaths: [folder.path])
    #expect(error.description.contains("more than 64 includes deep"))
  }

  @Test func `A warning is an error`() throws {
    let error = try failure(of: shader("#extension GL_REPRISE_absent : enable"))
    #expect(
      error.description == "main.comp:3: error: '#extension' : extension not supported: GL_REPRISE_absent")
  }

  @Test(arguments: [
    ("", 1), ("void main() {}", 1), ("#version 430\nvoid main() {}", 1),
    ("// c\n/* #version 450\n */ # version 310 es\nvoid main() {}", 3), ("/* never closed", 1),
  ])
  func `A shader without a recent version is refused`(source: String, line: Int) throws {
    let error = try failure(of: source)
    #expect(error.diagnostics.count == 1)
    #expect(error.diagnostics[0].line == line)
    #expect(error.diagnostics[0].message.contains("#version 450"))
  }

  @Test func `Comments may stand before the version`() throws {
    let source =
      "// y = x\n/* two\n lines */ \t#  version 460 core\nlayout(local_size_x = 1) in;\nvoid main() {}"
    _ = try ShaderCompiler().compile(source: source, file: "main.comp")
  }

  @Test func `A fault of the whole file has no line`() throws {
    let error = try failure(of: "#version 450\nlayout(local_size_x = 1) in;")
    #expect(error.diagnostics[0].line == nil)
    #expect(error.description.hasPrefix("main.comp: error: "))
  }

  @Test func `File names may hold spaces and colons`() throws {
    let error = try failure(of: shader("float f() { return y; }"), file: "a b: c.comp")
    #expect(error.diagnostics[0].file == "a b: c.comp")
    #expect(error.diagnostics[0].line == 3)
  }
}
