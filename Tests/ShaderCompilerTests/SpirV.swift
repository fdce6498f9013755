import SPIRV

/// Just enough of a SPIR-V reader for the tests.
struct SpirV {
  let words: [UInt32]

  /// Each instruction as its opcode and operands.
  var instructions: [(opcode: UInt32, operands: ArraySlice<UInt32>)] {
    (Instruction.all(in: words) ?? []).map { ($0.opcode, $0.operands) }
  }

  /// The operands after `OpDecorate id SpecId`.
  var specializationIds: Set<UInt32> {
    Set(
      instructions.filter { $0.opcode == 71 }.map { Array($0.operands) }
        .filter { $0[1] == 1 }.map { $0[2] })
  }

  /// The byte offsets of each struct's members, by `OpMemberDecorate id member Offset`.
  var memberOffsets: [UInt32: [UInt32: UInt32]] {
    instructions.filter { $0.opcode == 72 }.map { Array($0.operands) }.filter { $0[2] == 35 }
      .reduce(into: [:]) { $0[$1[0], default: [:]][$1[1]] = $1[3] }
  }

  func count(opcode: UInt32) -> Int {
    instructions.filter { $0.opcode == opcode }.count
  }
}
