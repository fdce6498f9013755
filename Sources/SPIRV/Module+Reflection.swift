extension Module {
  private typealias Opcode = Instruction.Opcode

  func entryPoints() throws(ModuleError) -> [Reflection.EntryPoint] {
    var found: [Reflection.EntryPoint] = []
    for entry in all(Opcode.entryPoint) {
      let parts = try workgroupSize(of: entry[1])
      found.append(
        Reflection.EntryPoint(
          name: try entry.text(at: 2), stage: entry[0] == 5 ? "compute" : "stage \(entry[0])",
          workgroupSize: parts.map(\.lanes), workgroupSizeConstants: parts.map(\.constant)))
    }
    return found
  }

  /// By the constant that is decorated as WorkgroupSize, else by the execution modes LocalSizeId and LocalSize.
  private func workgroupSize(of entry: UInt32) throws(ModuleError) -> [(lanes: UInt64, constant: UInt32?)] {
    let byId = all(Opcode.executionModeId).first { $0[0] == entry && $0[1] == 38 }
    let vector = (all(Opcode.constantComposite) + all(Opcode.specConstantComposite)).first {
      decoration($0[1], Decoration.builtIn) == 25
    }
    guard let instruction = vector ?? byId else {
      let fixed = all(Opcode.executionMode).first { $0[0] == entry && $0[1] == 17 }
      return (2..<5).map { index in (fixed.map { UInt64($0[index]) } ?? 1, nil) }
    }
    var parts: [(lanes: UInt64, constant: UInt32?)] = []
    for index in 2..<5 {
      let id = instruction[index]
      guard let lanes = constants[id] else {
        throw instruction.error("id \(id)", expected: "a workgroup size that is an integer constant")
      }
      parts.append((lanes, decoration(id, Decoration.specId)))
    }
    return parts
  }

  func specializationConstants() throws(ModuleError) -> [Reflection.SpecializationConstant] {
    let opcodes = [Opcode.specConstantTrue, Opcode.specConstantFalse, Opcode.specConstant]
    var found: [Reflection.SpecializationConstant] = []
    for constant in instructions where opcodes.contains(constant.opcode) {
      guard let id = decoration(constant[1], Decoration.specId), let bits = constants[constant[1]] else {
        continue
      }
      let type = try type(constant, 0).text
      found.append(
        Reflection.SpecializationConstant(
          id: id, name: name(constant[1]), type: type, defaultValue: text(ofValue: bits, type: type)))
    }
    return found.sorted { $0.id < $1.id }
  }

  func sharedBytes() throws(ModuleError) -> UInt64? {
    var total = UInt64?.some(0)
    for variable in globals where variable[2] == StorageClass.workgroup {
      let pointer = try definition(variable, 0, Opcode.typePointer)
      total = sum(total, try type(pointer, 2).bytes)
    }
    return total
  }

  func pushConstants() throws(ModuleError) -> (fields: [Reflection.Field], bytes: UInt64?) {
    guard let variable = globals.first(where: { $0[2] == StorageClass.pushConstant }) else { return ([], 0) }
    let pointer = try definition(variable, 0, Opcode.typePointer)
    let block = try definition(pointer, 2, Opcode.typeStruct)
    var fields: [Reflection.Field] = []
    try addFields(of: block, from: 0, prefix: "", depth: 0, to: &fields)
    return (fields.sorted { $0.offset < $1.offset }, try type(pointer, 2).bytes)
  }

  /// Fields of a struct, those of structs within it in their place, up to a depth and a number that no honest shader has.
  private func addFields(
    of block: Instruction, from start: UInt64, prefix: String, depth: Int, to fields: inout [Reflection.Field]
  ) throws(ModuleError) {
    for member in 0..<UInt32(block.operands.count - 1) {
      guard fields.count < 1024 else {
        throw block.error("more than 1024 push constants", expected: "fewer")
      }
      let offset = start + UInt64(decoration(block[0], member: member, Decoration.offset) ?? 0)
      let own = memberName(block[0], member)
      let type = try type(block, Int(member) + 1)
      if let inner = definitions[block[Int(member) + 1]], inner.opcode == Opcode.typeStruct, depth < 8 {
        try addFields(
          of: inner, from: offset, prefix: own.map { "\(prefix)\($0)." } ?? prefix, depth: depth + 1,
          to: &fields)
      } else {
        fields.append(
          Reflection.Field(
            name: own.map { prefix + $0 }, type: type.text, offset: offset, size: memberBytes(block, member)))
      }
    }
  }
}
