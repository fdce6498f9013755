/// A module with its definitions at hand; whatever refers to something refers to what is there.
struct Module {
  private typealias Opcode = Instruction.Opcode
  typealias Decoration = Instruction.Decoration
  typealias StorageClass = Instruction.StorageClass

  let instructions: [Instruction]
  /// What defines an id: types, constants and global variables.
  private(set) var definitions: [UInt32: Instruction] = [:]
  /// Types, each described when it is defined, from those before it: so none can contain itself.
  private(set) var types: [UInt32: TypeDescription] = [:]
  /// The bits of scalar constants; of specialization constants, what they are given, else the default.
  private(set) var constants: [UInt32: UInt64] = [:]
  private var names: [UInt32: String] = [:]
  private var memberNames: [UInt32: [UInt32: String]] = [:]
  private var decorations: [UInt32: [UInt32: UInt32]] = [:]
  private var memberDecorations: [UInt32: [UInt32: [UInt32: UInt32]]] = [:]
  private let bound: UInt32
  /// What specialization constants are given, by their numbers.
  private let specialization: [UInt32]

  /// Operands that an instruction has at least, of those that are looked at.
  private static let fewestOperands: [UInt32: Int] = [
    Opcode.name: 2, Opcode.memberName: 3, Opcode.extension: 1, Opcode.entryPoint: 3, Opcode.executionMode: 2,
    Opcode.capability: 1, Opcode.typeVoid: 1, Opcode.typeBool: 1, Opcode.typeInt: 3, Opcode.typeFloat: 2,
    Opcode.typeVector: 3, Opcode.typeMatrix: 3, Opcode.typeImage: 8, Opcode.typeSampler: 1,
    Opcode.typeSampledImage: 2, Opcode.typeArray: 3, Opcode.typeRuntimeArray: 2, Opcode.typeStruct: 1,
    Opcode.typePointer: 3, Opcode.constantTrue: 2, Opcode.constantFalse: 2, Opcode.constant: 3,
    Opcode.constantComposite: 2, Opcode.specConstantTrue: 2, Opcode.specConstantFalse: 2,
    Opcode.specConstant: 3, Opcode.specConstantComposite: 2, Opcode.specConstantOperation: 3,
    Opcode.memoryModel: 2, Opcode.accessChain: 3, Opcode.inBoundsAccessChain: 3,
    Opcode.vectorExtractDynamic: 4, Opcode.load: 3,
    Opcode.store: 2,
    Opcode.function: 4, Opcode.functionParameter: 2, Opcode.functionCall: 3, Opcode.variable: 3,
    Opcode.decorate: 2,
    Opcode.memberDecorate: 3, Opcode.executionModeId: 2,
  ]

  /// Types of extensions, of which nothing more is known.
  private static let otherTypes: Set<UInt32> = [4456, 4472, 5341, 5358]

