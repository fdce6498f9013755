import Recording

/// Generated kernels of reductions that go over the same axes of the same shape, with the elementwise nodes that feed them.
///
/// Lanes share an output where there are few, and long runs are split into parts that a second kernel joins; the order is
/// fixed in both.
struct ReductionKernel {
  /// How the work is cut.
  struct Cut {
    let local = 64
    let lanes: Int
    let parts: Int
    let partLength: Int

    init(outputs: Int, reduced: Int) {
      var lanes = 1
      while lanes < local, lanes * 16 <= reduced, outputs * lanes < 1024 { lanes *= 2 }
      let busy = outputs * lanes <= 4 * local ? min(64, reduced / (lanes * 512)) : 1
      let wanted = max(1, busy, (reduced / lanes + maximumLoopRounds - 1) / maximumLoopRounds)
      self.lanes = lanes
      partLength = max(1, (reduced + wanted - 1) / wanted)
      parts = max(1, (reduced + partLength - 1) / partLength)
    }
  }

  /// One reduction of the kernel: what it accumulates, and where the result goes.
  struct Sum {
    let kind: Reduction.Kind
    let type: DataType
    /// The reduction's node, and the memory of its result or, where there are parts, of those.
    let node: Int
    let target: Region
  }

  let generated: GeneratedKernel

  /// - Parameters:
  ///   - prologue: fused nodes that are computed in the loop, inputs before consumers.
  ///   - sums: reductions of one input shape and one set of axes.
  ///   - quadLimit: bytes of a binding, where a lane may take four neighbours; the order of additions is the same.
  init(
    _ sums: [Sum], label: String, prologue: [Int], in graph: LoweredGraph, cut: Cut, quadLimit: Int?,
    memory: @escaping (Int) -> Region
  ) {
    let plan = ReductionShape(graph.nodes[sums[0].node], in: graph)
    func code(_ quads: Quads?) -> (body: KernelBody, values: [String]) {
      var body = KernelBody(
        prologue, readers: sums.map(\.node), over: plan.shape, inner: plan.reducedAxes, quads: quads,
        in: graph,
        memory: memory)
      for id in prologue { body.emit(id, isStored: false) }
      let values = sums.map { body.value(of: graph.nodes[$0.node].inputs[0], for: $0.node) }
      return (body, values)
    }
    var quads = quadLimit.flatMap { plan.quads(cut, bindingLimit: $0) }
    var (body, values) = code(quads)
    if quads != nil, !body.hasQuads || body.length > Quads.longest {
      quads = nil
      (body, values) = code(nil)
    }
    let lanes = Lanes(cut, plan, quads)
    let stores = sums.enumerated().flatMap { Self.store($1, $0, plan, lanes, &body) }

    let starts = sums.enumerated().map { index, sum in
      let (type, start) = (sum.type.glsl, sum.kind.startGLSL(sum.type))
      guard lanes.accumulators > 1 else { return "\(type) a\(index) = \(start);" }
      let all = [String](repeating: start, count: lanes.accumulators).joined(separator: ", ")
      return "\(type) a\(index)[\(lanes.accumulators)] = \(type)[](\(all));"
    }
    let joins = zip(sums, values).enumerated().map { index, pair in
      let (sum, value) = pair
      let accumulator = lanes.accumulator(index, "side % \(lanes.accumulators)u")
      return "\(accumulator) = \(sum.kind.joinGLSL(accumulator, value, sum.type));"
    }
    let declarations =
      lanes.members == 1
      ? []
      : sums.enumerated().map { "shared \($1.type.glsl) shared\($0)[\(cut.local * lanes.results)];" }
    let rounds = lanes.takesRounds ? 4 : 1
    var lines = lanes.declarations
    lines.append("uint base = \(plan.keptIndex(from: "inside"));")
    lines += plan.coordinates(body.neededAxes.subtracting(plan.reducedAxes), from: "inside")
    lines += body.outerLoads + starts
    lines += [
      "uint last = place < \(lanes.places)u ? min((part + 1u) * \(cut.partLength)u, \(plan.reduced)u) : 0u;",
      "for (uint r = part * \(cut.partLength)u + member * \(rounds)u; r < last; r += \(lanes.members * rounds)u) {",
      "  uint index = base + \(plan.reducedIndex(from: "r"));",
    ]
    var inside = plan.coordinates(body.neededAxes.intersection(plan.reducedAxes), from: "r") + body.loads
    if let quads {
      let coordinates = plan.coordinates(
        body.neededAxes.intersection(quads.axes), from: lanes.takesRounds ? "(r + side)" : "(inside + side)")
      inside += Quads.sides(
        ["uint first = index;", "uint index = first + side;"] + coordinates + body.sideLoads + body.statements
          + joins)
    } else {
      inside += body.statements + joins
    }
    lines += inside.map { "  \($0)" } + ["}"] + Self.shareLanes(sums, lanes)
    lines.append("if (member == 0u && place < \(lanes.places)u) {")
    lines += stores.map { "  \($0)" } + ["}"]
    generated = GeneratedKernel(
      label: label, ports: body.ports, checks: body.checks, declarations: declarations, lines: lines,
      lanes: lanes.places * lanes.members, parts: cut.parts,
      neighbours: plan.outputs * cut.lanes / (lanes.places * lanes.members), local: cut.local,
      flops: (body.operations + sums.count) * plan.shape.count)
  }

