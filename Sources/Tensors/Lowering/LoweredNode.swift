import Vulkan

/// A node on its way to kernels: the graph's nodes after rewriting, and copies that the kernels need.
struct LoweredNode {
  var operation: any Operation
  var inputs: [Int]
  var type: TensorType
  /// Tells nodes apart that share no kernel with others of their level.
  var apart: Int?

  /// How the node becomes code.
  enum Role {
    /// Memory that is there before the pass.
    case leaf
    /// A literal in the code of its consumers.
    case constant
    /// A look at another node's memory.
    case view
    /// Part of a generated kernel.
    case fused
    /// A generated kernel, with the nodes that feed it.
    case reduced
    /// A place for the results of others.
    case pack
    /// Kernels of its own.
    case dispatched
  }

  var role: Role {
    switch operation {
    case is ReadVariable: .leaf
    case is Constant: .constant
    case is View, is StopGradient, is CustomGradient: .view
    case is Elementwise, is any IndexedOperation, is Copy, is Assign: .fused
    case is Reduction: .reduced
    case is Pack: .pack
    default: .dispatched
    }
  }
}

/// The same elements, contiguous, in memory of their own: inserted where a consumer can't take them as they lie.
struct Copy: Operation {
  var name: String { "copy" }
  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { inputs[0] }
  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor { inputs[0] }
}

/// A base node and how a tensor's elements lie in the base's memory.
struct Resolved {
  let base: Int
  let layout: Layout
}

/// The nodes that the effects of a pass need, rewritten so that each has memory or code of its own.
struct LoweredGraph {
  var nodes: [LoweredNode]
  /// Nodes that are needed, inputs before consumers.
  private(set) var order: [Int] = []
  private(set) var consumers: [[Int]] = []
  /// Nodes whose pictures have their batch last.
  private var batchLast: Set<Int> = []

  init(_ graph: Graph, fusion: Bool = true) {
    nodes = graph.nodes.map { node in
      // The other inputs are for the gradient alone.
      let inputs = node.operation is CustomGradient ? [node.inputs[0]] : node.inputs
      return LoweredNode(operation: node.operation, inputs: inputs, type: node.type)
    }
    find(live: graph.effects)
    batchLast = BatchLast.apply(
      to: &self, bindingLimit: graph.device.physical.limits.maxStorageBufferRange)
    find(live: graph.effects)
    transposeProducts(graph.effects)
    find(live: graph.effects)
    if fusion {
      fuseEpilogues(graph.effects)
      find(live: graph.effects)
    }
    insertCopies()
    find(live: graph.effects)
  }

  /// The memory behind `id`: follows views that need no copy.
  func resolve(_ id: Int) -> Resolved {
    let node = nodes[id]
    guard node.role == .view else { return Resolved(base: id, layout: .contiguous(node.type.shape)) }
    let inner = resolve(node.inputs[0])
    guard let view = node.operation as? View,
      let layout = view.layout(of: inner.layout, nodes[node.inputs[0]].type.shape)
    else { return inner }
    return Resolved(base: inner.base, layout: layout)
  }

  /// Consumers of a node's memory, through views, each with the input by which it reads.
  func readers(of id: Int) -> [(consumer: Int, input: Int)] {
    consumers[id].flatMap { consumer in
      nodes[consumer].role == .view ? readers(of: consumer) : [(consumer, id)]
    }
  }

  /// Dead code falls away: only what an effect needs is kept.
  mutating func find(live effects: [Int]) {
    var live = Set<Int>()
    var stack = effects
    while let id = stack.popLast() {
      if live.insert(id).inserted { stack.append(contentsOf: nodes[id].inputs) }
    }
    // Copies have high numbers but feed earlier nodes.
    var visited = Set<Int>()
    order = []
    func visit(_ id: Int) {
      guard visited.insert(id).inserted else { return }
      for input in nodes[id].inputs { visit(input) }
      order.append(id)
    }
    for id in live.sorted() { visit(id) }
    consumers = [[Int]](repeating: [], count: nodes.count)
    for id in order { for input in nodes[id].inputs { consumers[input].append(id) } }
  }

  // Both rewritings move a product down to its consumer: not past an effect, which may assign what the product reads.

  /// A matrix product whose only consumer is an activation, or an activation's gradient, computes it itself.
  private mutating func fuseEpilogues(_ effects: [Int]) {
    let epilogues: [String: MatrixProduct.Epilogue] = [
      Elementwise.tanh.name: .tanh, Elementwise.relu.name: .relu,
      Elementwise.tanhBackward.name: .tanhBackward, Elementwise.reluBackward.name: .reluBackward,
    ]
    for id in order {
      guard let elementwise = nodes[id].operation as? Elementwise, let epilogue = epilogues[elementwise.name],
        var product = nodes[nodes[id].inputs[0]].operation as? MatrixProduct, product.epilogue == .none,
        consumers[nodes[id].inputs[0]].count == 1,
        !effects.contains(where: (nodes[id].inputs[0]..<id).contains)
      else { continue }
      let inputs = nodes[nodes[id].inputs[0]].inputs
      if epilogue.takesResult && inputs.count == 3 { continue }
      nodes[id].inputs = inputs + nodes[id].inputs.dropFirst()
      product.epilogue = epilogue
      nodes[id].operation = product
    }
  }

