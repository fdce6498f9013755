import Recording

/// An operation on pictures [n, c, …] that has a form for pictures whose batch is the last axis, [c, …, n].
protocol PictureOperation: Operation {
  /// Inputs that are pictures.
  var pictures: Set<Int> { get }
  var givesPictures: Bool { get }
  /// The form, nil where inputs and result of these types have none.
  func batchLast(_ inputs: [TensorType], _ type: TensorType) -> (any Operation)?
}

/// Where pictures go through convolutions, their batch becomes the last axis of what lies in memory: [c, h, w, n] (the order
/// of Krizhevsky's cuda-convnet, 2012).
///
/// Then all lanes of a subgroup are at one pixel, four neighbours in memory at any width of the pictures, a channel is one run
/// of memory for statistics, and a convolution of one pixel is one product instead of one a picture. The tensors of the graph
/// keep their shapes: who reads a turned node as it was reads a view of it.
struct BatchLast {
  /// A batch has to fill lanes with four pictures each.
  private static let leastBatch = 16

  /// Bytes of a binding; what is bound in pieces keeps its order.
  private let bindingLimit: Int
  /// Nodes with their batch last, in the places of those that had it first, so that effects stay before and behind them.
  private var made: Set<Int> = []
  /// Views of nodes with the batch last, and of turned ones with the batch first.
  private var (turned, asBefore): ([Int: Int], [Int: Int]) = ([:], [:])

  private init(bindingLimit: Int) { self.bindingLimit = bindingLimit }

  /// Turns what can be turned in `graph`; returns the nodes that were made.
  static func apply(to graph: inout LoweredGraph, bindingLimit: Int) -> Set<Int> {
    guard graph.order.contains(where: { graph.nodes[$0].operation is any PictureOperation }) else {
      return []
    }
    var pass = BatchLast(bindingLimit: bindingLimit)
    for id in graph.order { pass.visit(id, &graph) }
    return pass.made
  }

  private mutating func visit(_ id: Int, _ graph: inout LoweredGraph) {
    graph.nodes[id].inputs = graph.nodes[id].inputs.map { asBefore[$0] ?? $0 }
    let node = graph.nodes[id]
    if let operation = node.operation as? any PictureOperation {
      turn(operation, id, &graph)
    } else if let product = node.operation as? MatrixProduct {
      if product.isSummed { flattenSum(id, &graph) } else { flatten(id, &graph) }
    } else if node.operation is Elementwise || node.operation is Reduction {
      // Constants may have any shape.
      let variable = node.inputs.filter { graph.nodes[graph.resolve($0).base].role != .constant }
      guard let first = variable.first, graph.nodes[first].type.shape.rank >= 3,
        variable.allSatisfy({
          fits(graph.nodes[$0].type) && graph.nodes[$0].type.shape == graph.nodes[first].type.shape
        })
      else { return }
      let inputs = node.inputs.map { variable.contains($0) ? turned($0, &graph) : $0 }
      guard inputs.contains(where: { leads($0, graph) }) else { return }
      var operation = node.operation
      if let reduction = operation as? Reduction {
        let rank = node.type.shape.rank
        operation = Reduction(
          kind: reduction.kind, axes: reduction.axes.map { ($0 + rank - 1) % rank }.sorted())
      }
      replace(id, operation, inputs, &graph)
    }
  }

  private func fits(_ type: TensorType) -> Bool {
    type.shape.rank >= 2 && type.shape[0] >= Self.leastBatch && type.shape[0] % 4 == 0
      && type.shape.count > type.shape[0] && type.byteCount + Region.alignment <= bindingLimit
  }

  private mutating func turn(_ operation: any PictureOperation, _ id: Int, _ graph: inout LoweredGraph) {
    let node = graph.nodes[id]
    let types = node.inputs.map { graph.nodes[$0].type }
    let pictures = operation.pictures.map { types[$0] } + (operation.givesPictures ? [node.type] : [])
    guard pictures.allSatisfy(fits), let form = operation.batchLast(types, node.type) else { return }
    let inputs = node.inputs.enumerated().map { operation.pictures.contains($0) ? turned($1, &graph) : $1 }
    if operation.givesPictures {
      replace(id, form, inputs, &graph)
    } else {
      graph.nodes[id].operation = form
      graph.nodes[id].inputs = inputs
    }
  }

