extension Module {
  private typealias Opcode = Instruction.Opcode

  /// Variables outside functions.
  var globals: [Instruction] { all(Opcode.variable).filter { definitions[$0[1]] != nil } }

  func bindings() throws(ModuleError) -> [Reflection.Binding] {
    let classes = [StorageClass.uniformConstant, StorageClass.uniform, StorageClass.storageBuffer]
    var found: [Reflection.Binding] = []
    for variable in globals where classes.contains(variable[2]) {
      guard let binding = decoration(variable[1], Decoration.binding) else { continue }
      let pointer = try definition(variable, 0, Opcode.typePointer)
      var (id, count) = (pointer[2], UInt64?.some(1))
      // Arrays of descriptors; of blocks alone, since an array in a block lies below its struct.
      while let array = definitions[id], [Opcode.typeArray, Opcode.typeRuntimeArray].contains(array.opcode) {
        count = product(count, array.opcode == Opcode.typeArray ? constants[array[2]] : nil)
        id = array[1]
      }
      guard let type = definitions[id] else {
        throw pointer.error("id \(id)", expected: "a type that is defined before")
      }
      found.append(
        Reflection.Binding(
          set: decoration(variable[1], Decoration.descriptorSet) ?? 0, binding: binding,
          name: name(variable[1]) ?? name(id), kind: kind(variable, type), access: access(variable, type),
          type: try resourceText(type), count: count))
    }
    return found.sorted { ($0.set, $0.binding) < ($1.set, $1.binding) }
  }

  /// What a block holds, or a resource's own type.
  private func resourceText(_ type: Instruction) throws(ModuleError) -> String {
    guard type.opcode == Opcode.typeStruct else { return types[type[0]]?.text ?? "" }
    var members: [String] = []
    for index in 1..<max(1, min(type.operands.count, 32)) {
      let name = memberName(type[0], UInt32(index - 1)).map { " \($0)" } ?? ""
      members.append(try self.type(type, index).text + name)
    }
    return type.operands.count == 2 ? try self.type(type, 1).text : "{ \(members.joined(separator: ", ")) }"
  }

  private func kind(_ variable: Instruction, _ type: Instruction) -> Reflection.Kind {
    switch (variable[2], type.opcode) {
    case (StorageClass.storageBuffer, _): .storageBuffer
    case (StorageClass.uniform, _):
      decoration(type[0], Decoration.bufferBlock) == nil ? .uniformBuffer : .storageBuffer
    case (_, Opcode.typeSampler): .sampler
    case (_, Opcode.typeSampledImage): .combinedImageSampler
    // Dimension 5 is Buffer; 2 as the operand Sampled is a storage image.
    case (_, Opcode.typeImage) where type[2] == 5: type[6] == 2 ? .storageTexelBuffer : .uniformTexelBuffer
    case (_, Opcode.typeImage): type[6] == 2 ? .storageImage : .sampledImage
    default: .other
    }
  }

  /// What the variable, or each member of its block, is decorated with; uniforms and sampled images are read alone.
  private func access(_ variable: Instruction, _ type: Instruction) -> Reflection.Access {
    let members = type.opcode == Opcode.typeStruct ? UInt32(type.operands.count - 1) : 0
    func has(_ mark: UInt32) -> Bool {
      decoration(variable[1], mark) != nil
        || members > 0 && (0..<members).allSatisfy { decoration(type[0], member: $0, mark) != nil }
    }
    switch kind(variable, type) {
    case .storageBuffer, .storageImage, .storageTexelBuffer:
      return has(Decoration.nonWritable) ? .read : has(Decoration.nonReadable) ? .write : .readWrite
    default: return .read
    }
  }
}
