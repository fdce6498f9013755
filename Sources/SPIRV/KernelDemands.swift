/// What a kernel asks of a pipeline with given specialization constants, for modules that come from a file.
///
/// It says whether Vulkan may be called at all; what the module computes is between it and the driver, as with any program.
package struct KernelDemands {
  private typealias Opcode = Instruction.Opcode
  private typealias StorageClass = Instruction.StorageClass

  /// A lane's own variables may take so many bytes, 32 KiB: llvmpipe compiles a table of 100 kB for minutes.
  package static let mostOwnBytes: UInt64 = 1 << 15
  /// So many instructions may it come to once calls are inlined and loops unrolled; depthwise convolutions of 7 × 7 have 1.3 million.
  package static let mostInstructions: UInt64 = 1 << 22

  /// A variable of a lane or a workgroup.
  package struct Variable: Sendable {
    /// Nil where the module has no names.
    package let name: String?
    /// In GLSL's words.
    package let type: String
    package let bytes: UInt64
  }

  /// The bindings of set 0 that it has, all of them storage buffers.
  package let bindings: Set<UInt32>
  /// Up to the end of its last push constant.
  package let pushConstantBytes: UInt64
  /// Lanes of a workgroup along x, y and z.
  package let workgroup: [UInt64]
  /// What a workgroup shares, and what a lane has for itself.
  package let shared, own: [Variable]
  /// Its capabilities by their numbers.
  package let capabilities: [UInt32]
  /// Instructions that a driver compiles, as far as they can be counted.
  package let compiledSize: UInt64

  /// Bytes that a workgroup shares, and that a lane has for itself.
  package var sharedBytes: UInt64 { shared.total }
  package var ownBytes: UInt64 { own.total }
  /// Whether it uses what lanes of a subgroup do together.
  package var usesSubgroups: Bool { capabilities.contains { (61...68).contains($0) } }

  /// Reads a module whose constant i is given `specialization[i]`.
  ///
  /// - Throws: ``ModuleError`` for what is no compute shader for storage buffers of set 0.
  package init(_ words: [UInt32], specialization: [UInt32]) throws(ModuleError) {
    let module = try Module(words, specialization: specialization)
    let entries = try module.entryPoints()
    guard entries.count == 1, entries[0].name == "main", entries[0].stage == "compute" else {
      throw ModuleError(
        offset: 0, found: "entry points \(entries.map { "\"\($0.name)\" (\($0.stage))" })",
        expected: "\"main\" alone, of a compute shader")
    }
    workgroup = entries[0].workgroupSize
    if let mode = module.all(Opcode.executionModeId).first {
      throw mode.error("a workgroup's size by id", expected: "one that Vulkan 1.2 takes")
    }
    guard words[1] <= 0x1_0500 else {
      throw ModuleError(offset: 4, found: "SPIR-V \(words[1] >> 16).\(words[1] >> 8 & 0xFF)", expected: "1.5")
    }
    capabilities = module.all(Opcode.capability).map { $0[0] }
    var bindings: Set<UInt32> = []
    var (shared, own): ([Variable], [Variable]) = ([], [])
    for variable in module.all(Opcode.variable) {
      switch variable[2] {
      // Input: numbers of workgroups and lanes.
      case StorageClass.input: break
      case StorageClass.workgroup: shared.append(try module.described(variable))
      case StorageClass.private, StorageClass.function: own.append(try module.described(variable))
      case StorageClass.pushConstant: _ = try module.described(variable)
      case StorageClass.storageBuffer: bindings.insert(try module.binding(of: variable))
      case let other:
        throw variable.error("a variable of storage class \(other)", expected: "storage buffers")
      }
    }
    guard let bytes = try module.pushConstants().bytes else {
      throw ModuleError(offset: 0, found: "push constants of open length", expected: "a length")
    }
    (self.bindings, self.shared, self.own, pushConstantBytes) = (bindings, shared, own, bytes)
    compiledSize = try module.compiledSize()
  }
}

extension [KernelDemands.Variable] {
  /// Bytes of all.
  fileprivate var total: UInt64 { reduce(0) { sum($0, $1.bytes) ?? .max } }

  /// The largest in words: "a, float[25000], of 100000 bytes".
  package var largest: String {
    guard let variable = self.max(by: { $0.bytes < $1.bytes }) else { return "none" }
    return "\(variable.name.map { "\($0), " } ?? "")\(variable.type), of \(variable.bytes) bytes"
  }
}

extension Module {
  /// A variable whose size is known.
  fileprivate func described(_ variable: Instruction) throws(ModuleError) -> KernelDemands.Variable {
    let type = try type(try definition(variable, 0, Instruction.Opcode.typePointer), 2)
    guard let bytes = type.bytes, bytes > 0 else {
      throw variable.error("a variable of no size, or none that is known", expected: "1 byte or more")
    }
    return KernelDemands.Variable(name: name(variable[1]), type: type.text, bytes: bytes)
  }

  /// The binding of a storage buffer in set 0.
  fileprivate func binding(of variable: Instruction) throws(ModuleError) -> UInt32 {
    let pointer = try definition(variable, 0, Instruction.Opcode.typePointer)
    guard definitions[pointer[2]]?.opcode == Instruction.Opcode.typeStruct,
      decoration(variable[1], Decoration.descriptorSet) ?? 0 == 0,
      let binding = decoration(variable[1], Decoration.binding)
    else {
      throw variable.error("a storage buffer of another set", expected: "all in set 0, each with a binding")
    }
    return binding
  }
}
