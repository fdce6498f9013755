/// The order in which a pass is computed, and which elementwise nodes share a kernel.
///
/// Each node has a level, the length of the longest way from the pass's inputs to it, counted in kernels. An elementwise
/// node stays on the level of the elementwise nodes of its shape that it reads; so nodes of one level and shape can be one
/// kernel, and no cycle can arise.
struct Schedule {
  /// One or more kernels, in the order of the pass.
  enum Step {
    case fused([Int])
    case dispatched(Int)
  }

  private(set) var steps: [Step] = []
  private let graph: LoweredGraph
  private var levels: [Int]
  /// The effect that made each version of a variable.
  private var writers: [VersionKey: Int] = [:]
  private var readers: [VersionKey: [Int]] = [:]

  private struct VersionKey: Hashable {
    let variable: ObjectIdentifier
    let version: Int
  }

  private struct GroupKey: Hashable {
    let level: Int
    let shape: Shape
  }

  /// - Throws: `GraphError.staleRead` when an old value of a variable is used after its assignment.
  init(_ graph: LoweredGraph) throws(GraphError) {
    self.graph = graph
    levels = [Int](repeating: 0, count: graph.nodes.count)
    var versions: [ObjectIdentifier: Int] = [:]
    for id in graph.order where graph.nodes[id].role != .view {
      collectReads(of: id)
    }
    for id in graph.order {
      levels[id] = try level(of: id, &versions)
    }
    for id in graph.order.reversed() { sink(id) }
    group(graph.order)
  }

  /// Moves an elementwise node to the level of its first consumer: it is computed where it is used, and not stored.
  ///
  /// Readers of variables stay where the order of reads and assignments has put them.
  private mutating func sink(_ id: Int) {
    let node = graph.nodes[id]
    guard node.role == .fused, !(node.operation is Assign),
      node.inputs.allSatisfy({ graph.nodes[graph.resolve($0).base].role != .leaf })
    else { return }
    var latest = Int.max
    for (consumer, input) in graph.readers(of: id) {
      guard graph.nodes[consumer].role != .pack else { return }
      let inPlace =
        graph.nodes[consumer].role == .fused
        && Self.isInPlace(graph.resolve(input), input: input, consumer: consumer, in: graph)
      latest = min(latest, inPlace ? levels[consumer] : levels[consumer] - 1)
    }
    if latest < Int.max { levels[id] = max(levels[id], latest) }
  }

  /// The shape over which a fused node's kernel iterates.
  static func iterationShape(_ node: LoweredNode, in graph: LoweredGraph) -> Shape {
    (node.operation is Assign ? graph.nodes[node.inputs[0]].type : node.type).shape.squeezed
  }

  /// Whether `input`, as `consumer` reads it, is the element of `base` with the consumer's own index.
  static func isInPlace(_ resolved: Resolved, input: Int, consumer: Int, in graph: LoweredGraph) -> Bool {
    let base = graph.nodes[resolved.base]
    return base.role == .fused && !(base.operation is Assign) && resolved.layout.offset == 0
      && resolved.layout.isContiguous(graph.nodes[input].type.shape)
      && base.type.shape.squeezed == iterationShape(graph.nodes[consumer], in: graph)
      && !isIndexed(input, by: consumer, in: graph)
  }

  private static func isIndexed(_ input: Int, by consumer: Int, in graph: LoweredGraph) -> Bool {
    guard let operation = graph.nodes[consumer].operation as? any IndexedOperation else { return false }
    return operation.indexedInputs.contains { graph.nodes[consumer].inputs[$0] == input }
  }

  private mutating func collectReads(of id: Int) {
    for input in graph.nodes[id].inputs {
      if let key = versionKey(graph.resolve(input).base) { readers[key, default: []].append(id) }
    }
  }

  private func versionKey(_ id: Int) -> VersionKey? {
    (graph.nodes[id].operation as? ReadVariable).map {
      VersionKey(variable: ObjectIdentifier($0.variable), version: $0.version)
    }
  }

  private mutating func level(of id: Int, _ versions: inout [ObjectIdentifier: Int]) throws(GraphError) -> Int
  {
    let node = graph.nodes[id]
    var level = 0
    for input in node.inputs {
      let resolved = graph.resolve(input)
      let below: Int
      switch graph.nodes[resolved.base].role {
      case .constant: below = 0
      case .leaf: below = versionKey(resolved.base).flatMap { writers[$0] }.map { levels[$0] } ?? 0
      default: below = levels[resolved.base]
      }
      let sameKernel =
        node.role == .fused && Self.isInPlace(resolved, input: input, consumer: id, in: graph)
      level = max(level, sameKernel || node.role == .pack || node.role == .view ? below : below + 1)
    }
    if node.role == .fused || node.role == .dispatched { level = max(level, 1) }
    guard let effect = node.operation as? any EffectOperation else { return level }
    for variable in effect.writes {
      let version = versions[ObjectIdentifier(variable), default: 0]
      let old = VersionKey(variable: ObjectIdentifier(variable), version: version)
      if let writer = writers[old] { level = max(level, levels[writer] + 1) }
      for reader in readers[old] ?? [] where reader != id {
        // Not reached yet, so it comes after the assignment.
        if levels[reader] == 0 {
          throw .staleRead(variable: variable.label, operation: graph.nodes[reader].operation.name)
        }
        level = max(level, levels[reader] + (canShare(reader, with: id, variable) ? 0 : 1))
      }
      versions[ObjectIdentifier(variable)] = version + 1
      writers[VersionKey(variable: ObjectIdentifier(variable), version: version + 1)] = id
    }
    return level
  }

  /// A kernel may read the elements of a variable that it replaces, each lane its own.
  private func canShare(_ reader: Int, with effect: Int, _ variable: Variable) -> Bool {
    guard let assign = graph.nodes[effect].operation as? Assign, graph.nodes[reader].role == .fused,
      Self.iterationShape(graph.nodes[reader], in: graph)
        == Self.iterationShape(graph.nodes[effect], in: graph)
    else { return false }
    return graph.nodes[reader].inputs.allSatisfy { input in
      let resolved = graph.resolve(input)
      guard let read = graph.nodes[resolved.base].operation as? ReadVariable, read.variable === variable
      else {
        return true
      }
      return resolved.layout.offset == assign.offset
        && resolved.layout.isContiguous(graph.nodes[input].type.shape)
        && graph.nodes[input].type.shape.squeezed == Self.iterationShape(graph.nodes[reader], in: graph)
        && !Self.isIndexed(input, by: reader, in: graph)
    }
  }

  private mutating func group(_ order: [Int]) {
    var groups: [GroupKey: Int] = [:]
    var leveled: [(level: Int, step: Step)] = []
    for id in order {
      switch graph.nodes[id].role {
      case .fused:
        let key = GroupKey(level: levels[id], shape: Self.iterationShape(graph.nodes[id], in: graph))
        if let index = groups[key], case .fused(let members) = leveled[index].step {
          leveled[index].step = .fused(members + [id])
        } else {
          groups[key] = leveled.count
          leveled.append((levels[id], .fused([id])))
        }
      case .dispatched: leveled.append((levels[id], .dispatched(id)))
      default: break
      }
    }
    steps = leveled.enumerated().sorted { ($0.element.level, $0.offset) < ($1.element.level, $1.offset) }
      .map(\.element.step)
  }
}
