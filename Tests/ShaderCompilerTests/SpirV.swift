import Foundation
import SPIRV
import TestSupport
import Testing

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

/// Expects that spirv-val takes a module for Vulkan 1.2.
func expectValid(
  _ words: [UInt32], _ name: String, in folder: TemporaryFolder,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = try folder.write(words.withUnsafeBytes { Array($0) }, to: "\(name).spv")
  let validator = Process()
  validator.executableURL = URL(filePath: "/usr/bin/env")
  validator.arguments = ["spirv-val", "--target-env", "vulkan1.2", file]
  let output = Pipe()
  (validator.standardOutput, validator.standardError) = (output, output)
  try validator.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  validator.waitUntilExit()
  #expect(validator.terminationStatus == 0, "\(name): \(text)", sourceLocation: sourceLocation)
}
