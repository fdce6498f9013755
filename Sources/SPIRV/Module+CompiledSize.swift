extension Module {
  private typealias Opcode = Instruction.Opcode

  /// So deep may functions call each other; honest kernels are inlined.
  private static let mostCalls = 64
  /// Loops that may ask to be unrolled; each is walked once.
  private static let mostLoops = 4096

  /// How many instructions a driver compiles where it inlines all calls and unrolls each loop that asks for it as often as its
  /// condition's constant says; a value of several words, an array say, counts once a word.
  func compiledSize() throws(ModuleError) -> UInt64 {
    var own: UInt64 = 0
    var bodies: [UInt32: ArraySlice<Instruction>] = [:]
    var start: Int?
    for (place, instruction) in instructions.enumerated() {
      if instruction.opcode == Opcode.function { start = place }
      if let first = start {
        guard instruction.opcode == Opcode.functionEnd else { continue }
        bodies[instructions[first][1]] = instructions[first...place]
        start = nil
      } else {
        // Decorations begin with types, too.
        let isConstant = Opcode.constantTrue...Opcode.specConstantOperation ~= instruction.opcode
        own = saturating(own, isConstant ? weight(of: instruction) : 1)
      }
    }
    var sizes: [UInt32: UInt64] = [:]
    for entry in all(Opcode.entryPoint) {
      own = saturating(own, try size(of: entry[1], bodies, depth: 0, &sizes))
    }
    return own
  }

  private func size(
    of function: UInt32, _ bodies: [UInt32: ArraySlice<Instruction>], depth: Int,
    _ sizes: inout [UInt32: UInt64]
  ) throws(ModuleError) -> UInt64 {
    if let known = sizes[function] { return known }
    guard let body = bodies[function] else { return 0 }
    guard depth < Self.mostCalls else {
      throw body[body.startIndex].error(
        "\(depth) calls within each other", expected: "fewer, and none of itself")
    }
    let rounds = try rounds(body)
    var total: UInt64 = 0
    for (instruction, rounds) in zip(body, rounds) {
      var weight = weight(of: instruction)
      if instruction.opcode == Opcode.functionCall {
        weight = saturating(weight, try size(of: instruction[2], bodies, depth: depth + 1, &sizes))
      }
      total = saturating(total, product(weight, rounds) ?? .max)
    }
    sizes[function] = total
    return total
  }

  /// The words of an instruction's result; 1 where it has none, or where its type is no value's.
  private func weight(of instruction: Instruction) -> UInt64 {
    guard instruction.operands.count > 1, let bytes = types[instruction[0]]?.bytes else { return 1 }
    return max(1, bytes / 4)
  }

  /// How often each instruction of a function stands there, once loops are unrolled.
  private func rounds(_ body: ArraySlice<Instruction>) throws(ModuleError) -> [UInt64] {
    let blocks = Blocks(body)
    var rounds = [UInt64](repeating: 1, count: blocks.ranges.count)
    let loops = blocks.ranges.indices.filter { blocks.merge(of: $0)?.unrolls ?? false }
    guard loops.count <= Self.mostLoops else {
      throw body[body.startIndex].error("\(loops.count) loops that are unrolled", expected: "at most 4096")
    }
    for header in loops {
      guard let loop = blocks.merge(of: header) else { continue }
      let inside = blocks.reached(from: header, without: loop.end)
      let count = trips(blocks, header, inside)
      for block in inside { rounds[block] = product(rounds[block], count) ?? .max }
    }
    var all = [UInt64](repeating: 1, count: body.count)
    for (block, range) in blocks.ranges.enumerated() {
      for place in range { all[place - body.startIndex] = rounds[block] }
    }
    return all
  }

  /// Rounds of a loop by the constant that its counter is compared with, and by the constant that is added to it; 1 where none is,
  /// as nobody can unroll it then.
  private func trips(_ blocks: Blocks, _ header: Int, _ inside: [Int]) -> UInt64 {
    // The comparison stands in the header, or in the one block behind it.
    let next = blocks.next(header)
    let head = ([header] + (next.count == 1 ? next : [])).flatMap { blocks.body[blocks.ranges[$0]] }
    for comparison in head where 170...179 ~= comparison.opcode {
      let sides = (2...3).map { constants[comparison[$0]].map(UInt32.init(truncatingIfNeeded:)) }
      guard (sides[0] == nil) != (sides[1] == nil), let limit = sides[0] ?? sides[1] else { continue }
      // SGreaterThan and the other signed comparisons have odd numbers.
      let isNegative = comparison.opcode >= 172 && comparison.opcode % 2 == 1 && Int32(bitPattern: limit) < 0
      if isNegative { return 1 }
      let counter = comparison[sides[0] == nil ? 2 : 3]
      return max(1, (UInt64(limit) + 1) / step(of: counter, blocks, header, inside))
    }
    return 1
  }

  /// The constant that is added to a counter from round to round, where it is a phi of the header; else 1, the least.
  private func step(of counter: UInt32, _ blocks: Blocks, _ header: Int, _ inside: [Int]) -> UInt64 {
    let phis = blocks.body[blocks.ranges[header]]
    guard let phi = phis.first(where: { $0.opcode == Opcode.phi && $0[1] == counter }) else { return 1 }
    for block in inside {
      for sum in blocks.body[blocks.ranges[block]]
      where sum.opcode == 128 && sum[2] == counter && phi.operands.dropFirst(2).contains(sum[1]) {
        if let step = constants[sum[3]], 1...UInt64(Int32.max) ~= step { return step }
      }
    }
    return 1
  }
}

/// The blocks of a function, and where each may go.
private struct Blocks {
  private typealias Opcode = Instruction.Opcode

  let body: ArraySlice<Instruction>
  private(set) var ranges: [Range<Int>] = []
  private var numbers: [UInt32: Int] = [:]

  init(_ body: ArraySlice<Instruction>) {
    self.body = body
    var start: Int?
    for place in body.indices where [Opcode.label, Opcode.functionEnd].contains(body[place].opcode) {
      if let start {
        numbers[body[start][0]] = ranges.count
        ranges.append(start..<place)
      }
      start = place
    }
  }

  /// Where the loop that a block begins ends, and whether it asks to be unrolled; nil where it begins none.
  func merge(of block: Int) -> (end: UInt32, unrolls: Bool)? {
    guard let merge = body[ranges[block]].last(where: { $0.opcode == Opcode.loopMerge }) else { return nil }
    return (merge[0], merge[2] & 1 != 0)
  }

  /// The blocks that a block goes to.
  func next(_ block: Int) -> [Int] {
    guard let last = body[ranges[block]].last else { return [] }
    let targets: [UInt32] =
      switch last.opcode {
      case Opcode.branch: [last[0]]
      case Opcode.branchConditional: [last[1], last[2]]
      // A selector, the default, and pairs of a literal and a label.
      case Opcode.switch: [last[1]] + stride(from: 3, to: last.operands.count, by: 2).map { last[$0] }
      default: []
      }
    return targets.compactMap { numbers[$0] }
  }

  /// All that is reached from a block without passing the one of label `end`.
  func reached(from block: Int, without end: UInt32) -> [Int] {
    let stop = numbers[end]
    var (seen, open, found): (Set<Int>, [Int], [Int]) = ([block], [block], [])
    while let block = open.popLast() {
      found.append(block)
      for target in next(block) where target != stop && seen.insert(target).inserted { open.append(target) }
    }
    return found
  }
}

/// The sum, or the largest number where it is larger.
private func saturating(_ a: UInt64, _ b: UInt64) -> UInt64 { sum(a, b) ?? .max }
