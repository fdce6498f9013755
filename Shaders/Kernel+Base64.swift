extension Kernel {
  /// The words that base64 text holds, least significant byte first; nil where it is not base64 of whole words.
  package static func words(base64 text: UnsafeBufferPointer<UInt8>) -> [UInt32]? {
    let padding = text.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
    let byteCount = text.count / 4 * 3 - padding
    guard text.count.isMultiple(of: 4), byteCount.isMultiple(of: 4) else { return nil }

    var words: [UInt32] = []
    words.reserveCapacity(byteCount / 4)
    // Six bits a character come in at the low end of `group`; its three bytes leave at the high end.
    var group: UInt32 = 0
    var word: UInt32 = 0
    var bytes = 0
    for (position, character) in text.enumerated() {
      let isPadding = position >= text.count - padding
      guard let bits = isPadding ? 0 : sixBits(character) else { return nil }
      group = group << 6 | bits
      guard position % 4 == 3 else { continue }
      for shift: UInt32 in [16, 8, 0] where bytes < byteCount {
        word |= (group >> shift & 0xff) << UInt32(bytes % 4 * 8)
        bytes += 1
        if bytes.isMultiple(of: 4) {
          words.append(word)
          word = 0
        }
      }
      group = 0
    }
    return words
  }

  private static func sixBits(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
