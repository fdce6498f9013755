import Recording
import Vulkan

/// Turns a traced pass into dispatches: one type with one job between `Graph` and `Recorder`.
struct Lowering {
  private let graph: LoweredGraph
  private var regions: [Int: Region] = [:]
  /// The pack that a node is computed into, and its first element there.
  private var places: [Int: (pack: Int, offset: Int)] = [:]

  private init(_ graph: LoweredGraph) {
    self.graph = graph
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
    let lowered = LoweredGraph(graph)
    let schedule = try Schedule(lowered)
    var lowering = Lowering(lowered)
    let limit = graph.device.physical.limits.maxStorageBuffersPerStage
    for step in schedule.steps {
      switch step {
      case .dispatched(let id): lowering.dispatch(id, into: &recorder)
      case .fused(let nodes):
        try lowering.dispatch(
          fused: nodes, bindingLimit: min(limit, 16), cacheDirectory: graph.device.cacheDirectory,
          local: graph.device.physical.kind == .cpu ? 32 : 64, into: &recorder)
      }
    }
  }

  private mutating func dispatch(_ id: Int, into recorder: inout Recorder) {
    let node = graph.nodes[id]
    let inputs = node.inputs.map { input in
      let resolved = graph.resolve(input)
      return Value(
        region: memory(resolved.base, &recorder), layout: resolved.layout, type: graph.nodes[input].type)
    }
    guard let operation = node.operation as? any DispatchedOperation else { return }
    let output = Value(
      region: memory(id, &recorder), layout: .contiguous(node.type.shape), type: node.type)
    operation.dispatch(into: &recorder, inputs: inputs, output: output)
  }

  /// Cuts a group into kernels with no more bindings than the device has.
  private mutating func dispatch(
    fused nodes: [Int], bindingLimit: Int, cacheDirectory: String?, local: Int, into recorder: inout Recorder
  ) throws {
    guard Schedule.iterationShape(graph.nodes[nodes[0]], in: graph).count > 0 else { return }
    var rest = nodes[...]
    while !rest.isEmpty {
      var size = rest.count
      var kernel = fused(Array(rest.prefix(size)), &recorder)
      while kernel.ports.count > bindingLimit, size > 1 {
        size = max(1, min(size - 1, size * bindingLimit / kernel.ports.count))
        kernel = fused(Array(rest.prefix(size)), &recorder)
      }
      let part = Array(rest.prefix(size))
      rest = rest.dropFirst(size)
      let groups = (kernel.count + local - 1) / local
      let across = min(groups, 65535)
      recorder.dispatch(
        Dispatch(
          Self.label(part.map { graph.nodes[$0].operation.name }),
          try KernelLibrary.kernel(source: kernel.source, cacheDirectory: cacheDirectory),
          specialization: [UInt32(local)],
          bindings: kernel.ports.map { port in
            port.writes ? (port.reads ? .readWrite(port.region) : .write(port.region)) : .read(port.region)
          }, groups: Groups(across, (groups + across - 1) / across),
          flops: part.count { graph.nodes[$0].operation is Elementwise } * kernel.count))
    }
  }

  private mutating func fused(_ nodes: [Int], _ recorder: inout Recorder) -> FusedKernel {
    let members = Set(nodes)
    let stored = members.filter { id in
      places[id] != nil
        || graph.readers(of: id).contains { consumer, input in
          !members.contains(consumer)
            || !Schedule.isInPlace(graph.resolve(input), input: input, consumer: consumer, in: graph)
        }
    }
    // Memory first: the generator only looks it up.
    for id in nodes {
      for input in graph.nodes[id].inputs {
        let base = graph.resolve(input).base
        if !members.contains(base), graph.nodes[base].role != .constant { _ = memory(base, &recorder) }
      }
      if stored.contains(id) || graph.nodes[id].operation is Assign { _ = memory(id, &recorder) }
    }
    let regions = regions
    return FusedKernel(nodes, stored: stored, in: graph) { id in
      guard let region = regions[id] else { preconditionFailure("node \(id) has no memory") }
      return region
    }
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
        holdsFloats: node.type.dataType == .float32)
    }
    regions[id] = region
    return region
  }

  /// As in `mul, add, tanh (5)`: the first names, and how many operations there are.
  private static func label(_ names: [String]) -> String {
    var distinct: [String] = []
    for name in names where !distinct.contains(name) { distinct.append(name) }
    let shown = distinct.prefix(4).joined(separator: ", ")
    return names.count == 1 ? shown : "\(shown)\(distinct.count > 4 ? ", …" : "") (\(names.count))"
  }
}
