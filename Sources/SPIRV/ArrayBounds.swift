/// Makes shaders that someone else wrote keep within their arrays: an index that is not known when a kernel is compiled is
/// compared with the length of the array, vector or matrix, and where it is beyond, element 0 is taken and a variable of the shader is set.
package enum ArrayBounds {
  /// The global `bool` of the shader that is set; the module has to have its name still, as unoptimised ones do.
  package static let variable = "indexOutOfRange"

  /// A module with its indices compared; nil where the words are no module, or have no such variable.
  package static func checked(_ words: [UInt32]) -> [UInt32]? {
    guard let instructions = (try? Module(words))?.instructions, words[3] < 1 << 24,
      var rewriting = Rewriting(instructions, bound: words[3])
    else { return nil }
    return Array(words[..<3]) + rewriting.words(of: instructions, after: words[4])
  }

  private typealias Opcode = Instruction.Opcode
  private typealias StorageClass = Instruction.StorageClass

  private struct Rewriting {
    /// What defines a type or a constant.
    private var definitions: [UInt32: Instruction] = [:]
    /// The types of values that may be indexed, or index.
    private var types: [UInt32: UInt32] = [:]
    /// Constants that are added, by type and value.
    private var constants: [Constant: UInt32] = [:]
    private struct Constant: Hashable {
      let type, value: UInt32
    }
    private let flag, bool: UInt32
    private var bound: UInt32

    init?(_ instructions: [Instruction], bound: UInt32) {
      self.bound = bound
      let name = instructions.first { $0.opcode == Opcode.name && $0.string(at: 1) == ArrayBounds.variable }
      guard let name, let bool = instructions.first(where: { $0.opcode == Opcode.typeBool }) else {
        return nil
      }
      (flag, self.bool) = (name[0], bool[0])
      for instruction in instructions {
        switch instruction.opcode {
        case Opcode.typeVoid...Opcode.typePointer: definitions[instruction[0]] = instruction
        case Opcode.constant: definitions[instruction[1]] = instruction
        default: break
        }
        // What has a result begins with its type.
        if let type = definitions[instruction[0]]?.opcode,
          [Opcode.typeInt, Opcode.typeVector, Opcode.typePointer].contains(type),
          instruction.operands.count > 1, !(Opcode.typeVoid...Opcode.typePointer ~= instruction.opcode)
        {
          types[instruction[1]] = instruction[0]
        }
      }
    }

    mutating func words(of instructions: [Instruction], after schema: UInt32) -> [UInt32] {
      var (globals, functions) = ([UInt32](), [UInt32]())
      var isGlobal = true
      for instruction in instructions {
        if instruction.opcode == Opcode.function { isGlobal = false }
        if isGlobal {
          globals += instruction.words
        } else if [Opcode.accessChain, Opcode.inBoundsAccessChain].contains(instruction.opcode) {
          functions += compared(instruction)
        } else if instruction.opcode == Opcode.vectorExtractDynamic {
          functions += comparedExtract(instruction)
        } else {
          functions += instruction.words
        }
      }
      let added = constants.sorted { $0.value < $1.value }.flatMap {
        Instruction(Opcode.constant, [$0.key.type, $0.value, $0.key.value]).words
      }
      return [bound, schema] + globals + added + functions
    }

    /// An access chain whose indices are compared before.
    private mutating func compared(_ chain: Instruction) -> [UInt32] {
      guard let pointer = types[chain[2]].flatMap({ definitions[$0] }), pointer.opcode == Opcode.typePointer,
        [StorageClass.function, StorageClass.private, StorageClass.workgroup].contains(pointer[1])
      else { return chain.words }
      var (before, operands) = ([UInt32](), Array(chain.operands))
      var type = definitions[pointer[2]]
      for place in operands.indices.dropFirst(3) {
        let index = operands[place]
        switch type?.opcode {
        case Opcode.typeArray:
          if definitions[index] == nil, let indexType = types[index], let length = type?[2] {
            operands[place] = safe(index, of: indexType, length: length, before: &before)
          }
          type = type.flatMap { definitions[$0[1]] }
        case Opcode.typeVector, Opcode.typeMatrix:
          if definitions[index] == nil, let indexType = types[index], let count = type?[2] {
            operands[place] = safe(
              index, of: indexType, length: constant(count, of: indexType), before: &before)
          }
          type = type.flatMap { definitions[$0[1]] }
        case Opcode.typeStruct:
          type = (definitions[index]?[2]).flatMap { type?[1 + Int($0)] }.flatMap { definitions[$0] }
        default: type = nil
        }
      }
      return before + Instruction(chain.opcode, operands).words
    }

    /// A component of a vector that is no variable.
    private mutating func comparedExtract(_ extract: Instruction) -> [UInt32] {
      guard let vector = types[extract[2]].flatMap({ definitions[$0] }), let indexType = types[extract[3]],
        definitions[extract[3]] == nil
      else { return extract.words }
      var before: [UInt32] = []
      let length = constant(vector[2], of: indexType)
      let index = safe(extract[3], of: indexType, length: length, before: &before)
      return before + Instruction(extract.opcode, [extract[0], extract[1], extract[2], index]).words
    }

    private mutating func constant(_ value: UInt32, of type: UInt32) -> UInt32 {
      let key = Constant(type: type, value: value)
      if let known = constants[key] { return known }
      let made = id()
      constants[key] = made
      return made
    }

    /// The index, or 0 with the variable set.
    private mutating func safe(_ index: UInt32, of type: UInt32, length: UInt32, before: inout [UInt32])
      -> UInt32
    {
      let zero = constant(0, of: type)
      let (isWithin, isBeyond, old, new, result) = (id(), id(), id(), id(), id())
      for (opcode, operands) in [
        (Opcode.uLessThan, [bool, isWithin, index, length]),
        (Opcode.logicalNot, [bool, isBeyond, isWithin]),
        (Opcode.load, [bool, old, flag]),
        (Opcode.logicalOr, [bool, new, old, isBeyond]),
        (Opcode.store, [flag, new]),
        (Opcode.select, [type, result, isWithin, index, zero]),
      ] {
        before += Instruction(opcode, operands).words
      }
      return result
    }

    private mutating func id() -> UInt32 {
      bound += 1
      return bound - 1
    }
  }
}
