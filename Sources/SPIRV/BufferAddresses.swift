/// Reaches a shader's storage buffers by their addresses (SPV_KHR_physical_storage_buffer) in place of descriptors.
///
/// The kernels are written with descriptors, which every device has; a driver for which those are dear gets them rewritten.
package struct BufferAddresses {
  private typealias Opcode = Instruction.Opcode
  private typealias StorageClass = Instruction.StorageClass
  private typealias Decoration = Instruction.Decoration
  private static let aligned: UInt32 = 2

  /// A storage buffer of the module.
  private struct StorageBuffer {
    let id, pointer: UInt32
    let binding: Int
  }

  private let instructions: [Instruction]
  private let header: [UInt32]
  private let offset, bindings: Int
  private var bound: UInt32
  private var buffers: [StorageBuffer] = []
  /// Types that storage buffers are reached by, and what they point to.
  private var pointers: [UInt32: UInt32] = [:]
  private var types: [UInt32: Instruction] = [:]
  /// The push constants' variable, and the id and the members of their struct.
  private var push: (variable: UInt32, type: UInt32, members: Int)?
  private var uint, pair, pairPointer: UInt32

  /// `words` with the address of binding b in the push constants, the low half at byte `offset` + 8 b and the high one behind it.
  ///
  /// Nil where it can't be: for lengths of arrays, copies, narrow types and coherent memory; and for barriers of workgroups, around which
  /// llvmpipe compiles loads without branches for minutes.
  package static func rewrite(_ words: [UInt32], offset: Int, bindings: Int) -> [UInt32]? {
    var rewriting = Self(words, offset: offset, bindings: bindings)
    return rewriting?.rewritten()
  }

  private init?(_ words: [UInt32], offset: Int, bindings: Int) {
    // What isn't ours may be damaged; there is room for more ids below the largest.
    guard let instructions = (try? Module(words))?.instructions, words[3] < 1 << 24 else { return nil }
    self.instructions = instructions
    header = Array(words[..<5])
    (self.offset, self.bindings) = (offset, bindings)
    bound = words[3]
    let refused = [
      Opcode.arrayLength, Opcode.copyMemory, Opcode.copyMemorySized, Opcode.pointerAccessChain,
      Opcode.controlBarrier,
    ]
    (uint, pair, pairPointer) = (0, 0, 0)
    var variables: [(id: UInt32, pointer: UInt32)] = []
    var bindingOf: [UInt32: Int] = [:]
    var lastOffset: [UInt32: UInt32] = [:]
    var pushPointer: UInt32 = 0
    for instruction in instructions {
      if refused.contains(instruction.opcode) { return nil }
      // StorageBuffer16BitAccess, StorageBuffer8BitAccess: validators refuse their pointers.
      if instruction.opcode == Opcode.capability, [4433, 4448].contains(instruction[0]) { return nil }
      switch instruction.opcode {
      case Opcode.decorate where instruction[1] == Decoration.binding:
        bindingOf[instruction[0]] = Int(instruction[2])
      case Opcode.decorate where [Decoration.coherent, Decoration.volatile].contains(instruction[1]),
        Opcode.memberDecorate where [Decoration.coherent, Decoration.volatile].contains(instruction[2]):
        return nil
      case Opcode.memberDecorate where instruction[2] == Decoration.offset:
        lastOffset[instruction[0]] = max(lastOffset[instruction[0]] ?? 0, instruction[3])
      case Opcode.typeVoid...Opcode.typePointer:
        types[instruction[0]] = instruction
        if instruction.opcode == Opcode.typePointer, instruction[1] == StorageClass.storageBuffer {
          pointers[instruction[0]] = instruction[2]
        }
        if instruction.opcode == Opcode.typeInt, instruction[1] == 32, instruction[2] == 0 {
          uint = instruction[0]
        }
        if instruction.opcode == Opcode.typeVector, instruction[1] == uint, uint != 0, instruction[2] == 2 {
          pair = instruction[0]
        }
      case Opcode.variable where instruction[2] == StorageClass.storageBuffer:
        variables.append((id: instruction[1], pointer: instruction[0]))
      case Opcode.variable where instruction[2] == StorageClass.pushConstant:
        pushPointer = instruction[0]
        push = (variable: instruction[1], type: 0, members: 0)
      case Opcode.functionParameter where pointers[instruction[0]] != nil: return nil
      default: break
      }
    }
    for (id, pointer) in variables {
      guard let binding = bindingOf[id], binding < bindings else { return nil }
      buffers.append(StorageBuffer(id: id, pointer: pointer, binding: binding))
    }
    if let push, let type = types[pushPointer]?[2], let block = types[type] {
      // The dispatch has fewer constants than the shader.
      guard lastOffset[type] ?? 0 < offset else { return nil }
      self.push = (variable: push.variable, type: type, members: block.operands.count - 1)
    }
  }

  private mutating func newID() -> UInt32 {
    bound += 1
    return bound - 1
  }

  private mutating func rewritten() -> [UInt32]? {
    guard !buffers.isEmpty else { return nil }
    if uint == 0 { uint = newID() }
    if pair == 0 { pair = newID() }
    pairPointer = newID()
    let hasBlock = push != nil
    let block = push ?? (variable: newID(), type: newID(), members: 0)
    push = block
    var output: [UInt32] = []
    func emit(_ opcode: UInt32, _ operands: UInt32...) { output.append(Instruction(opcode, operands)) }
    let members = (0..<bindings).map { (index: UInt32(block.members + $0), constant: newID()) }
    let removed = Set(buffers.map(\.id))

    /// Decorations come before types: the last place for ours, and the first for the types.
    func emitDeclarations() {
      if !hasBlock { emit(Opcode.decorate, block.type, Decoration.block) }
      for (binding, member) in members.enumerated() {
        emit(
          Opcode.memberDecorate, block.type, member.index, Decoration.offset, UInt32(offset + 8 * binding))
      }
      emit(Opcode.typeInt, uint, 32, 0)
      emit(Opcode.typeVector, pair, uint, 2)
      emit(Opcode.typePointer, pairPointer, StorageClass.pushConstant, pair)
      for member in members { emit(Opcode.constant, uint, member.constant, member.index) }
      guard !hasBlock else { return }
      let pointer = newID()
      output.append(Instruction(Opcode.typeStruct, [block.type] + members.map { _ in pair }))
      emit(Opcode.typePointer, pointer, StorageClass.pushConstant, block.type)
      emit(Opcode.variable, pointer, block.variable, StorageClass.pushConstant)
    }

    // Capability PhysicalStorageBufferAddresses.
    emit(Opcode.capability, 5347)
    var (hasDeclared, isAtEntry) = (false, false)
    /// The current function's name for each buffer, and the alignment of what pointers lead to.
    var names: [UInt32: UInt32] = [:]
    var alignments: [UInt32: UInt32] = [:]
    for var instruction in instructions {
      if !hasDeclared, (Opcode.typeVoid...Opcode.typeForwardPointer).contains(instruction.opcode) {
        emitDeclarations()
        hasDeclared = true
      }
      // Variables come first in a function's first block.
      if isAtEntry, ![Opcode.label, Opcode.variable, Opcode.line, Opcode.noLine].contains(instruction.opcode)
      {
        isAtEntry = false
        for buffer in buffers {
          let (place, address, name) = (newID(), newID(), newID())
          emit(Opcode.accessChain, pairPointer, place, block.variable, members[buffer.binding].constant)
          emit(Opcode.load, pair, address, place)
          emit(Opcode.bitcast, buffer.pointer, name, address)
          names[buffer.id] = name
        }
      }
      switch instruction.opcode {
      case Opcode.capability where instruction[0] == 5347: continue
      // PhysicalStorageBuffer64.
      case Opcode.memoryModel: instruction.operands[instruction.operands.startIndex] = 5348
      case Opcode.entryPoint:
        // The name ends with the first word that has a zero byte.
        let name = instruction.operands.dropFirst(2)
        let end =
          name.firstIndex { word in (0..<4).contains { word >> (8 * $0) & 0xFF == 0 } } ?? name.endIndex
        let kept = instruction.operands[(end + 1)...].filter { !removed.contains($0) }
        instruction.operands = (instruction.operands[...end] + kept)[...]
        if !hasBlock { instruction.operands.append(block.variable) }
      case Opcode.name where removed.contains(instruction[0]),
        Opcode.decorate where removed.contains(instruction[0]),
        Opcode.variable where removed.contains(instruction[1]),
        Opcode.typeInt where instruction[0] == uint, Opcode.typeVector where instruction[0] == pair:
        continue
      case Opcode.typePointer where pointers[instruction[0]] != nil:
        instruction.operands[instruction.operands.startIndex + 1] = StorageClass.physicalStorageBuffer
      case Opcode.typeStruct where instruction[0] == block.type:
        instruction.operands += members.map { _ in pair }
      case Opcode.function: isAtEntry = true
      case Opcode.accessChain, Opcode.inBoundsAccessChain:
        if let name = names[instruction[2]] {
          instruction.operands[instruction.operands.startIndex + 2] = name
        }
        if let pointee = pointers[instruction[0]] { alignments[instruction[1]] = alignment(of: pointee) }
      case Opcode.load: align(&instruction, alignments[instruction[2]], after: 3)
      case Opcode.store: align(&instruction, alignments[instruction[0]], after: 2)
      default: break
      }
      output.append(instruction)
    }
    return [header[0], header[1], header[2], bound, header[4]] + output
  }

  /// Says how an access through a pointer is aligned, behind the first `count` operands.
  private func align(_ instruction: inout Instruction, _ alignment: UInt32?, after count: Int) {
    guard let alignment else { return }
    let rest = instruction.operands.dropFirst(count)
    let mask = (rest.first ?? 0) | Self.aligned
    instruction.operands = (instruction.operands.prefix(count) + [mask, alignment] + rest.dropFirst())[...]
  }

  /// Bytes to a multiple of which a value of a type lies, by the rules of std430; less is said of composites.
  private func alignment(of id: UInt32) -> UInt32 {
    guard let type = types[id] else { return 4 }
    switch type.opcode {
    case Opcode.typeInt, Opcode.typeFloat: return type[1] / 8
    case Opcode.typeVector: return alignment(of: type[1]) &* (type[2] == 3 ? 4 : type[2])
    case Opcode.typeArray, Opcode.typeRuntimeArray: return alignment(of: type[1])
    default: return 4
    }
  }
}
