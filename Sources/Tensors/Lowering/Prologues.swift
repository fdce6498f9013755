/// Which elementwise nodes are computed inside the loops of reductions instead of being stored for them.
///
/// A node that only reductions need has no kernel of its own. One that others need too is computed again in the loop where
/// that is cheaper than to store and load it.
struct Prologues {
  /// Nodes inside the loop of a reduction, by reduction.
  private(set) var nodes: [Int: Set<Int>] = [:]
  /// Reductions that compute a node, by node.
  private(set) var reductions: [Int: [Int]] = [:]
  /// Nodes without a kernel of their own.
  private(set) var inlinedOnly: Set<Int> = []

  /// Operations and full-size loads that are computed twice rather than stored.
  private static let (cheapOperations, cheapLoads) = (8, 2)

  init() {}

  init(_ graph: LoweredGraph) {
    for id in graph.order.reversed() where Self.canInline(id, graph) {
      let readers = graph.readers(of: id)
      let isPrivate = readers.allSatisfy { consumer, input in
        Schedule.isInPlace(graph.resolve(input), input: input, consumer: consumer, in: graph)
          && (graph.nodes[consumer].role == .reduced || inlinedOnly.contains(consumer))
      }
      if isPrivate && !readers.isEmpty { inlinedOnly.insert(id) }
    }
    for id in graph.order where graph.nodes[id].role == .reduced {
      var inside: Set<Int> = []
      collect(from: id, reduction: id, into: &inside, graph)
      nodes[id] = inside
      for node in inside { reductions[node, default: []].append(id) }
    }
  }

  /// The reductions in whose kernels `consumer` is computed: itself, or those that it feeds.
  func kernels(computing consumer: Int, _ graph: LoweredGraph) -> [Int] {
    graph.nodes[consumer].role == .reduced ? [consumer] : reductions[consumer] ?? []
  }

  /// Whether a node is computed in the loop of a reduction.
  func computes(_ id: Int, inside reduction: Int) -> Bool { nodes[reduction]?.contains(id) ?? false }

  private static func canInline(_ id: Int, _ graph: LoweredGraph) -> Bool {
    let node = graph.nodes[id]
    return node.role == .fused && !(node.operation is Assign) && !(node.operation is Copy)
  }

  private func collect(from consumer: Int, reduction: Int, into inside: inout Set<Int>, _ graph: LoweredGraph)
  {
    for input in graph.nodes[consumer].inputs {
      let resolved = graph.resolve(input)
      guard Self.canInline(resolved.base, graph), !inside.contains(resolved.base),
        Schedule.isInPlace(resolved, input: input, consumer: consumer, in: graph),
        inlinedOnly.contains(resolved.base) || Self.isCheap(resolved.base, graph)
      else { continue }
      inside.insert(resolved.base)
      collect(from: resolved.base, reduction: reduction, into: &inside, graph)
    }
  }

  /// Whether all that a node is computed from, element by element, is little.
  private static func isCheap(_ id: Int, _ graph: LoweredGraph) -> Bool {
    var seen: Set<Int> = [id]
    var loads: Set<Int> = []
    var stack = [id]
    while let node = stack.popLast() {
      guard seen.count <= cheapOperations, !(graph.nodes[node].operation is any IndexedOperation) else {
        return false
      }
      for input in graph.nodes[node].inputs {
        let resolved = graph.resolve(input)
        if canInline(resolved.base, graph),
          Schedule.isInPlace(resolved, input: input, consumer: node, in: graph)
        {
          if seen.insert(resolved.base).inserted { stack.append(resolved.base) }
        } else if graph.nodes[resolved.base].type.shape.count == graph.nodes[id].type.shape.count {
          loads.insert(resolved.base)
        }
      }
    }
    return seen.count <= cheapOperations && loads.count <= cheapLoads
  }
}