  /// Stores the result of a sum, or four at once.
  private static func store(
    _ sum: Sum, _ index: Int, _ plan: ReductionShape, _ lanes: Lanes, _ body: inout KernelBody
  ) -> [String] {
    let start = sum.target.firstElement(sum.type)
    let results = (0..<lanes.results).map { number in
      let result = lanes.accumulator(index, "\(number)")
      let scaled = sum.kind == .mean && lanes.cut.parts == 1 ? "\(result) / \(Float(plan.reduced))" : result
      return sum.type == .bool ? "uint(\(scaled))" : scaled
    }
    let isQuad =
      results.count > 1
      && lanes.quads?.areAligned(plan.shape.strides, start: start, of: plan.shape, sum.type, in: sum.target)
        == true
    let port = body.output(sum.target, sum.type, isQuad: isQuad)
    if isQuad {
      return [
        "QUAD\(port)(part * \(plan.outputs / 4)u + place + \(start / 4)u) = \(sum.type.glslQuad)(\(results.joined(separator: ", ")));"
      ]
    }
    let place = results.count > 1 ? "place * \(results.count)u" : "place"
    return results.enumerated().map { number, result in
      "STORE\(port)(part * \(plan.outputs)u + \(place) + \(start + number)u, \(result));"
    }
  }

  /// Joins what the lanes of an output have accumulated: neighbours first, so that the order is the same where a lane takes
  /// four rounds, which it adds before any go through shared memory.
  private static func shareLanes(_ sums: [Sum], _ lanes: Lanes) -> [String] {
    var lines: [String] = []
    var width = lanes.accumulators / 2
    while lanes.takesRounds, width > 0 {
      for (index, sum) in sums.enumerated() {
        lines += (0..<width).map { number in
          let pair = (0..<2).map { lanes.accumulator(index, "\(2 * number + $0)") }
          let joined = sum.kind.joinGLSL(pair[0], pair[1], sum.type)
          return "\(lanes.accumulator(index, "\(number)")) = \(joined);"
        }
      }
      width /= 2
    }
    guard lanes.members > 1 else { return lines }
    let all = sums.indices.flatMap { sum in (0..<lanes.results).map { (sum, $0) } }
    func shared(_ sum: Int, _ number: Int, _ offset: String = "") -> String {
      "shared\(sum)[\(number * lanes.cut.local)u + lane\(offset)]"
    }
    lines += all.map { "\(shared($0, $1)) = \(lanes.accumulator($0, "\($1)"));" }
    lines += [
      "for (uint width = 1u; width < \(lanes.members)u; width *= 2u) {",
      "  barrier();",
      "  if (member % (2u * width) == 0u) {",
    ]
    lines += all.map { sum, number in
      let other = shared(sum, number, " + width * \(lanes.stride)u")
      return
        "    \(shared(sum, number)) = \(sums[sum].kind.joinGLSL(shared(sum, number), other, sums[sum].type));"
    }
    return lines + ["  }", "}"] + all.map { "\(lanes.accumulator($0, "\($1)")) = \(shared($0, $1));" }
  }

