extension Module {
  private typealias Opcode = Instruction.Opcode

  /// The bits of the scalar that an instruction defines; nil for composites, and for what isn't computed here.
  func value(of instruction: Instruction) throws(ModuleError) -> UInt64? {
    let type = try type(instruction, 0)
    switch instruction.opcode {
    case Opcode.constantTrue: return 1
    case Opcode.constantFalse: return 0
    case Opcode.specConstantTrue: return given(instruction).map { $0 == 0 ? 0 : 1 } ?? 1
    case Opcode.specConstantFalse: return given(instruction).map { $0 == 0 ? 0 : 1 } ?? 0
    case Opcode.specConstant where given(instruction) != nil: return given(instruction)
    case Opcode.constant, Opcode.specConstant:
      return UInt64(instruction[3]) << 32 | UInt64(instruction[2])
    case Opcode.specConstantOperation where instruction[2] == Self.compositeExtract:
      guard let composite = definitions[instruction[3]] else { return nil }
      let place = 2 + Int(instruction[4])
      return place < composite.operands.count ? constants[composite[place]] : nil
    case Opcode.specConstantOperation where ["int", "uint"].contains(type.text):
      let operands = instruction.operands.dropFirst(3).map {
        constants[$0].map(UInt32.init(truncatingIfNeeded:))
      }
      guard !operands.isEmpty, let first = operands[0] else { return nil }
      if instruction[2] == Self.select {
        return operands.count > 2 ? operands[first != 0 ? 1 : 2].map(UInt64.init) : nil
      }
      guard operands.count > 1, let second = operands[1] else { return nil }
      return Self.apply(instruction[2], first, second).map(UInt64.init)
    default: return nil
    }
  }

  private static let compositeExtract: UInt32 = 81
  private static let select: UInt32 = 169

  /// Integer arithmetic of two operands, by opcode; nil where it isn't defined.
  private static func apply(_ opcode: UInt32, _ a: UInt32, _ b: UInt32) -> UInt32? {
    let (signedA, signedB) = (Int32(bitPattern: a), Int32(bitPattern: b))
    switch opcode {
    case 128: return a &+ b
    case 130: return a &- b
    case 132: return a &* b
    case 134: return b == 0 ? nil : a / b
    case 135:
      return b == 0 ? nil : UInt32(bitPattern: signedA.dividedReportingOverflow(by: signedB).partialValue)
    case 137: return b == 0 ? nil : a % b
    case 194: return b < 32 ? a >> b : nil
    case 195: return b < 32 ? UInt32(bitPattern: signedA >> signedB) : nil
    case 196: return b < 32 ? a << b : nil
    case 197: return a | b
    case 198: return a ^ b
    case 199: return a & b
    default: return nil
    }
  }

  /// A scalar's value in its type's own words.
  func text(ofValue bits: UInt64, type: String) -> String {
    switch type {
    case "bool": "\(bits != 0)"
    case "float": "\(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))"
    case "double": "\(Double(bitPattern: bits))"
    case "float16_t": "\(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))"
    case "int64_t": "\(Int64(bitPattern: bits))"
    case "int", "int16_t", "int8_t": "\(Int32(truncatingIfNeeded: bits))"
    default: "\(bits)"
    }
  }
}
