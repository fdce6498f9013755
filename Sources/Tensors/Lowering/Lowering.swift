import Kernels
import Recording
import Vulkan

/// Turns a traced pass into dispatches: one type with one job between `Graph` and `Recorder`.
struct Lowering {
  private let graph: LoweredGraph
  private let prologues: Prologues
  private let device: Device
  /// Bytes of a binding, where lanes may compute four neighbours; kernels that aren't fused show the plain form.
  private let quadLimit: Int?
  private var regions: [Int: Region] = [:]
  /// The pack that a node is computed into, and its first element there.
  private var places: [Int: (pack: Int, offset: Int)] = [:]

  private init(_ graph: LoweredGraph, _ schedule: Schedule, fusion: Bool, device: Device) {
    self.graph = graph
    self.device = device
    quadLimit = fusion ? device.physical.limits.maxStorageBufferRange : nil
    prologues = schedule.prologues
    for pack in graph.order where graph.nodes[pack].role == .pack {
      var offset = 0
      for input in graph.nodes[pack].inputs {
        places[graph.resolve(input).base] = (pack, offset)
        offset += graph.nodes[input].type.shape.count
      }
    }
  }

  /// Records the dispatches of `graph` into the current segment of `recorder`.
  static func lower(_ graph: Graph, into recorder: inout Recorder) throws {
    if let failure = graph.failure { throw failure }
    let fusion = !recorder.options.noFusion
    var lowered = LoweredGraph(graph, fusion: fusion)
    var schedule = try Schedule(lowered, fusion: fusion)
    if fusion && lowered.recompute(schedule, graph.effects) { schedule = try Schedule(lowered) }
    var lowering = Lowering(lowered, schedule, fusion: fusion, device: graph.device)
    var small: [GeneratedKernel] = []
    for (position, (level, step)) in schedule.steps.enumerated() {
      var kernels: [GeneratedKernel] = []
      switch step {
      case .dispatched(let id): try lowering.dispatch(id, into: &recorder)
      case .fused(let nodes): kernels = lowering.kernels(fused: nodes, &recorder)
      case .reduced(let nodes): kernels = lowering.kernels(reduced: nodes, &recorder)
      }
      if fusion, kernels.count == 1, kernels[0].isSmall {
        small += kernels
      } else {
        for kernel in kernels { try lowering.dispatch([kernel], into: &recorder) }
      }
      if position + 1 == schedule.steps.count || schedule.steps[position + 1].level != level {
        try lowering.dispatch(small: &small, into: &recorder)
      }
    }
  }

  /// Records small kernels of one level in as few dispatches as bindings allow.
  private func dispatch(small: inout [GeneratedKernel], into recorder: inout Recorder) throws {
    while !small.isEmpty {
      var count = small.count
      while count > 1, small.prefix(count).reduce(0, { $0 + $1.bindings(bindingLimit).count }) > bindingCount
      {
        count -= 1
      }
      try dispatch(Array(small.prefix(count)), into: &recorder)
      small.removeFirst(count)
    }
  }

  /// Records generated kernels as one dispatch.
  private func dispatch(_ kernels: [GeneratedKernel], into recorder: inout Recorder) throws {
    let local = kernels.compactMap(\.local).max() ?? (device.physical.kind == .cpu ? 32 : 64)
    let source = GeneratedKernel.source(kernels, local: local, bindingLimit: bindingLimit)
    let kernel = try KernelLibrary.kernel(source: source, cacheDirectory: device.cacheDirectory)
    let checks = kernels.flatMap(\.checks)
    let report: [Binding] = checks.isEmpty ? [] : [.readWrite(try recorder.indexReport(checks))]
    let groups = kernels.reduce(0) { $0 + $1.groups(local) }
    recorder.dispatch(
      Dispatch(
        kernels.map(\.label).joined(separator: "; "), kernel, specialization: [UInt32(local)],
        bindings: kernels.flatMap { $0.bindings(bindingLimit) } + report,
        groups: Groups(over: groups, parts: kernels[0].parts), flops: kernels.reduce(0) { $0 + $1.flops }))
  }

  private mutating func dispatch(_ id: Int, into recorder: inout Recorder) throws {
    let node = graph.nodes[id]
    let inputs = node.inputs.map { input in
      let resolved = graph.resolve(input)
      return Value(
        region: memory(resolved.base, &recorder), layout: resolved.layout, type: graph.nodes[input].type)
    }
    guard let operation = node.operation as? any DispatchedOperation else { return }
    let output = Value(
      region: memory(id, &recorder), layout: .contiguous(node.type.shape), type: node.type)
    try operation.dispatch(into: &recorder, inputs: inputs, output: output)
  }

  /// Storage buffers that a generated kernel may have: many cost compile time and registers.
  private var bindingCount: Int { min(device.physical.limits.maxStorageBuffersPerStage, 16) }
  private var bindingLimit: Int { device.physical.limits.maxStorageBufferRange }

  /// The most of `nodes` for which `make` gives a kernel that the device can bind, and that kernel.
  private func largest(
    of nodes: ArraySlice<Int>, _ make: ([Int]) -> GeneratedKernel
  ) -> (size: Int, kernel: GeneratedKernel) {
    func bindings(_ kernel: GeneratedKernel) -> Int {
      kernel.bindings(bindingLimit).count + (kernel.checks.isEmpty ? 0 : 1)
    }
    var size = nodes.count
    var kernel = make(Array(nodes))
    while bindings(kernel) > bindingCount, size > 1 {
      size = max(1, min(size - 1, size * bindingCount / bindings(kernel)))
      kernel = make(Array(nodes.prefix(size)))
    }
    return (size, kernel)
  }