  /// (A·B)ᵀ = Bᵀ·Aᵀ: a product that is only used transposed is computed that way round.
  private mutating func transposeProducts(_ effects: [Int]) {
    for id in order {
      guard let view = nodes[id].operation as? View, view.kind == .permute([1, 0]),
        let product = nodes[nodes[id].inputs[0]].operation as? MatrixProduct, !product.isSummed,
        consumers[nodes[id].inputs[0]].count == 1,
        !effects.contains(where: (nodes[id].inputs[0]..<id).contains)
      else { continue }
      let inputs = nodes[nodes[id].inputs[0]].inputs
      guard inputs.count == 2 else { continue }
      nodes[id].operation = MatrixProduct()
      nodes[id].inputs = inputs.reversed().map { input in
        let shape = nodes[input].type.shape
        nodes.append(
          LoweredNode(
            operation: view, inputs: [input],
            type: TensorType([shape[1], shape[0]], nodes[input].type.dataType)))
        return nodes.count - 1
      }
    }
  }

  private mutating func insertCopies() {
    var copies: [Int: Int] = [:]
    var placed = Set<Int>()
    for id in order {
      switch nodes[id].role {
      case .dispatched:
        let takesStrides = (nodes[id].operation as? any DispatchedOperation)?.takesStrides ?? false
        for position in nodes[id].inputs.indices {
          let input = nodes[id].inputs[position]
          let resolved = resolve(input)
          let fits = takesStrides || resolved.layout.isContiguous(nodes[input].type.shape)
          if nodes[resolved.base].role == .constant || !fits {
            nodes[id].inputs[position] = copy(of: input, &copies)
          }
        }
      case .fused where nodes[id].operation is any IndexedOperation:
        for position in nodes[id].inputs.indices
        where nodes[resolve(nodes[id].inputs[position]).base].role == .constant {
          nodes[id].inputs[position] = copy(of: nodes[id].inputs[position], &copies)
        }
      case .view:
        // A reshape of elements that lie apart.
        let input = nodes[id].inputs[0]
        if let view = nodes[id].operation as? View,
          view.layout(of: resolve(input).layout, nodes[input].type.shape) == nil
        {
          nodes[id].inputs[0] = copy(of: input, &copies)
        }
      case .fused where nodes[id].operation is Assign:
        // Lanes run in any order, so each may replace only the element that it reads itself.
        let input = nodes[id].inputs[0]
        let resolved = resolve(input)
        if let assign = nodes[id].operation as? Assign,
          let read = nodes[resolved.base].operation as? ReadVariable,
          read.variable === assign.variable,
          resolved.layout.offset != assign.offset || !resolved.layout.isContiguous(nodes[input].type.shape)
        {
          nodes[id].inputs[0] = copy(of: input, &copies)
        }
      case .pack: placeInputs(of: id, &placed)
      default: break
      }
    }
  }

  /// What can't be computed in its place of the pack, or has a place in another, is copied there.
  private mutating func placeInputs(of pack: Int, _ placed: inout Set<Int>) {
    for position in nodes[pack].inputs.indices {
      let input = nodes[pack].inputs[position]
      let resolved = resolve(input)
      let base = nodes[resolved.base]
      let whole =
        resolved.layout.offset == 0 && resolved.layout.isContiguous(nodes[input].type.shape)
        && base.type.shape.count == nodes[input].type.shape.count
      // Kernels take four pictures at once, from where a pack needn't begin.
      guard [.fused, .reduced, .dispatched].contains(base.role), whole, !batchLast.contains(resolved.base),
        placed.insert(resolved.base).inserted
      else {
        nodes.append(LoweredNode(operation: Copy(), inputs: [input], type: nodes[input].type))
        nodes[pack].inputs[position] = nodes.count - 1
        continue
      }
    }
  }

  /// A new node, whose inputs fit.
  mutating func add(_ operation: any Operation, _ inputs: [Int]) -> Int {
    guard let type = try? operation.resultType(inputs.map { nodes[$0].type }) else {
      preconditionFailure("\(operation.name) of \(inputs.map { nodes[$0].type })")
    }
    nodes.append(LoweredNode(operation: operation, inputs: inputs, type: type))
    return nodes.count - 1
  }

  private mutating func copy(of id: Int, _ copies: inout [Int: Int]) -> Int {
    if let known = copies[id] { return known }
    nodes.append(LoweredNode(operation: Copy(), inputs: [id], type: nodes[id].type))
    copies[id] = nodes.count - 1
    return nodes.count - 1
  }
}
