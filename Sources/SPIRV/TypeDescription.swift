/// A type of a module: what GLSL calls it and what it takes.
struct TypeDescription {
  /// In GLSL's words, at most `longest` bytes.
  let text: String
  /// Bytes in memory, or in shared memory, where types have no strides of their own; nil where that is open.
  var bytes: UInt64?

  /// A longer text says no more, and texts of texts could grow without bound.
  private static let longest = 160

  init(_ text: String, bytes: UInt64?) {
    self.text = text.utf8.count <= Self.longest ? text : "…"
    self.bytes = bytes
  }
}

extension Module {
  private typealias Opcode = Instruction.Opcode

  /// The description of the type that an instruction defines, from those that are described already.
  func describe(_ instruction: Instruction) throws(ModuleError) -> TypeDescription {
    switch instruction.opcode {
    case Opcode.typeVoid: return TypeDescription("void", bytes: nil)
    case Opcode.typeBool: return TypeDescription("bool", bytes: 4)
    case Opcode.typeInt:
      let suffix = instruction[1] == 32 ? "" : "\(instruction[1])_t"
      return TypeDescription(
        (instruction[2] == 0 ? "uint" : "int") + suffix, bytes: UInt64(instruction[1] / 8))
    case Opcode.typeFloat:
      let name = [32: "float", 64: "double"][instruction[1]] ?? "float\(instruction[1])_t"
      return TypeDescription(name, bytes: UInt64(instruction[1] / 8))
    case Opcode.typeVector:
      let element = try type(instruction, 1)
      return TypeDescription(
        "\(Self.prefix(element.text))vec\(instruction[2])",
        bytes: product(element.bytes, UInt64(instruction[2])))
    case Opcode.typeMatrix:
      let vector = try definition(instruction, 1, Opcode.typeVector)
      let (columns, rows) = (instruction[2], vector[2])
      return TypeDescription(
        "\(Self.prefix(try type(vector, 1).text))mat\(columns == rows ? "\(rows)" : "\(columns)x\(rows)")",
        bytes: product(try type(instruction, 1).bytes, UInt64(columns)))
    case Opcode.typeImage:
      let sampled = Self.prefix(try type(instruction, 1).text)
      let dimension = [0: "1D", 1: "2D", 2: "3D", 3: "Cube", 4: "2DRect", 5: "Buffer"][instruction[2]] ?? "?"
      let suffix = (instruction[5] == 0 ? "" : "MS") + (instruction[4] == 0 ? "" : "Array")
      let kind = instruction[6] == 2 ? "image" : "texture"
      return TypeDescription("\(sampled)\(kind)\(dimension)\(suffix)", bytes: nil)
    case Opcode.typeSampler: return TypeDescription("sampler", bytes: nil)
    case Opcode.typeSampledImage:
      let image = try type(instruction, 1).text
      return TypeDescription(image.replacing("texture", with: "sampler"), bytes: nil)
    case Opcode.typeArray:
      let element = try type(instruction, 1)
      _ = try definition(
        instruction, 2, Opcode.constant, Opcode.specConstant, Opcode.specConstantOperation)
      let count = constants[instruction[2]]
      let stride = decoration(instruction[0], Decoration.arrayStride).map(UInt64.init)
      return TypeDescription(
        "\(element.text)[\(count.map(String.init) ?? "?")]",
        bytes: count.flatMap { product(element.bytes.map { max($0, stride ?? 0) }, $0) })
    case Opcode.typeRuntimeArray: return TypeDescription("\(try type(instruction, 1).text)[]", bytes: nil)
    case Opcode.typeStruct: return try describeStruct(instruction)
    // What it points to may be defined later, and contain it.
    case Opcode.typePointer: return TypeDescription("pointer", bytes: instruction[1] == 5349 ? 8 : nil)
    default: return TypeDescription("type of opcode \(instruction.opcode)", bytes: nil)
    }
  }

  private func describeStruct(_ instruction: Instruction) throws(ModuleError) -> TypeDescription {
    var (texts, end, all) = ([String](), UInt64?.some(0), UInt64?.some(0))
    for member in 0..<UInt32(instruction.operands.count - 1) {
      let type = try type(instruction, Int(member) + 1)
      if texts.count < 64 { texts.append(type.text) }
      let start = decoration(instruction[0], member: member, Decoration.offset).map(UInt64.init)
      let bytes = memberBytes(instruction, member)
      end = larger(end, sum(start ?? end, bytes))
      all = sum(all, bytes)
    }
    let list = "{ \(texts.joined(separator: ", ")) }"
    // Offsets that overlap mean nothing where a lane has its own.
    return TypeDescription(name(instruction[0]) ?? list, bytes: larger(end, all))
  }

  /// Bytes of a struct's member, whose decorations say how its matrices lie.
  func memberBytes(_ block: Instruction, _ member: UInt32) -> UInt64? {
    let id = block[Int(member) + 1]
    guard let type = definitions[id], type.opcode == Opcode.typeMatrix, let vector = definitions[type[1]],
      let stride = decoration(block[0], member: member, Decoration.matrixStride)
    else { return types[id]?.bytes }
    let isRowMajor = decoration(block[0], member: member, Decoration.rowMajor) != nil
    return larger(product(UInt64(stride), UInt64(isRowMajor ? vector[2] : type[2])), types[id]?.bytes)
  }

  /// GLSL's prefix of vectors, matrices and images of a scalar type.
  private static func prefix(_ scalar: String) -> String {
    let short = ["float": "", "double": "d", "int": "i", "uint": "u", "bool": "b"]
    if let prefix = short[scalar] { return prefix }
    guard let match = scalar.wholeMatch(of: #/(float|int|uint)([0-9]+)_t/#) else { return scalar }
    return String(match.1.prefix(1) + match.2)
  }
}

/// Nil where a factor is unknown, or the product is larger than any memory.
func product(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
  guard let a, let b else { return nil }
  let (value, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow ? nil : value
}

/// Nil where one is unknown.
func larger(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
  guard let a, let b else { return nil }
  return max(a, b)
}

/// Nil where a term is unknown, or the sum is larger than any memory.
func sum(_ a: UInt64?, _ b: UInt64?) -> UInt64? {
  guard let a, let b else { return nil }
  let (value, overflow) = a.addingReportingOverflow(b)
  return overflow ? nil : value
}
