import Recording

/// A generated kernel of elementwise nodes of one shape: an element a lane, four where that saves loads or stores, or two
/// where float16 is stored.
struct FusedKernel {
  let generated: GeneratedKernel

  /// - Parameters:
  ///   - nodes: fused nodes of one iteration shape, inputs before consumers.
  ///   - isStored: those whose values others read from memory.
  ///   - quadLimit: bytes of a binding, where a lane may compute four elements.
  ///   - memory: the memory of a base node.
  init(
    _ nodes: [Int], label: String, isStored: (Int) -> Bool, in graph: LoweredGraph, quadLimit: Int?,
    memory: @escaping (Int) -> Region
  ) {
    let shape = Schedule.iterationShape(graph.nodes[nodes[0]], in: graph)
    func body(_ quads: Quads?, inner: Set<Int> = []) -> KernelBody {
      var body = KernelBody(nodes, over: shape, inner: inner, quads: quads, in: graph, memory: memory)
      for id in nodes { body.emit(id, isStored: isStored(id)) }
      return body
    }
    let plain = body(nil)
    let storesHalf = plain.stores.contains { $0.type == .float16 }
    let isShort = plain.length <= Quads.longest
    let quads = storesHalf || !isShort ? nil : quadLimit.flatMap { Quads(over: shape, bindingLimit: $0) }
    var wide = quads.map { body($0) }
    let neighbours = storesHalf ? 2 : wide?.hasQuads == true ? 4 : 1
    let rounds = neighbours == 4 ? Rounds(over: shape, loads: plain.axesOfLoads) : nil
    if let rounds, let quads { wide = body(quads, inner: rounds.inner) }
    let lanes = (shape.count + neighbours - 1) / neighbours / (rounds?.count ?? 1)
    var lines = [
      "uint lane = group * gl_WorkGroupSize.x + gl_LocalInvocationID.x;",
      "if (lane >= \(lanes)u) return;",
    ]
    if let quads, let wide, let rounds {
      lines = Self.rounds(rounds, wide, quads)
    } else if let quads, let wide, neighbours == 4 {
      lines += Self.quads(wide, quads, plain)
    } else if storesHalf {
      lines += Self.pairs(plain.stores, Self.element(plain), count: shape.count)
    } else {
      lines += ["uint index = lane;"] + Self.element(plain)
    }
    generated = GeneratedKernel(
      label: label, ports: (wide ?? plain).ports, checks: plain.checks, lines: lines, lanes: lanes,
      neighbours: storesHalf ? 1 : neighbours * (rounds?.count ?? 1), local: rounds?.local,
      flops: plain.operations * shape.count)
  }

  /// All that is done for the element `index`.
  private static func element(_ body: KernelBody) -> [String] {
    KernelSource.coordinates(body.neededAxes, of: body.shape, from: "index") + body.loads + body.statements
      + stores(body.stores)
  }

  private static func stores(_ stores: [KernelBody.Store]) -> [String] {
    stores.enumerated().map { number, store in
      if store.type == .float16 { return "half\(number)[side] = halfBits(\(store.value));" }
      let value = store.type == .bool ? "uint(\(store.value))" : store.value
      if store.isQuad { return "quad\(number)[side] = \(value);" }
      return "STORE\(store.port)(index\(store.start == 0 ? "" : " + \(store.start)u"), \(value));"
    }
  }

  /// Four neighbours a round, so that what a workgroup's neighbours have in common is loaded once.
  private static func rounds(_ rounds: Rounds, _ body: KernelBody, _ quads: Quads) -> [String] {
    let outer = body.neededAxes.subtracting(rounds.inner)
    return [
      "uint lane = group * \(rounds.local * rounds.count)u + gl_LocalInvocationID.x;",
      "uint index = lane * 4u;",
    ] + KernelSource.coordinates(outer, of: body.shape, from: "index") + body.outerLoads + [
      // Drivers would unroll it, and compile the body as often.
      "[[dont_unroll]] for (uint round = 0u; round < \(rounds.count)u; round++, lane += \(rounds.local)u) {"
    ] + quad(body, quads, axes: body.neededAxes.intersection(rounds.inner)).map { "  \($0)" } + ["}"]
  }

  /// A lane computes four neighbours; what remains is the last lane's.
  private static func quads(_ body: KernelBody, _ quads: Quads, _ plain: KernelBody) -> [String] {
    let shape = body.shape
    let lines = quad(body, quads, axes: body.neededAxes)
    let whole = shape.count / 4
    guard shape.count % 4 != 0 else { return lines }
    return ["if (lane < \(whole)u) {"] + lines.map { "  \($0)" }
      + ["}", "for (uint index = \(4 * whole)u; lane == \(whole)u && index < \(shape.count)u; index++) {"]
      + element(plain).map { "  \($0)" } + ["}"]
  }

  /// The four neighbours of `lane`, with the coordinates of `axes`; what lies side by side is stored at once.
  private static func quad(_ body: KernelBody, _ quads: Quads, axes: Set<Int>) -> [String] {
    let shape = body.shape
    let inside =
      ["uint index = lane * 4u + side;"]
      + KernelSource.coordinates(body.neededAxes.intersection(quads.axes), of: shape, from: "index")
      + body.sideLoads + body.statements + stores(body.stores)
    let wide = body.stores.enumerated().filter { $0.element.isQuad }
    var lines = ["uint index = lane * 4u;"]
    lines += KernelSource.coordinates(axes, of: shape, from: "index") + body.loads
    lines +=
      wide.map { "\($0.element.type.glslQuad) quad\($0.offset);" }
      + Quads.sides(inside)
    lines += wide.map { number, store in
      "QUAD\(store.port)(lane\(store.start == 0 ? "" : " + \(store.start / 4)u")) = quad\(number);"
    }
    return lines
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

/// How a large kernel is cut into few, long workgroups: starting one costs a CPU driver as much as some hundred elements.
struct Rounds {
  /// How often each lane computes four neighbours, and lanes of a workgroup.
  let count, local: Int
  /// The last axes, along which a workgroup's elements lie: what depends on none of them is the same in all rounds.
  let inner: Set<Int>

  /// Workgroups that keep any device busy.
  private static let leastGroups = 512

  /// Nil where the kernel is small, or no number of rounds divides it.
  ///
  /// - Parameter loads: the axes that each load depends on.
  init?(over shape: Shape, loads: [Set<Int>]) {
    let last = shape.rank - 1
    let shared = loads.filter { !$0.contains(last) }.compactMap { $0.max() }.max() ?? -1
    inner = Set((shared + 1)..<shape.rank)
    let run = inner.reduce(1) { $0 * shape[$1] }
    guard shape.count % 4 == 0, run % 4 == 0 else { return nil }
    var best = (count: 1, local: 0)
    for local in [128, 64, 32] {
      for count in 2...8 where count > best.count {
        let lanes = local * count
        if run / 4 % lanes == 0, shape.count / 4 / lanes >= Self.leastGroups { best = (count, local) }
      }
    }
    guard best.local > 0 else { return nil }
    (count, local) = best
  }
}
