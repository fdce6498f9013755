public import Vulkan

/// One pass being traced: nodes in program order. Reading and assigning variables gives each assignment a version.
public final class Graph {
  struct Node {
    let operation: any Operation
    let inputs: [Int]
    let type: TensorType
  }

  /// The device that the pass will run on.
  public let device: Device
  private(set) var nodes: [Node] = []
  /// Nodes that change something outside the graph, in program order.
  private(set) var effects: [Int] = []
  /// The first mistake that was made; recording ends with it.
  private(set) var failure: GraphError?
  private var known: [NodeKey: Int] = [:]
  private var versions: [ObjectIdentifier: Int] = [:]
  private var labels: [String] = []

  private struct NodeKey: Hashable {
    let key: String
    let inputs: [Int]
    let type: TensorType
  }

  init(device: Device) { self.device = device }

  /// Traces a pass for the shapes of its tensors alone: nothing is recorded, and nothing will run.
  public static func trace(on device: Device, _ body: (Graph) -> Void) throws(GraphError) {
    let graph = Graph(device: device)
    body(graph)
    if let failure = graph.failure { throw failure }
  }

  /// The value that `variable` has at this point of the pass.
  public func read(_ variable: Variable) -> Tensor {
    apply(ReadVariable(variable: variable, version: version(of: variable)), [])
  }

  /// A tensor filled with one value.
  public func constant(_ value: Double, _ type: TensorType) -> Tensor {
    apply(Constant(value: value, type: type), [])
  }

  /// Adds an operation that changes variables.
  public func effect(_ operation: any EffectOperation, _ inputs: [Tensor]) { _ = apply(operation, inputs) }

  /// Adds an operation; a mistake in its inputs is kept, and thrown when the pass ends.
  public func apply(_ operation: any Operation, _ inputs: [Tensor]) -> Tensor {
    guard inputs.allSatisfy({ $0.graph === self }) else {
      fail(.foreignTensor(operation: operation.name))
      return Tensor(graph: self, id: placeholder(inputs.first?.type ?? TensorType([])))
    }
    if operation is any DispatchedOperation, inputs.contains(where: { $0.dataType == .float16 }) {
      return applyWide(operation, inputs)
    }
    do throws(GraphError) {
      let type = try operation.resultType(inputs.map(\.type))
      guard type.shape.count <= Int(UInt32.max) else {
        throw GraphError.mismatch(
          operation: operation.name, inputs: inputs.map(\.type),
          expected: "a result of at most \(UInt32.max) elements, not \(type)")
      }
      if let folded = operation.folded(inputs.map(\.node.operation), type) {
        return apply(folded, [])
      }
      if let same = operation.forwarded(inputs.map(\.node.operation)), !isRead(inputs[same].id) {
        return inputs[same]
      }
      return Tensor(graph: self, id: insert(operation, inputs.map(\.id), type))
    } catch {
      fail(error)
      return Tensor(graph: self, id: placeholder(inputs.first?.type ?? TensorType([])))
    }
  }

  /// Whether a node is a variable's value as it lies: `x * 1` makes a copy that outlives an assignment.
  private func isRead(_ id: Int) -> Bool {
    switch nodes[id].operation {
    case is ReadVariable: true
    case is View, is StopGradient, is CustomGradient: isRead(nodes[id].inputs[0])
    default: false
    }
  }

  /// Kernels take float32: float16 is widened for them, and what they give is rounded.
  private func applyWide(_ operation: any Operation, _ inputs: [Tensor]) -> Tensor {
    let wide = apply(operation, inputs.map { $0.dataType == .float16 ? $0.float() : $0 })
    return wide.dataType == .float32 ? wide.half() : wide
  }

  /// Keeps the first mistake of the pass, under the labels that stand around it.
  func fail(_ error: GraphError) {
    if failure == nil { failure = labels.reversed().reduce(error) { $0.labeled($1) } }
  }

  /// Traces `body` under a label, which errors name before the operation: `encoder: matmul: got …`.
  public func labeled<Result>(_ label: String, _ body: () throws -> Result) rethrows -> Result {
    labels.append(label)
    defer { labels.removeLast() }
    return try body()
  }

  /// Which assignment of `variable` a read at this point sees.
  func version(of variable: Variable) -> Int { versions[ObjectIdentifier(variable)] ?? 0 }

  private func placeholder(_ type: TensorType) -> Int {
    insert(Constant(value: 0, type: type), [], type)
  }

  /// Adds a node, or finds the same one: common subexpressions are computed once.
  private func insert(_ operation: any Operation, _ inputs: [Int], _ type: TensorType) -> Int {
    let effect = operation as? any EffectOperation
    if let key = operation.identity, effect == nil {
      let nodeKey = NodeKey(key: key, inputs: inputs, type: type)
      if let id = known[nodeKey] { return id }
      known[nodeKey] = nodes.count
    }
    nodes.append(Node(operation: operation, inputs: inputs, type: type))
    if let effect {
      effects.append(nodes.count - 1)
      for variable in effect.writes { versions[ObjectIdentifier(variable), default: 0] += 1 }
    }
    return nodes.count - 1
  }
}

/// A value in a pass that is being recorded; it has no memory of its own until the plan is made.
public struct Tensor {
  /// The pass that it belongs to.
  public let graph: Graph
  let id: Int

  var node: Graph.Node { graph.nodes[id] }
  /// Shape and element type.
  public var type: TensorType { node.type }
  /// Sizes of the axes.
  public var shape: Shape { type.shape }
  /// Type of the elements.
  public var dataType: DataType { type.dataType }

  /// A constant of this tensor's pass, as an operand for it.
  func constant(_ value: Double) -> Tensor { graph.constant(value, TensorType([], dataType)) }
}
