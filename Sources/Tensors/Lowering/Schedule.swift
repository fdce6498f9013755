/// The order in which a pass is computed, and which elementwise nodes share a kernel.
///
/// Each node has a level, the length of the longest way from the pass's inputs to it, counted in kernels. An elementwise
/// node stays on the level of the elementwise nodes of its shape that it reads; so nodes of one level and shape can be one
/// kernel, and no cycle can arise.
struct Schedule {
  /// One or more kernels, in the order of the pass.
  enum Step {
    case fused([Int])
    /// Reductions over the same axes of one shape.
    case reduced([Int])
    case dispatched(Int)
  }

  /// Steps of one level don't depend on each other.
  private(set) var steps: [(level: Int, step: Step)] = []
  let prologues: Prologues
  private let graph: LoweredGraph
  private let fusion: Bool
  private var levels: [Int]
  /// The effect that made each version of a variable.
  private var writers: [VersionKey: Int] = [:]
  private var versionsWritten: [Int: VersionKey] = [:]
  private var readers: [VersionKey: [Int]] = [:]

  /// Elements up to which a kernel counts as small: what it costs is its start.
  static let smallCount = 16384

  private struct VersionKey: Hashable {
    let variable: ObjectIdentifier
    let version: Int

    var next: VersionKey { VersionKey(variable: variable, version: version + 1) }
  }

  private struct GroupKey: Hashable {
    let level: Int
    let shape: Shape
    var reducedAxes: Set<Int>?
    /// Tell apart what may not share a kernel.
    var node, apart: Int?
  }

  /// - Parameter fusion: whether nodes share kernels; each has one of its own where not.
  /// - Throws: `GraphError.staleRead` when an old value of a variable is used after its assignment.
  init(_ graph: LoweredGraph, fusion: Bool = true) throws(GraphError) {
    self.graph = graph
    self.fusion = fusion
    prologues = fusion ? Prologues(graph) : Prologues()
    levels = [Int](repeating: 0, count: graph.nodes.count)
    var versions: [ObjectIdentifier: Int] = [:]
    for id in graph.order where graph.nodes[id].role != .view && !prologues.inlinedOnly.contains(id) {
      collectReads(of: id)
    }
    for id in graph.order {
      levels[id] = try level(of: id, &versions)
    }
    if fusion { for id in graph.order.reversed() { sink(id) } }
    group(graph.order)
  }

  /// The level on which `consumer` reads its inputs: its own, or that of the first reduction that computes it.
  func level(ofUseBy consumer: Int, _ graph: LoweredGraph) -> Int {
    let own = prologues.inlinedOnly.contains(consumer) ? nil : levels[consumer]
    return (prologues.kernels(computing: consumer, graph).map { levels[$0] } + [own].compactMap(\.self)).min()
      ?? 0
  }

  /// Moves an elementwise node to the level of its first consumer: it is computed where it is used, and not stored.
  ///
  /// Small reductions and assignments move as well, because neighbours on a level can share a kernel.
  private mutating func sink(_ id: Int) {
    let node = graph.nodes[id]
    guard node.role == .fused || node.role == .reduced, !prologues.inlinedOnly.contains(id) else { return }
    let isElementwise = node.role == .fused && !(node.operation is Assign)
    guard isElementwise || Self.iterationShape(node, in: graph).count <= Self.smallCount else { return }
    var latest = latest(id)
    for inside in prologues.nodes[id, default: []].union([id]) {
      for input in graph.nodes[inside].inputs {
        // A variable is read before it is assigned.
        guard let read = graph.nodes[graph.resolve(input).base].operation as? ReadVariable,
          let writer = versionKey(graph.resolve(input).base).flatMap({ writers[$0.next] }),
          writer != id
        else { continue }
        latest = min(latest, levels[writer] - (canShare(id, with: writer, read.variable) ? 0 : 1))
      }
    }
    guard latest < Int.max, node.role == .fused || hasSmallKernel(latest, besides: id) else {
      return
    }
    levels[id] = max(levels[id], latest)
  }

  /// Whether a small generated kernel is on `level`, with which another could share a dispatch.
  private func hasSmallKernel(_ level: Int, besides id: Int) -> Bool {
    graph.order.contains { other in
      let node = graph.nodes[other]
      return other != id && levels[other] == level && (node.role == .fused || node.role == .reduced)
        && !prologues.inlinedOnly.contains(other)
        && Self.iterationShape(node, in: graph).count <= Self.smallCount
    }
  }

