import Foundation
import Kernels
import TestSupport
import Testing
import Vulkan

@testable import Tensors

/// The kernels on disk: used when whole, compiled again when anything in them is not as it was written.
struct KernelCacheTests {
  /// A source that no other test compiles.
  static func source(_ number: Int) -> String {
    """
    #version 450
    layout(local_size_x = 1) in;
    layout(std430, binding = 0) buffer B { uint b[]; };
    void main() { b[0] = \(number)u; }

    """
  }

  func folder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("reprise-kernels-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  @Test func aFileServesOnlyItsWholeSource() throws {
    try folder { folder in
      let source = Self.source(1)
      let kernel = try KernelLibrary.kernel(source: source, cacheDirectory: folder)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(files == ["\(kernel.name).kernel"])
      #expect(KernelFile.read(directory: folder, name: kernel.name, source: source) == kernel.words)
      #expect(KernelFile.read(directory: folder, name: kernel.name, source: source + " ") == nil)
      #expect(KernelFile.read(directory: folder, name: "other", source: source) == nil)

      let path = "\(folder)/\(kernel.name).kernel"
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      func isRefused(_ changed: [UInt8]) throws -> Bool {
        try Data(changed).write(to: URL(fileURLWithPath: path))
        return KernelFile.read(directory: folder, name: kernel.name, source: source) == nil
      }
      // Every byte: header, source and words.
      for index in bytes.indices {
        var changed = bytes
        changed[index] ^= 0x10
        if try !isRefused(changed) { Issue.record("byte \(index) of \(bytes.count) changed") }
      }
      for length in stride(from: 0, to: bytes.count, by: 7) {
        if try !isRefused(Array(bytes[..<length])) { Issue.record("cut to \(length)") }
      }
      #expect(try isRefused(bytes + [0]))
      #expect(try isRefused([UInt8](repeating: 0xFF, count: 64)))
      #expect(try !isRefused(bytes))
    }
  }

  @Test func aDamagedFileIsReplaced() throws {
    try folder { folder in
      // A file under the right name, whose words are another kernel's and whose checksum is not.
      let source = Self.source(2)
      var text = source
      let name = "fused_\(hexadecimal(text.withUTF8 { fnv1a(UnsafeRawBufferPointer($0)) }))"
      let wrong = try KernelLibrary.kernel(source: Self.source(3), cacheDirectory: nil).words
      KernelFile.write(directory: folder, name: name, source: source, words: wrong)
      let path = "\(folder)/\(name).kernel"
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      bytes[24] ^= 1
      try Data(bytes).write(to: URL(fileURLWithPath: path))

      let kernel = try KernelLibrary.kernel(source: source, cacheDirectory: folder)
      #expect(kernel.name == name)
      #expect(kernel.words != wrong)
      #expect(KernelFile.read(directory: folder, name: name, source: source) == kernel.words)
    }
  }

  @Test func aWholeFileIsUsed() throws {
    try folder { folder in
      // Words of another kernel, but with the right checksum: what is kept is what is run.
      let source = Self.source(4)
      var text = source
      let name = "fused_\(hexadecimal(text.withUTF8 { fnv1a(UnsafeRawBufferPointer($0)) }))"
      let kept = try KernelLibrary.kernel(source: Self.source(5), cacheDirectory: nil).words
      KernelFile.write(directory: folder, name: name, source: source, words: kept)
      #expect(try KernelLibrary.kernel(source: source, cacheDirectory: folder).words == kept)
    }
  }

  @Test func aFolderThatCannotBeWrittenIsNoError() throws {
    let kernel = try KernelLibrary.kernel(source: Self.source(6), cacheDirectory: "/dev/null/nowhere")
    #expect(!kernel.words.isEmpty)
  }
}