  init(_ words: [UInt32], specialization: [UInt32] = []) throws(ModuleError) {
    self.specialization = specialization
    instructions = try Instruction.read(words)
    bound = words[3]
    var (functions, calls, isInFunction) = (Set<UInt32>(), [Instruction](), false)
    for instruction in instructions {
      if let fewest = Self.fewestOperands[instruction.opcode], instruction.operands.count < fewest {
        throw instruction.error("\(instruction.operands.count) operands", expected: "at least \(fewest)")
      }
      switch instruction.opcode {
      case Opcode.entryPoint: _ = try instruction.text(at: 2)
      case Opcode.name: names[instruction[0]] = try instruction.text(at: 1)
      case Opcode.memberName:
        memberNames[instruction[0], default: [:]][instruction[1]] = try instruction.text(at: 2)
      case Opcode.decorate: decorations[instruction[0], default: [:]][instruction[1]] = instruction[2]
      case Opcode.memberDecorate:
        memberDecorations[instruction[0], default: [:]][instruction[1], default: [:]][instruction[2]] =
          instruction[3]
      case Opcode.typeVoid..<Opcode.typeForwardPointer,
        _ where Self.otherTypes.contains(instruction.opcode):
        try define(instruction[0], instruction)
        types[instruction[0]] = try describe(instruction)
      case Opcode.constantTrue...Opcode.specConstantOperation:
        try define(instruction[1], instruction)
        constants[instruction[1]] = try value(of: instruction)
      case Opcode.variable where !isInFunction: try define(instruction[1], instruction)
      case Opcode.function:
        guard !isInFunction else { throw instruction.error("a function within one", expected: "its end") }
        isInFunction = true
        functions.insert(instruction[1])
      case Opcode.functionEnd: isInFunction = false
      case Opcode.functionCall: calls.append(instruction)
      default: break
      }
    }
    guard !isInFunction else {
      throw ModuleError(offset: 4 * words.count, found: "the end", expected: "that of a function")
    }
    for (instruction, id) in calls.map({ ($0, $0[2]) }) + all(Opcode.entryPoint).map({ ($0, $0[1]) })
    where !functions.contains(id) {
      throw instruction.error("id \(id)", expected: "a function of the module")
    }
  }

  private mutating func define(_ id: UInt32, _ instruction: Instruction) throws(ModuleError) {
    guard id > 0, id < bound else {
      throw instruction.error("id \(id)", expected: "from 1 to below the header's bound, \(bound)")
    }
    guard definitions.updateValue(instruction, forKey: id) == nil else {
      throw instruction.error("id \(id) for the second time", expected: "one definition each")
    }
  }

  /// What a specialization constant is given; nil where that is nothing.
  func given(_ constant: Instruction) -> UInt64? {
    decoration(constant[1], Decoration.specId).flatMap {
      Int($0) < specialization.count ? UInt64(specialization[Int($0)]) : nil
    }
  }

  func all(_ opcode: UInt32) -> [Instruction] { instructions.filter { $0.opcode == opcode } }

  /// What defines operand `index` of an instruction, which must be one of `opcodes`.
  func definition(_ instruction: Instruction, _ index: Int, _ opcodes: UInt32...) throws(ModuleError)
    -> Instruction
  {
    guard let found = definitions[instruction[index]], opcodes.contains(found.opcode) else {
      throw instruction.error(
        "id \(instruction[index])",
        expected:
          "what an earlier instruction of opcode \(opcodes.map(String.init).joined(separator: " or ")) defines"
      )
    }
    return found
  }

  /// The type that operand `index` of an instruction names.
  func type(_ instruction: Instruction, _ index: Int) throws(ModuleError) -> TypeDescription {
    guard let found = types[instruction[index]] else {
      throw instruction.error("id \(instruction[index])", expected: "a type that is defined before")
    }
    return found
  }

  /// The name of an id; nil where the module has none.
  func name(_ id: UInt32) -> String? { names[id].flatMap { $0.isEmpty ? nil : $0 } }

  /// The name of a struct's member.
  func memberName(_ id: UInt32, _ member: UInt32) -> String? {
    memberNames[id]?[member].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The operand of a decoration, 0 where it has none; nil where the id doesn't have it.
  func decoration(_ id: UInt32, _ decoration: UInt32) -> UInt32? { decorations[id]?[decoration] }

  /// The same for a struct's member.
  func decoration(_ id: UInt32, member: UInt32, _ decoration: UInt32) -> UInt32? {
    memberDecorations[id]?[member]?[decoration]
  }
}

extension Instruction {
  /// An error at this instruction.
  func error(_ found: String, expected: String) -> ModuleError {
    ModuleError(offset: offset, found: "\(found) in an instruction of opcode \(opcode)", expected: expected)
  }

  /// A text that must be there.
  func text(at index: Int) throws(ModuleError) -> String {
    guard let text = string(at: index) else { throw error("text without an end", expected: "a zero byte") }
    return text
  }
}
