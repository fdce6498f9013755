import Foundation
import Testing
import Vulkan

/// How many damaged files are tried, and how.
///
/// `REPRISE_FUZZ=20000 Tools/test --sanitize --filter FuzzTests` tries so many files of each kind, with the address
/// sanitizer; without it a few, in the usual run. `REPRISE_FUZZ_SEED` chooses others.
enum Damage {
  private static let variables = ProcessInfo.processInfo.environment
  static let count = variables["REPRISE_FUZZ"].flatMap { Int($0) } ?? 300
  static let seed = variables["REPRISE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

  /// Loads damaged copies of a corpus, of which more than a quarter have to be refused.
  static func load(_ corpus: [[UInt8]], by load: ([UInt8]) throws -> Void) throws {
    // What isn't damaged loads, or the loader's refusals would mean nothing.
    for file in corpus { try load(file) }
    var mutator = Mutator(seed: seed)
    try expectRefusals { number in
      try load(mutator.mutated(corpus[number % corpus.count], corpus: corpus))
    }
  }

  /// Tries `body` with each number, of which more than a quarter have to be refused.
  static func expectRefusals(_ body: (Int) throws -> Void) throws {
    var refused = 0
    for number in 0..<count {
      do {
        try body(number)
      } catch {
        #expect(!"\(error)".isEmpty)
        refused += 1
      }
    }
    #expect(refused > count / 4)
  }

  /// Bytes with the length and the hash that a bundle's header has to have, so that what lies behind it is reached.
  static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 32 else { return bytes }
    var bytes = bytes
    func put(_ number: UInt64, at place: Int) {
      withUnsafeBytes(of: number.littleEndian) { raw in
        for index in 0..<8 { bytes[place + index] = raw[index] }
      }
    }
    put(UInt64(bytes.count), at: 16)
    put(bytes[32...].withUnsafeBytes { fnv1a($0) }, at: 24)
    return bytes
  }
}
