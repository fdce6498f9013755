/// Numbers by their names in the SPIR-V specification.
extension Instruction {
  /// Opcodes (3.52).
  enum Opcode {
    static let name: UInt32 = 5
    static let memberName: UInt32 = 6
    static let line: UInt32 = 8
    static let `extension`: UInt32 = 10
    static let memoryModel: UInt32 = 14
    static let entryPoint: UInt32 = 15
    static let executionMode: UInt32 = 16
    static let capability: UInt32 = 17
    static let typeVoid: UInt32 = 19
    static let typeBool: UInt32 = 20
    static let typeInt: UInt32 = 21
    static let typeFloat: UInt32 = 22
    static let typeVector: UInt32 = 23
    static let typeMatrix: UInt32 = 24
    static let typeImage: UInt32 = 25
    static let typeSampler: UInt32 = 26
    static let typeSampledImage: UInt32 = 27
    static let typeArray: UInt32 = 28
    static let typeRuntimeArray: UInt32 = 29
    static let typeStruct: UInt32 = 30
    static let typePointer: UInt32 = 32
    static let typeForwardPointer: UInt32 = 39
    static let constantTrue: UInt32 = 41
    static let constantFalse: UInt32 = 42
    static let constant: UInt32 = 43
    static let constantComposite: UInt32 = 44
    static let specConstantTrue: UInt32 = 48
    static let specConstantFalse: UInt32 = 49
    static let specConstant: UInt32 = 50
    static let specConstantComposite: UInt32 = 51
    static let specConstantOperation: UInt32 = 52
    static let function: UInt32 = 54
    static let functionParameter: UInt32 = 55
    static let functionEnd: UInt32 = 56
    static let functionCall: UInt32 = 57
    static let variable: UInt32 = 59
    static let load: UInt32 = 61
    static let store: UInt32 = 62
    static let copyMemory: UInt32 = 63
    static let copyMemorySized: UInt32 = 64
    static let accessChain: UInt32 = 65
    static let inBoundsAccessChain: UInt32 = 66
    static let pointerAccessChain: UInt32 = 67
    static let arrayLength: UInt32 = 68
    static let decorate: UInt32 = 71
    static let memberDecorate: UInt32 = 72
    static let vectorExtractDynamic: UInt32 = 77
    static let bitcast: UInt32 = 124
    static let logicalOr: UInt32 = 166
    static let logicalNot: UInt32 = 168
    static let select: UInt32 = 169
    static let uLessThan: UInt32 = 176
    static let controlBarrier: UInt32 = 224
    static let phi: UInt32 = 245
    static let loopMerge: UInt32 = 246
    static let label: UInt32 = 248
    static let branch: UInt32 = 249
    static let branchConditional: UInt32 = 250
    static let `switch`: UInt32 = 251
    static let noLine: UInt32 = 317
    static let executionModeId: UInt32 = 331
  }

  /// Storage classes (3.7).
  enum StorageClass {
    static let uniformConstant: UInt32 = 0
    static let input: UInt32 = 1
    static let uniform: UInt32 = 2
    static let workgroup: UInt32 = 4
    static let `private`: UInt32 = 6
    static let function: UInt32 = 7
    static let pushConstant: UInt32 = 9
    static let storageBuffer: UInt32 = 12
    static let physicalStorageBuffer: UInt32 = 5349
  }

  /// Decorations (3.20).
  enum Decoration {
    static let specId: UInt32 = 1
    static let block: UInt32 = 2
    static let bufferBlock: UInt32 = 3
    static let rowMajor: UInt32 = 4
    static let arrayStride: UInt32 = 6
    static let matrixStride: UInt32 = 7
    static let builtIn: UInt32 = 11
    static let volatile: UInt32 = 21
    static let coherent: UInt32 = 23
    static let nonWritable: UInt32 = 24
    static let nonReadable: UInt32 = 25
    static let binding: UInt32 = 33
    static let descriptorSet: UInt32 = 34
    static let offset: UInt32 = 35
  }
}
