/// An instruction of a SPIR-V module (SPIR-V specification, 2.3): an opcode and the words behind it.
package struct Instruction {
  /// Opcodes, and numbers that operands have, by their names in the specification.
  package enum Opcode {
    static let name: UInt32 = 5
    static let line: UInt32 = 8
    static let memoryModel: UInt32 = 14
    static let entryPoint: UInt32 = 15
    static let capability: UInt32 = 17
    static let typeVoid: UInt32 = 19
    static let typeInt: UInt32 = 21
    static let typeFloat: UInt32 = 22
    static let typeVector: UInt32 = 23
    static let typeArray: UInt32 = 28
    static let typeRuntimeArray: UInt32 = 29
    static let typeStruct: UInt32 = 30
    static let typePointer: UInt32 = 32
    static let typeForwardPointer: UInt32 = 39
    static let constant: UInt32 = 43
    static let function: UInt32 = 54
    static let functionParameter: UInt32 = 55
    static let variable: UInt32 = 59
    static let load: UInt32 = 61
    static let store: UInt32 = 62
    static let copyMemory: UInt32 = 63
    static let copyMemorySized: UInt32 = 64
    static let accessChain: UInt32 = 65
    static let inBoundsAccessChain: UInt32 = 66
    static let pointerAccessChain: UInt32 = 67
    static let arrayLength: UInt32 = 68
    static let decorate: UInt32 = 71
    static let memberDecorate: UInt32 = 72
    static let bitcast: UInt32 = 124
    static let controlBarrier: UInt32 = 224
    static let label: UInt32 = 248
    static let noLine: UInt32 = 317
  }

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

  /// The instructions of a module; nil where its words are no whole instructions behind a header of five.
  package static func all(in words: [UInt32]) -> [Instruction]? {
    guard words.count >= 5, words[0] == 0x0723_0203 else { return nil }
    var found: [Instruction] = []
    var at = 5
    while at < words.count {
      let count = Int(words[at] >> 16)
      guard count > 0, at + count <= words.count else { return nil }
      var instruction = Instruction(words[at] & 0xFFFF, [])
      instruction.operands = words[at + 1..<at + count]
      found.append(instruction)
      at += count
    }
    return found
  }
}
