import Foundation
import Testing
import Vulkan

@Suite("Files and checksums")
struct FileTests {
  @Test(
    "FNV-1a gives the published values",
    arguments: [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
      as [(String, UInt64)])
  func knownAnswers(text: String, hash: UInt64) {
    #expect(Array(text.utf8).withUnsafeBytes { fnv1a($0) } == hash)
  }

  @Test("hashing in pieces gives the hash of the whole")
  func pieces() {
    let bytes = Array("foobar".utf8)
    let first = bytes[..<3].withUnsafeBytes { fnv1a($0) }
    #expect(bytes[3...].withUnsafeBytes { fnv1a($0, seed: first) } == 0x8594_4171_f739_67e8)
  }

  @Test("a file is replaced whole, and a failure leaves nothing behind")
  func atomicWrites() throws {
    let directory = FileManager.default.temporaryDirectory.path + "/reprise-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let path = directory + "/file"
    for text in ["the first contents, which are longer", "the second", ""] {
      try Array(text.utf8).withUnsafeBytes { try writeAtomically(path, $0) }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }
    // A directory can't be replaced by a file.
    try FileManager.default.createDirectory(atPath: directory + "/taken", withIntermediateDirectories: true)
    for wrong in [directory + "/taken", directory + "/missing/file"] {
      let error = #expect(throws: VulkanError.self) {
        try [1, 2, 3].withUnsafeBytes { try writeAtomically(wrong, $0) }
      }
      #expect(error?.description.contains(wrong) == true)
    }
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: directory)) == ["file", "taken"])
  }
}
