import Foundation
import Learning
import Tensors
import TestSupport
import Testing
import Vulkan

/// The checkpoint format: round trips, and every damage refused with an error.
struct SafetensorsTests {
  static let sample = Safetensors(
    tensors: [
      "b.weight": .init(TensorType([2, 3]), [1, 2, 3, 4, 5, Float.nan]),
      "a": .init(TensorType([], .uint32), [UInt32(7)]),
      "empty": .init(TensorType([0, 4]), [Float]()),
      "ä \"quoted\" \\ name": .init(TensorType([2], .int32), [Int32(-1), 2]),
    ], metadata: ["step": "12", "note": "line\nbreak / ünicode"])

  /// A file of the given header and data.
  static func file(_ header: String, _ data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let json = Array(header.utf8)
    return withUnsafeBytes(of: (length ?? UInt64(json.count)).littleEndian) { Array($0) } + json + data
  }

  @Test func roundTrip() throws {
    let bytes = Self.sample.encoded()
    let read = try Safetensors(bytes: bytes, file: "x")
    #expect(read == Self.sample)
    #expect(read.encoded() == bytes)
    #expect(bytes.count % 8 == 0 || bytes.count % 4 == 0)
    // The data begins at a multiple of 8, as the format asks.
    #expect(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } % 8 == 0)
    #expect(try Safetensors(bytes: Safetensors().encoded(), file: "x") == Safetensors())
    for name in ["adam", "ppo_update", "operations_losses"] {
      let golden = try Golden.load(name)
      #expect(try Safetensors(bytes: golden.encoded(), file: name) == golden)
    }
  }

  @Test func truncatedAnywhere() {
    let bytes = Self.sample.encoded()
    for length in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: CheckpointError.self, "\(length) bytes") {
        try Safetensors(bytes: Array(bytes[..<length]), file: "x")
      }
    }
    #expect(throws: CheckpointError.self) { try Safetensors(bytes: bytes + [0], file: "x") }
  }

  @Test func flippedHeaderBytes() {
    let bytes = Self.sample.encoded()
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    var refused = 0
    for index in 0..<header {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        // A changed name or note is a whole file; anything else is refused. Nothing traps.
        do throws(CheckpointError) {
          #expect(try Safetensors(bytes: changed, file: "x") != Self.sample)
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > header * 8 / 3)
  }

  static let damaged: [(String, [UInt8])] = [
    ("no JSON", file("{\"a\":")),
    ("no object", file("[1, 2]")),
    ("not UTF-8", file("{}").enumerated().map { $0.offset == 9 ? 0xFF : $0.element }),
    ("a huge header", file("{}", length: .max)),
    ("a header longer than the file", file("{}", length: 3)),
    ("nested deeply", file(String(repeating: "[", count: 200_000))),
    ("no shape", file("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", [0, 0, 0, 0])),
    (
      "a wrong dtype",
      file("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[4],\"data_offsets\":[0,4]}}", [0, 0, 0, 0])
    ),
    (
      "a negative shape",
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", [0, 0, 0, 0])
    ),
    (
      "negative sizes",
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1,-1],\"data_offsets\":[0,4]}}", [0, 0, 0, 0])
    ),
    (
      "a huge shape",
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}")
    ),
    (
      "a fractional shape",
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[0.5],\"data_offsets\":[0,4]}}", [0, 0, 0, 0])
    ),
    (
      "three offsets",
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}}", [0, 0, 0, 0])
    ),
    ("no offsets", file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[]}}", [0, 0, 0, 0])),
    (
      "a gap",
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", .init(repeating: 0, count: 8))
    ),
    (
      "bytes left over",
      file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", .init(repeating: 0, count: 8))
    ),
    ("past the end", file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", [0, 0, 0, 0])),
    ("backwards", file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", [0, 0, 0, 0])),
    (
      "overlapping",
      file(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
        .init(repeating: 0, count: 12))
    ),
    (
      "an offset below every integer",
      file(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,-9223372036854775808]}}",
        [0, 0, 0, 0])
    ),
    ("metadata that is no text", file("{\"__metadata__\":{\"a\":1}}")),
  ]

  @Test(arguments: damaged.indices)
  func isRefused(_ index: Int) throws {
    let (what, bytes) = Self.damaged[index]
    let error = #expect(throws: CheckpointError.self, "\(what)") {
      try Safetensors(bytes: bytes, file: "run/x.safetensors")
    }
    #expect(error?.description.hasPrefix("run/x.safetensors: at byte ") == true, "\(what)")
  }

  @Test func tensorsOfOtherWriters() throws {
    // An empty tensor may share its offset with the next one, under any name.
    let other = Self.file(
      "{\"z\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}   ",
      [5, 0, 0, 0])
    let read = try Safetensors(bytes: other, file: "x")
    #expect(read.tensors["a"]?.elements(Int32.self) == [5])
    #expect(read.tensors["z"]?.type == TensorType([0]))
  }

  @Test func writtenWholeOrNotAtAll() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "reprise-safetensors-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a.safetensors").path
    try Self.sample.write(to: path)
    #expect(try Safetensors(contentsOf: path) == Self.sample)
    try Safetensors().write(to: path)
    #expect(try Safetensors(contentsOf: path) == Safetensors())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])

    // A name that is taken by a folder can't be replaced.
    let taken = folder.appendingPathComponent("taken").path
    try FileManager.default.createDirectory(atPath: taken + "/inside", withIntermediateDirectories: true)
    #expect(throws: VulkanError.self) { try Self.sample.write(to: taken) }
    #expect(throws: VulkanError.self) { try Self.sample.write(to: folder.path + "/missing/b.safetensors") }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.safetensors", "taken"])
  }

  @Test func filesThatCannotBeRead() throws {
    let error = #expect(throws: CheckpointError.self) { try Safetensors(contentsOf: "/nowhere/x") }
    #expect(error == .unreadable(file: "/nowhere/x", reason: "No such file or directory"))
    #expect(throws: CheckpointError.unreadable(file: "/tmp", reason: "Is a directory")) {
      try Safetensors(contentsOf: "/tmp")
    }
  }
}