  /// W·x[n] for each picture's channels: W·[c, pixels·n].
  private mutating func flatten(_ id: Int, _ graph: inout LoweredGraph) {
    let node = graph.nodes[id]
    let shape = node.type.shape
    guard shape.rank == 3, fits(node.type), graph.nodes[node.inputs[0]].type.shape.rank == 2,
      node.inputs.dropFirst(2).allSatisfy({ graph.nodes[$0].type.shape == [shape[1], 1] })
    else { return }
    let pictures = turned(node.inputs[1], &graph)
    guard leads(pictures, graph) else { return }
    let channels = graph.nodes[pictures].type.shape[0]
    let columns = graph.add(View(kind: .reshape([channels, shape[2] * shape[0]])), [pictures])
    graph.nodes[id].inputs[1] = columns
    graph.nodes[id].type = TensorType([shape[1], shape[2] * shape[0]])
    made.insert(id)
    let split = graph.add(View(kind: .reshape([shape[1], shape[2], shape[0]])), [id])
    let view = graph.add(View(kind: .permute([2, 0, 1])), [split])
    asBefore[id] = view
    turned[view] = split
  }

  /// Σ over n of a[n]·b[n] for pictures a [n, o, pixels] and b [n, pixels, c]: one product along pixels·n.
  private mutating func flattenSum(_ id: Int, _ graph: inout LoweredGraph) {
    let node = graph.nodes[id]
    let (a, b) = (graph.nodes[node.inputs[0]].type.shape, graph.nodes[node.inputs[1]].type.shape)
    guard node.inputs.count == 2, node.type.shape.rank == 2, a.rank == 3, b.rank == 3,
      node.inputs.allSatisfy({ fits(graph.nodes[$0].type) })
    else { return }
    let left = turned(node.inputs[0], &graph)
    let right = graph.add(View(kind: .permute([2, 1, 0])), [node.inputs[1]])
    guard leads(left, graph), leads(right, graph) else { return }
    let depth = a[0] * a[2]
    let rows = graph.add(View(kind: .reshape([a[1], depth])), [left])
    let channels = graph.add(View(kind: .reshape([b[2], depth])), [right])
    let columns = graph.add(View(kind: .permute([1, 0])), [channels])
    graph.nodes[id].operation = MatrixProduct()
    graph.nodes[id].inputs = [rows, columns]
  }

  /// Whether a node is, or lies as, one with its batch last.
  private func leads(_ id: Int, _ graph: LoweredGraph) -> Bool {
    let resolved = graph.resolve(id)
    return made.contains(resolved.base) && resolved.layout.offset == 0
      && resolved.layout.isContiguous(graph.nodes[id].type.shape)
  }

  /// A view of a node with the first axis behind the others.
  private mutating func turned(_ id: Int, _ graph: inout LoweredGraph) -> Int {
    if let known = turned[id] { return known }
    let rank = graph.nodes[id].type.shape.rank
    let result = graph.add(View(kind: .permute(Array(1..<rank) + [0])), [id])
    turned[id] = result
    return result
  }

  /// Puts a node with its batch last in the place of `id`.
  private mutating func replace(
    _ id: Int, _ operation: any Operation, _ inputs: [Int], _ graph: inout LoweredGraph
  ) {
    let dimensions = graph.nodes[id].type.shape.dimensions
    let type = TensorType(
      Shape(Array(dimensions.dropFirst()) + dimensions.prefix(1)), graph.nodes[id].type.dataType)
    graph.nodes[id] = LoweredNode(operation: operation, inputs: inputs, type: type)
    made.insert(id)
    let view = graph.add(View(kind: .permute([dimensions.count - 1] + Array(0..<dimensions.count - 1))), [id])
    asBefore[id] = view
    turned[view] = id
  }
}
