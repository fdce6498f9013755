import TestSupport
import Testing

@testable import Datasets

/// What is refused of gzip and ZIP files.
@Suite struct CompressionTests {
  private let folder: TemporaryFolder
  private let gzip: [UInt8]
  private let archive: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    gzip = try bytes(of: file("table.csv.gz"))
    archive = try bytes(of: file("deflated.npz"))
  }

  @Test func gzipIsHeldToItsChecksum() throws {
    func path(_ bytes: [UInt8]) throws -> String { try folder.write(bytes, to: "x.csv.gz") }
    let cut = try path(gzip.dropLast(9))
    expectError("x.csv.gz: at byte \(gzip.count - 9)", "the end", "more compressed") { _ = try read(cut) }
    var wrong = gzip
    wrong[gzip.count - 8] ^= 1
    expectError("x.csv.gz: at byte", "incorrect data check") { _ = try read(try path(wrong)) }
    wrong = gzip
    wrong[gzip.count - 1] ^= 1
    expectError("x.csv.gz: at byte", "incorrect length check") { _ = try read(try path(wrong)) }
    expectError("x.csv.gz: at byte \(gzip.count + 2)", "incorrect header check") {
      _ = try read(try path(gzip + [1, 2, 3]))
    }
    // Two members are one text.
    let twice = try MappedFile.contents(of: try path(gzip + gzip))
    #expect(twice.byteCount == 2 * (try bytes(of: file("table.csv")).count))
  }

  @Test func inflationHasALimit() throws {
    let size = try bytes(of: file("table.csv")).count
    #expect(try MappedFile.contents(of: file("table.csv.gz"), limit: size).byteCount == size)
    expectError("table.csv.gz", "more than \(size - 1) bytes when inflated") {
      _ = try MappedFile.contents(of: file("table.csv.gz"), limit: size - 1)
    }
    let members = try ZipArchive(MappedFile(file("deflated.npz")))
    #expect(members.names == ["x_test.npy", "x_train.npy", "y_test.npy", "y_train.npy"])
    expectError("deflated.npz(x_test.npy)", "bytes when inflated", "at most 100") {
      _ = try members.contents(of: "x_test.npy", limit: 100)
    }
  }

  @Test func archivesAreHeldToTheirDirectory() throws {
    func expectFailure(_ facts: String..., change: (inout [UInt8]) -> Void) throws {
      var bytes = archive
      change(&bytes)
      let path = try folder.write(bytes, to: "x.npz")
      for fact in facts { expectError("x.npz", fact) { _ = try DataFiles.open(path) } }
    }
    let directory = try #require(
      archive.indices.dropLast(4).first { Array(archive[$0..<$0 + 4]) == [0x50, 0x4b, 1, 2] })
    try expectFailure("no end record") { $0.removeLast() }
    try expectFailure("a directory of") {
      $0.replaceSubrange(($0.count - 6)..<($0.count - 2), with: [9, 9, 9, 9])
    }
    try expectFailure("(x_train.npy)", "with the checksum") { $0[directory + 16] ^= 1 }
    try expectFailure("(x_train.npy)", "an encrypted member") { $0[directory + 8] |= 1 }
    try expectFailure("(x_train.npy)", "method 12") { $0[directory + 10] = 12 }
    try expectFailure("bytes before the directory") { $0[directory + 22] = 1 }
    // A member that claims to be a terabyte's share, and one that is smaller than it says.
    try expectFailure("(x_train.npy)", "bytes with the checksum") { $0[directory + 27] = 200 }
    try expectFailure("(x_train.npy)", "more than 1 bytes") {
      $0.replaceSubrange((directory + 24)..<(directory + 28), with: [1, 0, 0, 0])
    }
    try expectFailure("no local header") { $0[directory + 42] = 1 }
    try expectFailure("a member in the directory") { $0[directory] = 0 }
    try expectFailure("found the arrays", "x_train and y_train") { $0[directory + 46] = 0x7a }
  }
}