  /// The last level on which a node's first consumer finds its result; `Int.max` for none.
  private func latest(_ id: Int) -> Int {
    let node = graph.nodes[id]
    if node.operation is Assign {
      // With the other consumers of the value, or near the end; what the pass itself reads stays.
      guard let key = versionsWritten[id], readers[key] == nil, writers[key.next] == nil else {
        return levels[id]
      }
      let value = graph.resolve(node.inputs[0]).base
      let other = graph.nodes[value].role == .fused ? latest(value, besides: id) : .max
      return min(other, (levels.max() ?? 1) - 1)
    }
    return latest(id, besides: nil)
  }

  private func latest(_ id: Int, besides other: Int?) -> Int {
    var latest = Int.max
    for (consumer, input) in graph.readers(of: id) where consumer != other {
      if graph.nodes[consumer].role == .pack {
        // In its place there before anyone reads the pack.
        let uses = graph.readers(of: consumer).map { level(ofUseBy: $0.consumer, graph) - 1 }
        latest = min(latest, uses.min() ?? levels[id])
        continue
      }
      for reduction in prologues.kernels(computing: consumer, graph)
      where !prologues.computes(id, inside: reduction) {
        latest = min(latest, levels[reduction] - 1)
      }
      if prologues.inlinedOnly.contains(consumer) || graph.nodes[consumer].role == .reduced { continue }
      let inPlace =
        graph.nodes[consumer].role == .fused
        && Self.isInPlace(graph.resolve(input), input: input, consumer: consumer, in: graph)
      latest = min(latest, inPlace ? levels[consumer] : levels[consumer] - 1)
    }
    return latest
  }

  /// The shape over which a node's generated kernel iterates.
  static func iterationShape(_ node: LoweredNode, in graph: LoweredGraph) -> Shape {
    let isOfInput = node.operation is Assign || node.operation is Reduction
    return (isOfInput ? graph.nodes[node.inputs[0]].type : node.type).shape.squeezed
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
    for consumer in prologues.nodes[id, default: []].union([id]) {
      for input in graph.nodes[consumer].inputs {
        if let key = versionKey(graph.resolve(input).base) { readers[key, default: []].append(id) }
      }
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
    if prologues.inlinedOnly.contains(id) { return 0 }
    var level = 0
    let inside = prologues.nodes[id, default: []]
    for consumer in inside.union([id]) {
      for input in graph.nodes[consumer].inputs {
        let resolved = graph.resolve(input)
        if inside.contains(resolved.base) { continue }
        let below: Int
        switch graph.nodes[resolved.base].role {
        case .constant: below = 0
        case .leaf: below = versionKey(resolved.base).flatMap { writers[$0] }.map { levels[$0] } ?? 0
        default: below = levels[resolved.base]
        }
        let sameKernel =
          fusion && node.role == .fused
          && Self.isInPlace(resolved, input: input, consumer: id, in: graph)
        level = max(level, sameKernel || node.role == .pack || node.role == .view ? below : below + 1)
      }
    }
    if [.fused, .reduced, .dispatched].contains(node.role) { level = max(level, 1) }
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
      writers[old.next] = id
      versionsWritten[id] = old.next
    }
    return level
  }

  /// A kernel may read the elements of a variable that it replaces, each lane its own.
  private func canShare(_ reader: Int, with effect: Int, _ variable: Variable) -> Bool {
    guard fusion, let assign = graph.nodes[effect].operation as? Assign, graph.nodes[reader].role == .fused,
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
    var leveled: [(level: Int, nodes: [Int])] = []
    for id in order where !prologues.inlinedOnly.contains(id) {
      let node = graph.nodes[id]
      guard [.fused, .reduced, .dispatched].contains(node.role) else { continue }
      var key = GroupKey(level: levels[id], shape: Self.iterationShape(node, in: graph))
      if node.role == .reduced { key.reducedAxes = ReductionShape(node, in: graph).reducedAxes }
      if node.role == .dispatched || !fusion { key.node = id }
      key.apart = node.apart
      if let index = groups[key] {
        leveled[index].nodes.append(id)
      } else {
        groups[key] = leveled.count
        leveled.append((levels[id], [id]))
      }
    }
    steps = leveled.enumerated().sorted { ($0.element.level, $0.offset) < ($1.element.level, $1.offset) }
      .map { _, group in
        switch graph.nodes[group.nodes[0]].role {
        case .dispatched: (group.level, .dispatched(group.nodes[0]))
        case .reduced: (group.level, .reduced(group.nodes))
        default: (group.level, .fused(group.nodes))
        }
      }
  }
}
