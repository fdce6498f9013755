/// An instruction of a SPIR-V module (SPIR-V specification, 2.3): an opcode and the words behind it.
package struct Instruction {
  package let opcode: UInt32
  package var operands: ArraySlice<UInt32>

  init(_ opcode: UInt32, _ operands: [UInt32]) {
    self.opcode = opcode
    self.operands = operands[...]
  }

  /// Operand `index`; 0 where there are fewer.
  subscript(_ index: Int) -> UInt32 {
    index < operands.count ? operands[operands.startIndex + index] : 0
  }

  /// The words of a module's file.
  var words: [UInt32] { [UInt32(operands.count + 1) << 16 | opcode] + operands }

  /// Where it begins in the module that it was read from, in bytes.
  var offset: Int { 4 * (operands.startIndex - 1) }

  /// The text that begins at operand `index`: bytes of UTF-8 up to the first zero; nil where no zero comes.
  func string(at index: Int) -> String? {
    var bytes: [UInt8] = []
    for word in operands.dropFirst(index) {
      for shift: UInt32 in [0, 8, 16, 24] {
        let byte = UInt8(truncatingIfNeeded: word >> shift)
        if byte == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes.append(byte)
      }
    }
    return nil
  }

  /// The instructions of a module; nil where its words are no whole instructions behind a header of five.
  package static func all(in words: [UInt32]) -> [Instruction]? { try? read(words) }

  /// The instructions of a module.
  ///
  /// - Throws: ``ModuleError`` where the words are no whole instructions behind a header of five.
  static func read(_ words: [UInt32]) throws(ModuleError) -> [Instruction] {
    guard let magic = words.first, magic == 0x0723_0203 else {
      throw ModuleError(
        offset: 0, found: words.first.map { "0x" + String($0, radix: 16) } ?? "nothing",
        expected: "SPIR-V, which begins with 0x07230203")
    }
    guard words.count >= 5 else {
      throw ModuleError(offset: 0, found: "\(words.count) words", expected: "a header of five")
    }
    var found: [Instruction] = []
    var at = 5
    while at < words.count {
      let count = Int(words[at] >> 16)
      guard count > 0, at + count <= words.count else {
        throw ModuleError(
          offset: 4 * at, found: "an instruction of \(count) words",
          expected: "from 1 to the \(words.count - at) that are left")
      }
      var instruction = Instruction(words[at] & 0xFFFF, [])
      instruction.operands = words[at + 1..<at + count]
      found.append(instruction)
      at += count
    }
    return found
  }
}

extension [UInt32] {
  /// Appends an instruction without an array in between, which takes most of the time of a rewrite.
  mutating func append(_ instruction: Instruction) {
    append(UInt32(instruction.operands.count + 1) << 16 | instruction.opcode)
    append(contentsOf: instruction.operands)
  }
}
