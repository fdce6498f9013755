/// Large results that are cheap are computed again for consumers that come much later, and so need no memory in between:
/// activations and normalised values, which gradients read.
extension LoweredGraph {
  /// Smaller results are not worth it.
  private static let leastBytes = 64 << 10
  /// Operations and full-size loads that are done twice rather than stored.
  private static let (mostOperations, mostLoads) = (8, 2)

  private struct CloneKey: Hashable {
    let node, level: Int
    let isApart: Bool
  }

  /// - Parameter schedule: that of this graph.
  /// - Returns: whether the graph has changed.
  mutating func recompute(_ schedule: Schedule, _ effects: [Int]) -> Bool {
    var clones: [CloneKey: Int] = [:]
    for id in order where nodes[id].type.byteCount >= Self.leastBytes {
      let readers = readers(of: id).filter { nodes[$0.consumer].role != .pack }
      guard let first = readers.map({ schedule.level(ofUseBy: $0.consumer, self) }).min(),
        let chain = chain(of: id)
      else { continue }
      for (consumer, input) in readers {
        let level = schedule.level(ofUseBy: consumer, self)
        guard level > first, isReadable(chain.loads, by: consumer, effects),
          chain.loads.count(where: { isExtended($0, to: level, schedule) }) <= 1
        else { continue }
        let isApart = nodes[consumer].role == .dispatched
        let copy = clone(
          input, chain.nodes, CloneKey(node: input, level: level, isApart: isApart), &clones)
        nodes[consumer].inputs = nodes[consumer].inputs.map { $0 == input ? copy : $0 }
      }
    }
    if !clones.isEmpty { find(live: effects) }
    return !clones.isEmpty
  }

  /// The elementwise nodes that a node is computed from, element by element, and what they load; nil where that is much.
  private func chain(of id: Int) -> (nodes: Set<Int>, loads: Set<Int>)? {
    guard nodes[id].operation is Elementwise else { return nil }
    var (chain, loads): (Set<Int>, Set<Int>) = ([id], [])
    var stack = [id]
    while let node = stack.popLast() {
      for input in nodes[node].inputs {
        let base = resolve(input)
        if nodes[base.base].operation is Elementwise,
          Schedule.isInPlace(base, input: input, consumer: node, in: self)
        {
          if chain.insert(base.base).inserted { stack.append(base.base) }
        } else if nodes[base.base].role != .constant {
          loads.insert(base.base)
        }
      }
      guard chain.count <= Self.mostOperations else { return nil }
    }
    let full = loads.count { nodes[$0].type.byteCount * 2 > nodes[id].type.byteCount }
    return full <= Self.mostLoads ? (chain, loads) : nil
  }

  /// Whether `consumer` still finds in memory what the loads read: no variable has been assigned.
  private func isReadable(_ loads: Set<Int>, by consumer: Int, _ effects: [Int]) -> Bool {
    loads.allSatisfy { load in
      guard let read = nodes[load].operation as? ReadVariable else { return true }
      return !effects.contains { effect in
        effect < consumer
          && ((nodes[effect].operation as? any EffectOperation)?.writes.contains { $0 === read.variable }
            ?? true)
      }
    }
  }

  /// Whether large memory would have to be kept longer, up to `level`.
  private func isExtended(_ load: Int, to level: Int, _ schedule: Schedule) -> Bool {
    nodes[load].role != .leaf && nodes[load].type.byteCount >= Self.leastBytes
      && readers(of: load).allSatisfy { schedule.level(ofUseBy: $0.consumer, self) < level }
  }

  /// A copy of a node and of what it is computed from in `chain`, one for all consumers on a level.
  ///
  /// One that is stored has a kernel apart: then it may take the place of what another kernel of the level has read.
  private mutating func clone(
    _ id: Int, _ chain: Set<Int>, _ key: CloneKey, _ clones: inout [CloneKey: Int]
  ) -> Int {
    guard nodes[id].role == .view || chain.contains(id) else { return id }
    let key = CloneKey(node: id, level: key.level, isApart: key.isApart)
    if let known = clones[key] { return known }
    var node = nodes[id]
    node.inputs = node.inputs.map { clone($0, chain, key, &clones) }
    if node.role == .view && node.inputs == nodes[id].inputs { return id }
    if key.isApart && node.role == .fused { node.apart = key.level }
    nodes.append(node)
    clones[key] = nodes.count - 1
    return nodes.count - 1
  }
}
