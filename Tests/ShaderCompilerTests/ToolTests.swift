import Foundation
import Kernels
import TestSupport
import Testing

/// `reprise-glslc` as a process.
@Suite struct ToolTests {
  private let tool: Tool
  private let shader: String
  private var folder: TemporaryFolder { tool.folder }

  init() throws {
    tool = try Tool()
    shader = try tool.folder.write(scale, to: "in/scale.comp")
  }

  /// Files in a folder, but for the state of builds.
  private func names(in path: String) -> [String] {
    folder.names(in: path).filter { $0 != ".reprise-glslc.json" }
  }

  private func run(_ arguments: String...) throws -> (status: Int32, errors: String) {
    let result = try tool.run(arguments)
    return (result.status, result.errors)
  }

  @Test func `Both emissions hold the same words, twice the same bytes`() throws {
    #expect(try run("build", shader, "-o", "out/deep") == (0, ""))
    #expect(try run("build", shader, "-o", "out/again") == (0, ""))
    #expect(try run("build", shader, "-o", "out/deep", "--emit", "swift", "--import", "Kernels") == (0, ""))
    let binary = try folder.bytes(of: "out/deep/scale.spv")
    #expect(try folder.bytes(of: "out/again/scale.spv") == binary)
    #expect(names(in: "out/deep") == ["scale.spv", "scale.swift"])

    let swift = try String(decoding: folder.bytes(of: "out/deep/scale.swift"), as: UTF8.self)
    #expect(swift.contains("public import Kernels\n"))
    #expect(swift.contains("public static let `scale` = Kernel(\n"))
    let base64 = try #require(swift.firstMatch(of: #/base64: "([^"]*)"/#)?.1)
    let words = try #require(Array(base64.utf8).withUnsafeBufferPointer { Kernel.words(base64: $0) })
    #expect(words.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) } == binary)
  }

  @Test func `A file with the same content is not touched, one with other content is replaced`() throws {
    func inode() throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: "\(folder.path)/out/scale.spv")[.systemFileNumber]
        as? Int
    }
    #expect(try run("build", shader, "-o", "out").status == 0)
    let first = try inode()
    #expect(try run("build", shader, "-o", "out").status == 0)
    #expect(try inode() == first)
    #expect(try run("build", shader, "-o", "out", "-D", "FACTOR=7").status == 0)
    #expect(try inode() != first)
    #expect(names(in: "out") == ["scale.spv"])
  }

  @Test func `One bad shader and nothing is written`() throws {
    try folder.write("#version 450\nvoid main() { x; }\n", to: "in/sub/bad.comp")
    let (status, errors) = try run("build", "in", "-o", "out", "--depfile", "out/all.d")
    #expect(status == 1)
    #expect(
      errors == """
        in/sub/bad.comp:2:15: error: 'x' : undeclared identifier
         2 | void main() { x; }
           |               ^

        """)
    #expect(folder.names(in: "") == ["in"])
  }

  @Test func `What could not be written leaves nothing behind`() throws {
    try folder.write(scale, to: "in/other.comp")
    try folder.write("", to: "out/scale.spv/in_the_way")
    let (status, errors) = try run("build", "in", "-o", "out")
    #expect(status == 1)
    #expect(errors == "out/scale.spv: error: cannot write: Is a directory\n")
    #expect(!folder.names(in: "out").contains { $0.hasSuffix(".tmp") })
  }

  @Test func `A folder, an include path, a macro and a depfile`() throws {
    try folder.write("#define THREE 3\n", to: "inc lude/three.glsl")
    try folder.write(
      scale.replacing("#version 450\n", with: "#version 450\n#include \"three.glsl\"\n"),
      to: "in/sub/more.comp")
    let (status, errors) = try run(
      "build", "in", "-o", "out", "-I", "inc lude", "-D", "FACTOR=5", "-O0", "-g", "--depfile", "out/all.d")
    #expect(errors == "")
    #expect(status == 0)
    #expect(names(in: "out") == ["all.d", "more.spv", "scale.spv"])
    #expect(
      try String(decoding: folder.bytes(of: "out/all.d"), as: UTF8.self) == """
        out/scale.spv: in/scale.comp
        out/more.spv: in/sub/more.comp inc\\ lude/three.glsl

        """)
  }

  @Test func `Inputs that are no shaders are refused`() throws {
    try folder.write(scale, to: "in/scale.frag")
    try folder.write("", to: "empty/readme")
    try folder.write(scale, to: "in/sub/scale.comp")
    let cases = [
      ("absent.comp", "absent.comp: error: cannot read the shader: No such file or directory\n"),
      ("in/scale.frag", "in/scale.frag: error: not a compute shader: its name must end in .comp\n"),
      ("empty", "empty: error: no .comp file in this folder or below it\n"),
      (
        "in",
        "in/sub/scale.comp: error: would be written to out/scale.spv, and so would in/scale.comp: "
          + "rename one of them\n"
      ),
    ]
    for (input, expected) in cases {
      #expect(try run("build", input, "-o", "out") == (1, expected))
    }
    #expect(names(in: "out") == [])
  }

  @Test func `Wrong usage exits with 64`() throws {
    #expect(try run("build", shader).status == 64)
    #expect(try run("build", "-o", "out").status == 64)
    #expect(try run("build", shader, "-o", "out", "-O", "-O0").status == 64)
    #expect(try run("build", shader, "-o", "out", "-D", "1X").status == 64)
    #expect(try run("build", shader, "-o", "out", "--emit", "text").status == 64)
    #expect(try run("polish").status == 64)
    #expect(names(in: "out") == [])
  }

  @Test func `Each subcommand has help with examples and exit codes, and shells complete it`() throws {
    let names = try tool.run(["help"]).output.matches(of: #/\n  ([a-z]+) +[A-Z]/#).map { String($0.1) }
    #expect(Set(names).isSuperset(of: ["build", "reflect", "check", "compare", "bundle"]))
    for name in names {
      let help = try tool.run(["help", name])
      #expect(help.status == 0)
      #expect(help.output.contains("\n  reprise-glslc \(name) "), "\(name)")
      #expect(help.output.contains("Exit status: "), "\(name)")
    }
    for shell in ["bash", "zsh", "fish"] {
      let script = try tool.run(["--generate-completion-script", shell])
      #expect(script.status == 0)
      for name in names { #expect(script.output.contains(name), "\(shell): \(name)") }
    }
    try expectCompletion(of: "reprise-glslc", "comp", gives: "compare") { shell in
      try tool.run("--generate-completion-script", shell).output
    }
  }
}
