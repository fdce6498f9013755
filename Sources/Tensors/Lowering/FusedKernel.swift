import Recording

/// A generated kernel of elementwise nodes of one shape: an element a lane, or two where float16 is stored.
struct FusedKernel {
  let generated: GeneratedKernel

  /// - Parameters:
  ///   - nodes: fused nodes of one iteration shape, inputs before consumers.
  ///   - isStored: those whose values others read from memory.
  ///   - memory: the memory of a base node.
  init(
    _ nodes: [Int], label: String, isStored: (Int) -> Bool, in graph: LoweredGraph,
    memory: @escaping (Int) -> Region
  ) {
    let shape = Schedule.iterationShape(graph.nodes[nodes[0]], in: graph)
    var body = KernelBody(nodes, over: shape, in: graph, memory: memory)
    for id in nodes { body.emit(id, isStored: isStored(id)) }
    let storesHalf = body.stores.contains { $0.type == .float16 }
    let lanes = storesHalf ? (shape.count + 1) / 2 : shape.count
    var lines = [
      "uint lane = group * gl_WorkGroupSize.x + gl_LocalInvocationID.x;",
      "if (lane >= \(lanes)u) return;",
    ]
    let inside =
      KernelSource.coordinates(body.neededAxes, of: shape, from: "index") + body.loads + body.statements
      + Self.stores(body.stores)
    if storesHalf {
      lines += Self.pairs(body.stores, inside, count: shape.count)
    } else {
      lines += ["uint index = lane;"] + inside
    }
    generated = GeneratedKernel(
      label: label, ports: body.ports, checks: body.checks, lines: lines, lanes: lanes,
      flops: body.operations * shape.count)
  }

  private static func stores(_ stores: [KernelBody.Store]) -> [String] {
    stores.enumerated().map { number, store in
      if store.type == .float16 { return "half\(number)[side] = halfBits(\(store.value));" }
      let value = store.type == .bool ? "uint(\(store.value))" : store.value
      return "STORE\(store.port)(index\(store.start == 0 ? "" : " + \(store.start)u"), \(value));"
    }
  }

  /// A lane computes two neighbours, so that it alone writes the word that they share.
  private static func pairs(_ stores: [KernelBody.Store], _ inside: [String], count: Int) -> [String] {
    let halves = stores.enumerated().filter { $0.element.type == .float16 }
    var lines = halves.map { "uvec2 half\($0.offset) = uvec2(0u);" }
    lines.append("for (uint side = 0u; side < 2u && lane * 2u + side < \(count)u; side++) {")
    lines += (["uint index = lane * 2u + side;"] + inside).map { "  \($0)" }
    lines.append("}")
    for (number, store) in halves {
      let word = "lane\(store.start == 0 ? "" : " + \(store.start / 2)u")"
      let both = "half\(number).x | half\(number).y << 16"
      let value =
        count % 2 == 0 || !store.isPart
        ? both
        : "lane == \(count / 2)u ? (LOAD\(store.port)(\(word)) & 0xFFFF0000u) | half\(number).x : \(both)"
      lines.append("STORE\(store.port)(\(word), \(value));")
    }
    return lines
  }
}
