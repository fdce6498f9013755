/// What a shader asks of who runs it, read from its SPIR-V.
package struct Reflection: Sendable, Codable, Equatable {
  /// An entry point.
  package struct EntryPoint: Sendable, Codable, Equatable {
    /// By which a pipeline asks for it.
    package let name: String
    /// "compute", or another stage's number.
    package let stage: String
    /// Lanes along x, y and z; where a specialization constant gives one, its default.
    package let workgroupSize: [UInt64]
    /// The ids of the specialization constants that give the size, nil where it is fixed.
    package let workgroupSizeConstants: [UInt32?]
  }

  /// What is done to a resource.
  package enum Access: String, Sendable, Codable {
    case read, write, readWrite = "read and write"
  }

  /// The kind of a resource's descriptor.
  package enum Kind: String, Sendable, Codable {
    case storageBuffer = "storage buffer", uniformBuffer = "uniform buffer", storageImage = "storage image"
    case sampledImage = "sampled image", combinedImageSampler = "combined image sampler", sampler
    case uniformTexelBuffer = "uniform texel buffer", storageTexelBuffer = "storage texel buffer"
    case other = "other resource"
  }

  /// A resource.
  package struct Binding: Sendable, Codable, Equatable {
    /// The descriptor set, and the binding in it.
    package let set, binding: UInt32
    /// Of the variable, or of its block; nil where the module has no names.
    package let name: String?
    /// Of its descriptor.
    package let kind: Kind
    /// As the shader declares it.
    package let access: Access
    /// In GLSL's words.
    package let type: String
    /// Descriptors: 1, or the length of an array of them; nil where that is open.
    package let count: UInt64?
  }

  /// A field of the push constants.
  package struct Field: Sendable, Codable, Equatable {
    /// With those of the structs around it; nil where the module has no names.
    package let name: String?
    /// In GLSL's words.
    package let type: String
    /// Bytes from the start.
    package let offset: UInt64
    /// Bytes that it takes; nil where that is open.
    package let size: UInt64?
  }

  /// A specialization constant.
  package struct SpecializationConstant: Sendable, Codable, Equatable {
    /// The number that a pipeline gives it a value by.
    package let id: UInt32
    /// Nil where the module has no names.
    package let name: String?
    /// In GLSL's words.
    package let type: String
    /// In the type's own words.
    package let defaultValue: String
  }

  /// Of SPIR-V: "1.5".
  package let version: String
  /// At least one.
  package let entryPoints: [EntryPoint]
  /// In order of set and binding.
  package let bindings: [Binding]
  /// In order of offset.
  package let pushConstants: [Field]
  /// Up to the end of the last push constant; nil where that is open.
  package let pushConstantBytes: UInt64?
  /// In order of id.
  package let specializationConstants: [SpecializationConstant]
  /// Bytes of shared memory, at the constants' defaults; nil where they can't be computed.
  package let sharedBytes: UInt64?
  /// By their names in SPIR-V's specification.
  package let capabilities: [String]
  /// The SPIR-V extensions.
  package let extensions: [String]
}

extension Reflection {
  private typealias Opcode = Instruction.Opcode

  /// What stands in a module.
  ///
  /// - Throws: ``ModuleError`` where the words are no module, or refer to what isn't there.
  package init(_ words: [UInt32]) throws(ModuleError) {
    let module = try Module(words)
    version = "\(words[1] >> 16 & 0xFF).\(words[1] >> 8 & 0xFF)"
    capabilities = module.all(Opcode.capability).map { capabilityName($0[0]) }
    var extensions: [String] = []
    for instruction in module.all(Opcode.extension) { extensions.append(try instruction.text(at: 0)) }
    self.extensions = extensions
    specializationConstants = try module.specializationConstants()
    entryPoints = try module.entryPoints()
    guard !entryPoints.isEmpty else {
      throw ModuleError(offset: 4 * words.count, found: "no entry point", expected: "at least one")
    }
    bindings = try module.bindings()
    (pushConstants, pushConstantBytes) = try module.pushConstants()
    sharedBytes = try module.sharedBytes()
  }
}