  private mutating func kernels(fused nodes: [Int], _ recorder: inout Recorder) -> [GeneratedKernel] {
    guard Schedule.iterationShape(graph.nodes[nodes[0]], in: graph).count > 0 else { return [] }
    place(nodes, nodes, &recorder)
    let lowering = self
    var rest = nodes[...]
    var kernels: [GeneratedKernel] = []
    while !rest.isEmpty {
      let (size, kernel) = largest(of: rest) { members in
        FusedKernel(
          members, label: label(members), isStored: { lowering.isStored($0, by: Set(members)) }, in: graph,
          quadLimit: lowering.quadLimit, memory: lowering.placed
        ).generated
      }
      rest = rest.dropFirst(size)
      kernels.append(kernel)
    }
    return kernels
  }

  private mutating func kernels(reduced nodes: [Int], _ recorder: inout Recorder) -> [GeneratedKernel] {
    let shape = ReductionShape(graph.nodes[nodes[0]], in: graph)
    guard shape.outputs > 0 else { return [] }
    let cut = ReductionKernel.Cut(outputs: shape.outputs, reduced: shape.reduced)
    place(nodes.flatMap { [Int](prologues.nodes[$0] ?? []) } + nodes, nodes, &recorder)
    let lowering = self
    let sums = nodes.map { id in
      let type = graph.nodes[id].type.dataType
      return ReductionKernel.Sum(
        kind: (graph.nodes[id].operation as? Reduction)?.kind ?? .sum, type: type, node: id,
        target: cut.parts == 1
          ? placed(id)
          : recorder.scratch(
            TensorType([cut.parts, shape.outputs], type), label: "\(graph.nodes[id].operation.name): parts"
          ).region)
    }
    var rest = nodes[...]
    var kernels: [GeneratedKernel] = []
    while !rest.isEmpty {
      let (size, kernel) = largest(of: rest) { members in
        let inside = members.reduce(into: Set<Int>()) { $0.formUnion(prologues.nodes[$1] ?? []) }
        let prologue = graph.order.filter(inside.contains)
        let name = label(prologue + members)
        return ReductionKernel(
          sums.filter { members.contains($0.node) }, label: cut.parts == 1 ? name : "\(name): parts",
          prologue: prologue, in: graph, cut: cut, quadLimit: lowering.quadLimit, memory: lowering.placed
        ).generated
      }
      let part = Array(rest.prefix(size))
      rest = rest.dropFirst(size)
      kernels.append(kernel)
      guard cut.parts > 1 else { continue }
      let parted = sums.filter { part.contains($0.node) }.map { sum in
        (
          sum: ReductionKernel.Sum(kind: sum.kind, type: sum.type, node: sum.node, target: placed(sum.node)),
          parts: sum.target
        )
      }
      kernels.append(
        ReductionKernel.join(
          parted, label: label(part), outputs: shape.outputs, parts: cut.parts, reduced: shape.reduced))
    }
    return kernels
  }

  /// Whether a node of a kernel has to be in memory: for a pack, or for what another kernel computes.
  private func isStored(_ id: Int, by members: Set<Int>) -> Bool {
    places[id] != nil
      || graph.readers(of: id).contains { consumer, input in
        let isInPlace = Schedule.isInPlace(graph.resolve(input), input: input, consumer: consumer, in: graph)
        if prologues.kernels(computing: consumer, graph).contains(where: {
          !isInPlace || !prologues.computes(id, inside: $0)
        }) {
          return true
        }
        if prologues.inlinedOnly.contains(consumer) || graph.nodes[consumer].role == .reduced { return false }
        return !members.contains(consumer) || !isInPlace
      }
  }

  /// Gives memory to the results of a kernel and to what it reads, before it is generated.
  private mutating func place(_ members: [Int], _ results: [Int], _ recorder: inout Recorder) {
    let inside = Set(members)
    for id in members {
      for input in graph.nodes[id].inputs {
        let base = graph.resolve(input).base
        if !inside.contains(base), graph.nodes[base].role != .constant { _ = memory(base, &recorder) }
      }
    }
    for id in results { _ = memory(id, &recorder) }
  }

  private func placed(_ id: Int) -> Region {
    guard let region = regions[id] else { preconditionFailure("node \(id) has no memory") }
    return region
  }

  /// The memory of a node, asked for when the first kernel needs it.
  private mutating func memory(_ id: Int, _ recorder: inout Recorder) -> Region {
    if let region = regions[id] { return region }
    let node = graph.nodes[id]
    let region: Region
    if let read = node.operation as? ReadVariable {
      region = read.variable.region
    } else if let assign = node.operation as? Assign {
      region = assign.variable.region
    } else if let place = places[id] {
      region = memory(place.pack, &recorder)
        .slice(offset: place.offset * node.type.dataType.byteCount, byteCount: node.type.byteCount)
    } else {
      region = recorder.transient(
        byteCount: max(4, node.type.byteCount), label: node.operation.name,
        elements: node.type.dataType.elements)
    }
    regions[id] = region
    return region
  }

  /// As in `mul, add, tanh (5)`: the first names, and how many operations there are.
  private func label(_ nodes: [Int]) -> String {
    let names = nodes.map { graph.nodes[$0].operation.name }
    var distinct: [String] = []
    for name in names where !distinct.contains(name) { distinct.append(name) }
    let shown = distinct.prefix(4).joined(separator: ", ")
    return names.count == 1 ? shown : "\(shown)\(distinct.count > 4 ? ", …" : "") (\(names.count))"
  }
}
