import TestSupport

/// Damages bytes in the ways in which files get damaged, and in those that loaders fear; the same seed, the same damage.
struct Mutator {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed) }

  /// `bytes` after one to four changes.
  mutating func mutated(_ bytes: [UInt8], corpus: [[UInt8]]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0..<4, using: &random) { change(&bytes, corpus) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ corpus: [[UInt8]]) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: bytes.indices, using: &random)
    let end = min(bytes.count, place + Int.random(in: 1...64, using: &random))
    switch Int.random(in: 0..<9, using: &random) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes[place] = [0, 0x7F, 0x80, 0xFF, 0x22, 0x5B, 0x7B].randomElement(using: &random) ?? 0
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 4: bytes.removeSubrange(place...)
    case 5: number(&bytes, from: place)
    case 6:
      let other = corpus.randomElement(using: &random) ?? []
      bytes.replaceSubrange(place..., with: other.suffix(from: min(place, other.count)))
    case 7:
      let word: UInt32 = [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF].randomElement(using: &random) ?? 0
      for (index, byte) in withUnsafeBytes(of: word, Array.init).enumerated()
      where place + index < bytes.count {
        bytes[place + index] = byte
      }
    default: bytes.swapAt(place, Int.random(in: bytes.indices, using: &random))
    }
  }

  /// Puts another number in the place of the next one that is written in digits.
  private mutating func number(_ bytes: inout [UInt8], from place: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[place...].firstIndex(where: { digits.contains($0) }) else { return }
    let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.endIndex
    let numbers = [
      "-1", "0", "1", "63", "255", "65536", "2147483648", "4294967295", "9223372036854775807",
      "18446744073709551616", "1e999", "0.5",
    ]
    bytes.replaceSubrange(start..<end, with: Array((numbers.randomElement(using: &random) ?? "0").utf8))
  }
}
