import SPIRV

/// The features that a module's instructions need by what they work on, which its capabilities don't tell: atomic operations
/// by memory and type, execution modes of floats by width. Each once, in order.
func featuresInUse(by instructions: [Instruction]) -> [(feature: String, source: String)] {
  var scalars: [UInt32: String] = [:]
  // What types of pointers, and values of such types, point into.
  var types: [UInt32: (memory: String, scalar: String)] = [:]
  var values = types
  var found: [(feature: String, source: String)] = []
  var seen: Set<String> = []
  func add(_ feature: String, _ source: String) {
    if seen.insert(feature).inserted { found.append((feature, source)) }
  }
  for instruction in instructions {
    let operands = Array(instruction.operands)
    switch (instruction.opcode, operands.count) {
    case (21, 3): scalars[operands[0]] = "Int\(operands[1])"
    case (22, 2...): scalars[operands[0]] = "Float\(operands[1])"
    case (32, 3):
      if let memory = memories[operands[1]], let scalar = scalars[operands[2]] {
        types[operands[0]] = (memory, scalar)
      }
    case (16, 3):
      if let mode = floatModes[operands[1]] {
        add("shader\(mode)Float\(operands[2])", "execution mode \(mode) \(operands[2])")
      }
    case (let opcode, 2...):
      if let type = types[operands[0]] { values[operands[1]] = type }
      // A store has no result in front of its pointer.
      if let kind = atomics[opcode], let pointer = operands.dropFirst(opcode == 228 ? 0 : 2).first,
        let (memory, scalar) = values[pointer], scalar == "Int64" || scalar.hasPrefix("Float")
      {
        add("shader\(memory)\(scalar)\(kind)", "an atomic operation")
      }
    default: break
    }
  }
  return found
}

/// Storage classes by the words that Vulkan's features have for them: storage buffers, by SPIR-V 1.0 and behind addresses
/// too, shared memory, and images.
private let memories: [UInt32: String] = [
  2: "Buffer", 12: "Buffer", 5349: "Buffer", 4: "Shared", 11: "Image",
]

/// Atomic operations by the words of their features: 6035 adds floats, 5614 and 5615 are their minimum and maximum; from 227
/// on are load, store, exchange, and all those of integers.
private let atomics: [UInt32: String] =
  Dictionary(uniqueKeysWithValues: (227...242).map { ($0, "Atomics") })
  .merging([6035: "AtomicAdd", 5614: "AtomicMinMax", 5615: "AtomicMinMax"]) { $1 }

private let floatModes: [UInt32: String] = [
  4459: "DenormPreserve", 4460: "DenormFlushToZero", 4461: "SignedZeroInfNanPreserve",
  4462: "RoundingModeRTE", 4463: "RoundingModeRTZ",
]
