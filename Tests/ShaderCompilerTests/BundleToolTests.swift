import Bundles
import Foundation
import Kernels
import TestSupport
import Testing

/// `reprise-glslc bundle`.
@Suite struct BundleToolTests {
  private let tool: Tool

  init() throws {
    tool = try Tool()
    try tool.folder.write(scale, to: "in/scale.comp")
    try tool.folder.write(scale, to: "in/other_scale.comp")
  }

  private var words: [UInt32] {
    get throws {
      #expect(try tool.run("build", "in/scale.comp", "-o", "spv").status == 0)
      return try tool.folder.bytes(of: "spv/scale.spv").withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 4).map {
          bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)
        }
      }
    }
  }

  @Test func `All of the project's kernels are those that are embedded`() throws {
    let result = try tool.run("bundle", Tool.shaders, "-I", Tool.shaders, "-o", "out/all.reprise")
    #expect(result.status == 0, "\(result.errors)")
    let bundle = try KernelBundle(contentsOf: "\(tool.folder.path)/out/all.reprise")
    #expect(bundle.kind == .kernels)
    #expect(bundle.kernels.count == (try Tool.shaderFiles().count))
    for kernel in [Kernel.logSoftmax, .sortRows, .rolloutCartpole] {
      #expect(try bundle.kernel(kernel.name) == kernel)
    }
  }

  @Test func `Modules and bundles go in as they are`() throws {
    let words = try words
    #expect(try tool.run("bundle", "spv/scale.spv", "in/other_scale.comp", "-o", "a.reprise").status == 0)
    #expect(try tool.run("bundle", "a.reprise", "-o", "b.reprise").status == 0)
    #expect(try tool.folder.bytes(of: "a.reprise") == tool.folder.bytes(of: "b.reprise"))
    let bundle = try KernelBundle(contentsOf: "\(tool.folder.path)/b.reprise")
    #expect(bundle.kernels.map(\.name) == ["scale", "other_scale"])
    #expect(bundle.kernels.map(\.words) == [words, words])
  }

  @Test func `Swift has a member a kernel`() throws {
    #expect(
      try tool.run("bundle", "in", "-o", "k.swift", "--emit", "swift", "--import", "Kernels").status == 0)
    let text = try String(decoding: tool.folder.bytes(of: "k.swift"), as: UTF8.self)
    #expect(text.matches(of: #/public import Kernels\n/#).count == 1)
    #expect(text.matches(of: #/public static let `([a-zA-Z]+)`/#).map(\.1) == ["otherScale", "scale"])
    for match in text.matches(of: #/base64: "([^"]*)"/#) {
      #expect(try Array(match.1.utf8).withUnsafeBufferPointer { Kernel.words(base64: $0) } == words)
    }
  }

  /// Both headers, compiled as C, print the words.
  @Test(arguments: ["c", "raw"])
  func `C has an array a kernel`(emission: String) throws {
    let words = try words
    let (output, header) =
      emission == "c" ? ("out/my-kernels.h", "out/my-kernels.h") : ("out", "out/kernels.h")
    let result = try tool.run("bundle", "in", "-o", output, "--emit", emission)
    #expect(result.status == 0, "\(result.errors)")
    if emission == "raw" {
      #expect(tool.folder.names(in: "out") == ["kernels.h", "other_scale.spv", "scale.spv"])
      #expect(try tool.folder.bytes(of: "out/scale.spv") == tool.folder.bytes(of: "spv/scale.spv"))
      let text = try String(decoding: tool.folder.bytes(of: header), as: UTF8.self)
      #expect(text.contains("#embed \"scale.spv\""))
      // Compilers know #embed from C23 on.
      return
    }
    try tool.folder.write(
      """
      #include <stdio.h>
      #include "\(header)"
      int main(void) {
        for (size_t i = 0; i < sizeof scale_spv / 4; i++) printf("%u\\n", scale_spv[i]);
        return sizeof scale_spv == sizeof other_scale_spv ? 0 : 1;
      }

      """, to: "main.c")
    let printed = try compiled(tool.folder.path)
    #expect(printed == words)
  }

  private func compiled(_ folder: String) throws -> [UInt32] {
    func run(_ arguments: String...) throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = arguments
      process.currentDirectoryURL = URL(filePath: folder)
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      return text
    }
    _ = try run("clang", "-std=c11", "-Wall", "-Werror", "-o", "main", "main.c")
    return try run("./main").split(separator: "\n").compactMap { UInt32($0) }
  }

  @Test func `Nothing is written where something is wrong`() throws {
    try tool.folder.write("#version 450\nvoid main() { x; }\n", to: "bad/bad.comp")
    try tool.folder.write([3, 2, 0x23, 7], to: "short.spv")
    try tool.folder.write(scale, to: "odd/9-lives.comp")
    let cases = [
      (["in", "bad"], "bundle", "bad/bad.comp:2:15: error: 'x' : undeclared identifier\n"),
      (["short.spv"], "bundle", "short.spv: error: at byte 0: "),
      (
        ["in", "in/scale.comp"], "bundle",
        "in/scale.comp: error: is called scale, and so is in/scale.comp: rename one of them\n"
      ),
      (["odd"], "c", "odd/9-lives.comp: error: '9-lives' is no name in C: rename it\n"),
      (["odd"], "swift", "odd/9-lives.comp: error: '9-lives' cannot name a kernel"),
    ]
    for (inputs, emission, expected) in cases {
      let result = try tool.run(["bundle"] + inputs + ["-o", "out/o", "--emit", emission])
      #expect(result.status == 1)
      #expect(result.errors.hasPrefix(expected), "\(result.errors)")
    }
    #expect(tool.folder.names(in: "out") == [])
    #expect(try tool.run("bundle", "in").status == 64)
  }
}
