import SPIRV

/// What a shader asks of a pipeline with given specialization constants, read from its SPIR-V, for modules that come from a file.
///
/// It says whether Vulkan may be called at all; what the module computes is between it and the driver, as with any program.
struct KernelDemands {
  /// Why a module can't be used.
  struct Refusal: Error {
    let found, expected: String
  }

  private enum Opcode {
    static let (entryPoint, executionMode, capability): (UInt32, UInt32, UInt32) = (15, 16, 17)
    static let (typeBool, typeInt, typeFloat, typeVector): (UInt32, UInt32, UInt32, UInt32) = (20, 21, 22, 23)
    static let (typeMatrix, typeArray, typeRuntimeArray): (UInt32, UInt32, UInt32) = (24, 28, 29)
    static let (typeStruct, typePointer): (UInt32, UInt32) = (30, 32)
    static let constants: ClosedRange<UInt32> = 41...52
    static let (constant, composite, specConstant): (UInt32, UInt32, UInt32) = (43, 44, 50)
    static let (specComposite, specOperation, variable): (UInt32, UInt32, UInt32) = (51, 52, 59)
    static let (decorate, memberDecorate): (UInt32, UInt32) = (71, 72)
  }

  /// The bindings of set 0 that it has, all of them storage buffers.
  private(set) var bindings: Set<UInt32> = []
  /// Up to the end of its last push constant.
  private(set) var pushConstantBytes = 0
  /// Lanes of a workgroup along x, y and z.
  private(set) var workgroup = [1, 1, 1]
  /// Bytes that a workgroup shares, and that a lane has for itself in variables.
  private(set) var sharedBytes = 0
  private(set) var ownBytes = 0
  /// Its capabilities by their numbers.
  private(set) var capabilities: [UInt32] = []

  /// Whether it uses what lanes of a subgroup do together.
  var usesSubgroups: Bool { capabilities.contains { (61...68).contains($0) } }

  private var decorations: [UInt32: [UInt32: UInt32]] = [:]
  private var memberOffsets: [UInt32: [UInt32: UInt32]] = [:]
  /// Bytes of types; those of open length are missing.
  private var sizes: [UInt32: Int] = [:]
  private var pointees: [UInt32: UInt32] = [:]
  private var structs: Set<UInt32> = []
  private var constants: [UInt32: UInt32] = [:]
  private let specialization: [UInt32]

  /// - Throws: ``Refusal`` for what is no compute shader for storage buffers of set 0.
  init(_ words: [UInt32], _ specialization: [UInt32]) throws(Refusal) {
    self.specialization = specialization
    guard let instructions = Instruction.all(in: words) else {
      throw Refusal(found: "an instruction that is not whole", expected: "whole instructions")
    }
    var isCompute = false
    for instruction in instructions {
      switch instruction.opcode {
      case Opcode.capability: capabilities.append(instruction.word(0))
      case Opcode.entryPoint:
        // GLCompute, "main".
        guard !isCompute, instruction.word(0) == 5, instruction.word(2) == 0x6E69_616D,
          instruction.word(3) == 0
        else { throw Refusal(found: "another entry point", expected: "\"main\" alone, of a compute shader") }
        isCompute = true
      case Opcode.executionMode where instruction.word(1) == 17:
        workgroup = (2..<5).map { Int(instruction.word($0)) }
      case Opcode.decorate:
        decorations[instruction.word(0), default: [:]][instruction.word(1)] = instruction.word(2)
      case Opcode.memberDecorate where instruction.word(2) == 35:
        memberOffsets[instruction.word(0), default: [:]][instruction.word(1)] = instruction.word(3)
      case Opcode.typeBool...Opcode.typePointer: note(type: instruction)
      case Opcode.constants: note(constant: instruction)
      case Opcode.variable: try note(variable: instruction)
      default: break
      }
    }
    guard isCompute else { throw Refusal(found: "no entry point", expected: "\"main\"") }
  }