  /// GLSL of the kernel that joins the parts of each of `sums`, in their order: an output a lane.
  static func join(
    _ sums: [(sum: Sum, parts: Region)], label: String, outputs: Int, parts: Int, reduced: Int
  ) -> GeneratedKernel {
    var ports: [KernelBody.Port] = []
    for (sum, region) in sums {
      ports.append(KernelBody.Port(region: region, type: sum.type, reads: true, loaded: region.byteCount))
      ports.append(
        KernelBody.Port(region: sum.target, type: sum.type, writes: true, stored: sum.target.byteCount))
    }
    var lines = [
      "uint place = group * gl_WorkGroupSize.x + gl_LocalInvocationID.x;",
      "if (place >= \(outputs)u) return;",
    ]
    for (index, (sum, region)) in sums.enumerated() {
      let load = KernelBody.load(
        2 * index, "part * \(outputs)u + place + \(region.firstElement(sum.type))u", sum.type)
      let value = sum.kind == .mean ? "a / \(Float(reduced))" : sum.type == .bool ? "uint(a)" : "a"
      lines += [
        "{",
        "  \(sum.type.glsl) a = \(sum.kind.startGLSL(sum.type));",
        "  for (uint part = 0u; part < \(parts)u; part++) {",
        "    \(sum.type.glsl) b = \(load);",
        "    a = \(sum.kind.joinGLSL("a", "b", sum.type));",
        "  }",
        "  STORE\(2 * index + 1)(place + \(sum.target.firstElement(sum.type))u, \(value));",
        "}",
      ]
    }
    return GeneratedKernel(label: label, ports: ports, lines: lines, lanes: outputs)
  }
}

/// The axes of a reduction without those of size 1: what is kept numbers the outputs, what is reduced the rounds.
struct ReductionShape: Hashable {
  let shape: Shape
  let reducedAxes: Set<Int>

  init(_ node: LoweredNode, in graph: LoweredGraph) {
    let full = graph.nodes[node.inputs[0]].type.shape
    let axes = (node.operation as? Reduction)?.axes ?? []
    let squeezed = full.dimensions.indices.filter { full[$0] != 1 }
    shape = full.squeezed
    reducedAxes = Set(squeezed.indices.filter { axes.contains(squeezed[$0]) })
  }

  /// Four neighbours that are rounds of one sum, or outputs; nil where they would be of both kinds, or of two parts.
  func quads(_ cut: ReductionKernel.Cut, bindingLimit: Int) -> Quads? {
    guard let quads = Quads(over: shape, bindingLimit: bindingLimit), shape.count % 4 == 0 else { return nil }
    let isWhole = quads.axes.isSubset(of: reducedAxes) && (cut.parts == 1 || cut.partLength % 4 == 0)
    return isWhole || quads.axes.isDisjoint(with: reducedAxes) ? quads : nil
  }

  var reduced: Int { reducedAxes.reduce(1) { $0 * shape[$1] } }
  var outputs: Int { shape.dimensions.indices.reduce(1) { reducedAxes.contains($1) ? $0 : $0 * shape[$1] } }

  /// Where the axes of one side lie in its own row-major numbering.
  private func strides(_ side: [Int]) -> [Int: Int] {
    let strides = Shape(side.map { shape[$0] }).strides
    return Dictionary(uniqueKeysWithValues: zip(side, strides))
  }

  private var keptAxes: [Int] { shape.dimensions.indices.filter { !reducedAxes.contains($0) } }

  /// Coordinates of `axes`, all kept or all reduced, from the number of an output or a round.
  func coordinates(_ axes: Set<Int>, from number: String) -> [String] {
    let side = axes.isSubset(of: reducedAxes) ? reducedAxes.sorted() : keptAxes
    let strides = strides(side)
    return axes.sorted().map { axis in
      let stride = strides[axis] ?? 1
      let quotient = stride == 1 ? number : "\(number) / \(stride)u"
      return "uint c\(axis) = \(axis == side.first ? quotient : "\(quotient) % \(shape[axis])u");"
    }
  }

  func keptIndex(from number: String) -> String { index(keptAxes, from: number) }
  func reducedIndex(from number: String) -> String { index(reducedAxes.sorted(), from: number) }

  /// Where the element with the given number along the axes of one side lies; adjacent axes count as one.
  private func index(_ side: [Int], from number: String) -> String {
    let own = strides(side)
    var terms: [String] = []
    var position = 0
    while position < side.count {
      var last = position
      while last + 1 < side.count, side[last + 1] == side[last] + 1 { last += 1 }
      let size = side[position...last].reduce(1) { $0 * shape[$1] }
      let divisor = own[side[last]] ?? 1
      let quotient = divisor == 1 ? number : "\(number) / \(divisor)u"
      let run = position == 0 ? quotient : "\(quotient) % \(size)u"
      let stride = shape.strides[side[last]]
      terms.append(stride == 1 ? "(\(run))" : "(\(run)) * \(stride)u")
      position = last + 1
    }
    return terms.isEmpty ? "0u" : terms.joined(separator: " + ")
  }
}
