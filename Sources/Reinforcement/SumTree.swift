import KernelParameters
import Kernels
import Recording
import Tensors
import Vulkan

/// Priorities of each agent on the device, with the sums that let one be drawn in proportion to it (Schaul et al. 2016).
///
/// A complete tree of fan-out 16. A change computes the sums above it anew, in one order, so that the same leaves give the
/// same bits, however they came about.
final class SumTree: Sendable {
  /// Agents, and leaves of each.
  let agents, leaves: Int
  /// The most leaves that a change may have: a workgroup walks over them, and no loop may pass the limit of rounds.
  static let maximumChange = 1 << 13
  /// All nodes, the root first, the leaves last: float32 [agents, nodes].
  let nodes: Variable
  fileprivate let levels, firstLeaf: Int
  fileprivate static let fanOut = 16

  /// A tree of zeros for each agent.
  init(agents: Int, leaves: Int, on device: Device) throws(VulkanError) {
    var (levels, firstLeaf, width) = (0, 0, 1)
    while width < leaves || levels == 0 {
      firstLeaf += width
      width *= Self.fanOut
      levels += 1
    }
    (self.agents, self.leaves, self.levels, self.firstLeaf) = (agents, leaves, levels, firstLeaf)
    nodes = try Variable([agents, firstLeaf + leaves], on: device, label: "replay.priorities")
  }

  /// The sum of all leaves [agents].
  func total(in graph: Graph) -> Tensor { graph.read(nodes).select(axis: 1, 0) }

  /// Replaces leaves.
  ///
  /// - Parameters:
  ///   - leaves: their numbers, uint32 [agents, n], n at most `maximumChange`, never decreasing; of equal ones the last counts.
  ///   - values: float32 [agents, n], not negative.
  func update(_ leaves: Tensor, to values: Tensor) {
    leaves.graph.effect(SumTreeUpdate(tree: self), [leaves, values])
  }

  /// Leaves in proportion to their values, one out of each of n equal parts of the total → uint32 [agents, n], never
  /// decreasing.
  ///
  /// - Parameter uniforms: in 0..<1, float32 [agents, n]: where in its part each is drawn.
  func sample(_ uniforms: Tensor) -> Tensor {
    let graph = uniforms.graph
    return graph.apply(SumTreeSample(tree: self), [graph.read(nodes), uniforms])
  }

  /// The values of `leaves` [agents, n].
  func values(of leaves: Tensor) -> Tensor {
    leaves.graph.read(nodes).slice(axis: 1, firstLeaf..<firstLeaf + self.leaves).gather(leaves)
  }

  fileprivate func specialization(local: Int) -> [UInt32] {
    [UInt32(local), UInt32(Self.fanOut), UInt32(levels)]
  }

  fileprivate func parameters(count: Int, nodes: Int = 0, values: Int, leaves: Int) -> SumTreeParameters {
    SumTreeParameters(
      count: UInt32(count), nodes: UInt32(firstLeaf + self.leaves), firstLeaf: UInt32(firstLeaf),
      nodeOffset: UInt32(nodes), valueOffset: UInt32(values), leafOffset: UInt32(leaves))
  }
}

private struct SumTreeUpdate: EffectOperation, DispatchedOperation {
  let tree: SumTree

  var name: String { "sum_tree_update" }
  var writes: [Variable] { [tree.nodes] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let shape = inputs[0].shape
    guard shape.rank == 2, shape[0] == tree.agents, (1...SumTree.maximumChange).contains(shape[1]),
      inputs == [TensorType(shape, .uint32), TensorType(shape)]
    else {
      throw .mismatch(
        operation: name, inputs: inputs,
        expected: "uint32 leaves and float32 values [\(tree.agents), 1 to \(SumTree.maximumChange)]")
    }
    return TensorType([0])
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    recorder.dispatch(
      Dispatch(
        name, .sumTreeUpdate, specialization: tree.specialization(local: 64),
        parameters: tree.parameters(
          count: inputs[0].type.shape[1], values: inputs[1].elementOffset, leaves: inputs[0].elementOffset),
        bindings: [
          .read(inputs[0].region), .read(inputs[1].region), .readWrite(tree.nodes.region),
        ],
        groups: Groups(1, tree.agents)))
  }
}

private struct SumTreeSample: DispatchedOperation {
  let tree: SumTree

  var name: String { "sum_tree_sample" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let shape = inputs[1].shape
    guard shape.rank == 2, shape[0] == tree.agents, inputs == [tree.nodes.type, TensorType(shape)] else {
      throw .mismatch(
        operation: name, inputs: inputs, expected: "nodes \(tree.nodes.type) and float32 [\(tree.agents), n]")
    }
    return TensorType(shape, .uint32)
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let (count, width) = (type.shape[1], tree.firstLeaf + tree.leaves)
    let drawn = inputs[1].values.enumerated().map { place, uniform in
      let first = place / count * width + tree.firstLeaf
      let leaves = inputs[0].values[first..<first + tree.leaves]
      let goal = (Double(place % count) + uniform) / Double(count) * leaves.reduce(0, +)
      var sum = 0.0
      let chosen = leaves.firstIndex { leaf in
        sum += leaf
        return sum > goal
      }
      return Double((chosen ?? leaves.lastIndex { $0 > 0 } ?? first) - first)
    }
    return HostTensor(type: type, values: drawn)
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let (local, count) = (32, output.type.shape[1])
    recorder.dispatch(
      Dispatch(
        name, .sumTreeSample, specialization: tree.specialization(local: local),
        parameters: tree.parameters(
          count: count, nodes: inputs[0].elementOffset, values: inputs[1].elementOffset,
          leaves: output.elementOffset),
        bindings: [.read(inputs[0].region), .read(inputs[1].region), .write(output.region)],
        groups: Groups((count + local - 1) / local, tree.agents)))
  }
}