  private mutating func note(type: Instruction) {
    let id = type.word(0)
    let size: Int? =
      switch type.opcode {
      case Opcode.typeBool: 4
      case Opcode.typeInt, Opcode.typeFloat: Int(type.word(1)) / 8
      case Opcode.typeVector, Opcode.typeMatrix: product(sizes[type.word(1)], Int(type.word(2)))
      case Opcode.typeArray:
        product(
          sizes[type.word(1)].map { max($0, Int(decorations[id]?[6] ?? 0)) },
          constants[type.word(2)].map(Int.init))
      case Opcode.typeStruct: structSize(type)
      default: nil
      }
    if type.opcode == Opcode.typeStruct { structs.insert(id) }
    if type.opcode == Opcode.typePointer { pointees[id] = type.word(2) }
    sizes[id] = size
  }

  /// To the end of the member that lies last; members without offsets lie one behind the other.
  private func structSize(_ type: Instruction) -> Int? {
    var end = 0
    for member in 0..<max(0, type.operands.count - 1) {
      guard let size = sizes[type.word(member + 1)] else { return nil }
      let start = memberOffsets[type.word(0)]?[UInt32(member)].map(Int.init) ?? end
      let (sum, overflow) = start.addingReportingOverflow(size)
      if overflow { return nil }
      end = max(end, sum)
    }
    return end
  }

  private mutating func note(constant: Instruction) {
    let id = constant.word(1)
    switch constant.opcode {
    case Opcode.constant: constants[id] = constant.word(2)
    case Opcode.specConstant:
      let given = decorations[id]?[1].flatMap {
        Int($0) < specialization.count ? specialization[Int($0)] : nil
      }
      constants[id] = given ?? constant.word(2)
    case Opcode.specOperation: constants[id] = value(of: constant)
    case Opcode.composite, Opcode.specComposite:
      // BuiltIn WorkgroupSize.
      guard decorations[id]?[11] == 25 else { break }
      workgroup = (2..<5).map { constants[constant.word($0)].map(Int.init) ?? .max }
    default: break
    }
  }

  /// The arithmetic that sizes of arrays are made by; nil for the rest.
  private func value(of operation: Instruction) -> UInt32? {
    guard let a = constants[operation.word(3)], let b = constants[operation.word(4)] else { return nil }
    return switch operation.word(2) {
    case 128: a &+ b
    case 130: a &- b
    case 132: a &* b
    case 134, 135: b == 0 ? nil : a / b
    default: nil
    }
  }

  private mutating func note(variable: Instruction) throws(Refusal) {
    let id = variable.word(1)
    guard let type = pointees[variable.word(0)] else {
      throw Refusal(found: "a variable of no pointer's type", expected: "one")
    }
    func size() throws(Refusal) -> Int {
      guard let size = sizes[type], size > 0, size <= 1 << 32 else {
        throw Refusal(found: "a variable of no size, or none that is known", expected: "1 byte or more")
      }
      return size
    }
    switch variable.word(2) {
    // Input: numbers of workgroups and lanes.
    case 1: break
    case 4: sharedBytes += try size()
    case 6, 7: ownBytes += try size()
    case 9: pushConstantBytes = max(pushConstantBytes, try size())
    case 12:
      guard structs.contains(type), decorations[id]?[34] ?? 0 == 0, let binding = decorations[id]?[33] else {
        throw Refusal(found: "a storage buffer of another set", expected: "all in set 0, each with a binding")
      }
      bindings.insert(binding)
    case let other: throw Refusal(found: "a variable of storage class \(other)", expected: "storage buffers")
    }
  }

  private func product(_ a: Int?, _ b: Int?) -> Int? {
    guard let a, let b else { return nil }
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : product
  }
}

extension Instruction {
  /// Operand `index`; 0 where there are fewer.
  fileprivate func word(_ index: Int) -> UInt32 {
    index < operands.count ? operands[operands.startIndex + index] : 0
  }
}
