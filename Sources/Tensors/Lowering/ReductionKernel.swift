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
  init(
    _ sums: [Sum], label: String, prologue: [Int], in graph: LoweredGraph, cut: Cut,
    memory: @escaping (Int) -> Region
  ) {
    let plan = ReductionShape(graph.nodes[sums[0].node], in: graph)
    var body = KernelBody(prologue, over: plan.shape, inner: plan.reducedAxes, in: graph, memory: memory)
    for id in prologue { body.emit(id, isStored: false) }
    let values = sums.map { body.value(of: graph.nodes[$0.node].inputs[0], for: $0.node) }
    let targets = sums.map { (port: body.output($0.target, $0.type), sum: $0) }

    let divisor = Float(plan.reduced)
    let accumulators = sums.enumerated().map { index, sum in
      "\(sum.type.glsl) a\(index) = \(sum.kind.startGLSL(sum.type));"
    }
    let joins = zip(sums, values).enumerated().map { index, pair in
      let (sum, value) = pair
      return "a\(index) = \(sum.kind.joinGLSL("a\(index)", value, sum.type));"
    }
    let stores = targets.enumerated().map { index, target in
      let start = target.sum.target.firstElement(target.sum.type)
      let scaled = target.sum.kind == .mean && cut.parts == 1 ? "a\(index) / \(divisor)" : "a\(index)"
      let place = "part * \(plan.outputs)u + place + \(start)u"
      return "STORE\(target.port)(\(place), \(target.sum.type == .bool ? "uint(\(scaled))" : scaled));"
    }
    let keptCoordinates = plan.coordinates(body.neededAxes.subtracting(plan.reducedAxes), from: "inside")
    let innerCoordinates = plan.coordinates(body.neededAxes.intersection(plan.reducedAxes), from: "r")

    var declarations: [String] = []
    if cut.lanes > 1 {
      declarations = sums.enumerated().map { "shared \($1.type.glsl) shared\($0)[\(cut.local)];" }
    }
    var lines = [
      "uint lane = gl_LocalInvocationID.x;",
      "uint member = lane / \(cut.local / cut.lanes)u;",
      "uint place = group * \(cut.local / cut.lanes)u + lane % \(cut.local / cut.lanes)u;",
      "uint inside = min(place, \(max(1, plan.outputs) - 1)u);",
      "uint base = \(plan.keptIndex(from: "inside"));",
    ]
    lines += keptCoordinates + body.outerLoads + accumulators
    lines += [
      "uint last = min((part + 1u) * \(cut.partLength)u, \(plan.reduced)u);",
      "for (uint r = part * \(cut.partLength)u + member; r < last; r += \(cut.lanes)u) {",
      "  uint index = base + \(plan.reducedIndex(from: "r"));",
    ]
    lines += (innerCoordinates + body.loads + body.statements + joins).map { "  \($0)" }
    lines.append("}")
    if cut.lanes > 1 { lines += Self.shareLanes(sums, cut) }
    lines.append("if (member == 0u && place < \(plan.outputs)u) {")
    lines += stores.map { "  \($0)" } + ["}"]
    generated = GeneratedKernel(
      label: label, ports: body.ports, checks: body.checks, declarations: declarations, lines: lines,
      lanes: plan.outputs * cut.lanes, parts: cut.parts, local: cut.local,
      flops: (body.operations + sums.count) * plan.shape.count)
  }

  /// Joins the lanes that share an output, in a tree.
  private static func shareLanes(_ sums: [Sum], _ cut: Cut) -> [String] {
    let step = cut.local / cut.lanes
    let joins = sums.enumerated().map { index, sum in
      let join = sum.kind.joinGLSL(
        "shared\(index)[lane]", "shared\(index)[lane + width * \(step)u]", sum.type)
      return "shared\(index)[lane] = \(join);"
    }
    return sums.indices.map { "shared\($0)[lane] = a\($0);" } + [
      "for (uint width = \(cut.lanes / 2)u; width > 0u; width /= 2u) {",
      "  barrier();",
      "  if (member < width) {",
    ] + joins.map { "    \($0)" } + ["  }", "}"] + sums.indices.map { "a\($0) = shared\($0)[lane];" }
  }

  /// GLSL of the kernel that joins the parts of each of `sums`, in their order: an output a lane.
  static func join(
    _ sums: [(sum: Sum, parts: Region)], label: String, outputs: Int, parts: Int, reduced: Int
  ) -> GeneratedKernel {
    var ports: [KernelBody.Port] = []
    for (sum, region) in sums {
      ports.append(KernelBody.Port(region: region, type: sum.type, reads: true))
      ports.append(KernelBody.Port(region: sum.target, type: sum.type, writes: true))
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
