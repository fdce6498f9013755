import Recording

/// GLSL statements that compute fused nodes at one element of an iteration shape, and the buffers that they touch.
///
/// Statements know the element as `index`, row-major, and its coordinates as `c0`, `c1`, …; whoever puts them into a kernel
/// declares those of `neededAxes`.
struct KernelBody {
  /// One region that a kernel touches; more bindings than one where it is larger than the device binds at once.
  struct Port {
    let region: Region
    let type: DataType
    var reads = false
    var writes = false
    /// Whether some accesses take four elements.
    var isQuad = false
    /// Bytes that all loads touch at most, and that all stores do.
    var loaded = 0, stored = 0
  }

  /// The element of a store, and its value.
  struct Store {
    let port: Int
    let value: String
    let type: DataType
    /// Where the first element of the iteration shape goes, in elements of the port.
    let start: Int
    /// Whether the elements behind the last one are another's.
    let isPart: Bool
    /// Whether four neighbours are stored at once.
    let isQuad: Bool
  }

  private(set) var ports: [Port] = []
  /// Loads that only need the coordinates outside `inner`, then the others.
  private(set) var outerLoads: [String] = []
  private(set) var loads: [String] = []
  /// Those of each neighbour, where a lane computes four.
  private(set) var sideLoads: [String] = []
  private(set) var statements: [String] = []
  private(set) var stores: [Store] = []
  /// Indices that are compared with a size, in the order of the report's words.
  private(set) var checks: [IndexCheck] = []
  private(set) var neededAxes: Set<Int> = []
  /// The axes that each load depends on.
  private(set) var axesOfLoads: [Set<Int>] = []
  /// Elementwise operations, for counting.
  private(set) var operations = 0
  /// How long the statements' code is, in simple operations.
  private(set) var length = 0

  let shape: Shape
  private let graph: LoweredGraph
  /// The nodes that are emitted, by their place in the kernel: its text doesn't tell their place in the graph.
  private let members: [Int: Int]
  private let inner: Set<Int>
  private let quads: Quads?
  private let memory: (Int) -> Region
  private var names: [String: String] = [:]
  /// The first element that is read of each base that is not a variable's.
  private var firsts: [Int: Int] = [:]

  /// - Parameters:
  ///   - members: the nodes that will be emitted; they read each other's values where they can.
  ///   - readers: other nodes whose inputs are asked for.
  ///   - shape: without axes of size 1.
  ///   - inner: axes of `shape` that a loop inside the kernel walks along.
  ///   - quads: whether a lane computes four neighbours, and which.
  ///   - memory: the memory of a base node.
  init(
    _ members: [Int], readers: [Int] = [], over shape: Shape, inner: Set<Int> = [], quads: Quads? = nil,
    in graph: LoweredGraph, memory: @escaping (Int) -> Region
  ) {
    self.members = Dictionary(uniqueKeysWithValues: zip(members, members.indices))
    self.shape = shape
    self.inner = inner
    self.quads = quads
    self.graph = graph
    self.memory = memory
    for input in (members + readers).flatMap({ graph.nodes[$0].inputs }) {
      let resolved = graph.resolve(input)
      // What a kernel may replace has one binding.
      guard !(graph.nodes[resolved.base].operation is ReadVariable) else { continue }
      firsts[resolved.base] = min(firsts[resolved.base] ?? .max, resolved.layout.offset)
    }
  }

  /// The memory that an input is read from, from the first element on that the kernel reads, and the input's layout there:
  /// the kernels of slices that lie apart are then the same, and compiled once.
  private func source(_ resolved: Resolved, _ type: DataType) -> (Region, Layout) {
    let (region, first) = (memory(resolved.base), firsts[resolved.base] ?? 0)
    guard first > 0, type != .float16 else { return (region, resolved.layout) }
    let start = first * type.byteCount
    return (
      region.slice(offset: start, byteCount: region.byteCount - start),
      Layout(offset: resolved.layout.offset - first, strides: resolved.layout.strides)
    )
  }

  /// Adds the statements of a node, after those of its inputs; `isStored` where others read its value from memory.
  mutating func emit(_ id: Int, isStored: Bool) {
    let node = graph.nodes[id]
    if let assign = node.operation as? Assign {
      let value = value(of: node.inputs[0], for: id)
      let type = assign.variable.type
      let isPart = assign.offset + graph.nodes[node.inputs[0]].type.shape.count < type.shape.count
      store(value, type.dataType, at: assign.offset, in: memory(id), isPart: isPart)
      return
    }
    operations += 1
    let expression: String
    switch node.operation {
    case let operation as Elementwise:
      expression = operation.glsl(node.inputs.map { value(of: $0, for: id) })
    case let operation as any IndexedOperation:
      let values = node.inputs.indices.map { position in
        operation.indexedInputs.contains(position) ? "" : value(of: node.inputs[position], for: id)
      }
      let places = node.inputs.indices.map { position in
        operation.indexedInputs.contains(position) ? indexed(node.inputs[position]) : nil
      }
      let place = coordinates(of: node.type.shape)
      let load = { (position: Int, place: [String]) in places[position]?(place) ?? "" }
      expression = operation.glsl(coordinates: place, values: values, load: load)
      if let index = operation.index(coordinates: place, values: values, load: load) {
        let name = "i\(checks.count)"
        statements.append("uint \(name) = uint(\(index.expression));")
        statements.append(
          "if (\(name) >= \(index.check.limit)u) atomicMax(report[\(checks.count)], \(name));")
        checks.append(index.check)
      }
    default:
      expression = value(of: node.inputs[0], for: id)
    }
    length += ShaderFunctions.isLong(expression) ? 8 : 1
    let name = "v\(members[id] ?? 0)"
    statements.append("\(node.type.dataType.glsl) \(name) = \(expression);")
    if isStored { store(name, node.type.dataType, at: 0, in: memory(id)) }
  }

  /// The value of `input`, as `consumer` reads it, at the element.
  mutating func value(of input: Int, for consumer: Int) -> String {
    let resolved = graph.resolve(input)
    if let constant = graph.nodes[resolved.base].operation as? Constant { return constant.glsl }
    if let place = members[resolved.base],
      Schedule.isInPlace(resolved, input: input, consumer: consumer, in: graph)
    {
      return "v\(place)"
    }
    let type = graph.nodes[input].type
    let (region, layout) = source(resolved, type.dataType)
    let port = port(region, type.dataType)
    let (place, axes, isAligned) = place(layout, type, in: region)
    let load = Self.load(port, place, type.dataType)
    // The same element is loaded once.
    if let known = names[load] { return known }
    note(loads: axes.reduce(1) { $0 * shape[$1] }, of: port)
    let name = "l\(names.count)"
    names[load] = name
    axesOfLoads.append(axes)
    let isOuter = !inner.isEmpty && axes.isDisjoint(with: inner)
    let declaration = "\(type.dataType.glsl) \(name) = "
    guard let quads, !axes.isDisjoint(with: quads.axes) else {
      append(declaration + "\(load);", isOuter: isOuter)
      return name
    }
    if isAligned {
      ports[port].isQuad = true
      append("\(type.dataType.glslQuad) quad_\(name) = QUAD\(port)((\(place)) >> 2);", isOuter: isOuter)
      let side = "quad_\(name)[side]"
      sideLoads.append(declaration + (type.dataType == .bool ? "\(side) != 0u;" : "\(side);"))
    } else {
      sideLoads.append(declaration + "\(load);")
    }
    return name
  }

  private mutating func append(_ load: String, isOuter: Bool) {
    if isOuter { outerLoads.append(load) } else { loads.append(load) }
  }

  /// GLSL of the element at `place` of a port.
  static func load(_ port: Int, _ place: String, _ type: DataType) -> String {
    switch type {
    case .bool: "(LOAD\(port)(\(place)) != 0u)"
    case .float16: "unpackHalf2x16(LOAD\(port)((\(place)) >> 1) >> (((\(place)) & 1u) << 4)).x"
    default: "LOAD\(port)(\(place))"
    }
  }

  /// Position of the element of a tensor that lies as `layout` says, the axes that it depends on, and whether it may be
  /// loaded with its neighbours.
  private mutating func place(
    _ layout: Layout, _ type: TensorType, in region: Region
  ) -> (String, axes: Set<Int>, isAligned: Bool) {
    let start = layout.offset + region.firstElement(type.dataType)
    let strides = layout.squeezedStrides(type.shape)
    let isAligned =
      quads?.areAligned(strides, start: start, of: shape, type.dataType, in: region) ?? false
    if strides == shape.strides {
      return (start == 0 ? "index" : "index + \(start)u", Set(shape.dimensions.indices), isAligned)
    }
    var terms = start == 0 ? [] : ["\(start)u"]
    var axes: Set<Int> = []
    for (axis, stride) in strides.enumerated() where stride != 0 {
      axes.insert(axis)
      terms.append(stride == 1 ? "c\(axis)" : "c\(axis) * \(stride)u")
    }
    neededAxes.formUnion(axes)
    return (terms.isEmpty ? "0u" : terms.joined(separator: " + "), axes, isAligned)
  }

  /// A load at a computed place, kept inside the tensor.
  private mutating func indexed(_ input: Int) -> ([String]) -> String {
    let resolved = graph.resolve(input)
    let type = graph.nodes[input].type
    let (region, layout) = source(resolved, type.dataType)
    let port = port(region, type.dataType)
    note(loads: min(shape.count, type.shape.count), of: port)
    let start = layout.offset + region.firstElement(type.dataType)
    return { coordinates in
      var terms = start == 0 ? [] : ["\(start)u"]
      for axis in type.shape.dimensions.indices where layout.strides[axis] != 0 {
        let inside = "min(uint(\(coordinates[axis])), \(max(1, type.shape[axis]) - 1)u)"
        terms.append("\(inside) * \(layout.strides[axis])u")
      }
      return Self.load(port, terms.isEmpty ? "0u" : terms.joined(separator: " + "), type.dataType)
    }
  }

  /// The lane's coordinates along all axes of `full`, whose axes of size 1 the kernel doesn't know.
  private mutating func coordinates(of full: Shape) -> [String] {
    neededAxes.formUnion(shape.dimensions.indices)
    var axis = -1
    return full.dimensions.map { size in
      if size == 1 { return "0u" }
      axis += 1
      return "c\(axis)"
    }
  }

  private mutating func store(
    _ value: String, _ type: DataType, at offset: Int, in region: Region, isPart: Bool = false
  ) {
    let port = port(region, type)
    note(stores: shape.count, to: port)
    // The second half of a last word is kept.
    if isPart && type == .float16 { note(loads: 1, of: port) }
    let start = offset + region.firstElement(type)
    let isQuad = quads?.areAligned(shape.strides, start: start, of: shape, type, in: region) ?? false
    if isQuad { ports[port].isQuad = true }
    stores.append(
      Store(port: port, value: value, type: type, start: start, isPart: isPart, isQuad: isQuad))
  }

  /// One binding for all uses of a region, so that a kernel may replace what it reads.
  private mutating func port(_ region: Region, _ type: DataType) -> Int {
    let index = ports.firstIndex { $0.region == region } ?? ports.count
    if index == ports.count { ports.append(Port(region: region, type: type)) }
    return index
  }

  private mutating func note(loads elements: Int, of port: Int) {
    ports[port].reads = true
    ports[port].loaded += elements * ports[port].type.byteCount
  }

  private mutating func note(stores elements: Int, to port: Int) {
    ports[port].writes = true
    ports[port].stored += elements * ports[port].type.byteCount
  }

  /// A port that only the kernel itself writes: results of reductions.
  mutating func output(_ region: Region, _ type: DataType, isQuad: Bool) -> Int {
    let port = port(region, type)
    note(stores: region.byteCount / type.byteCount, to: port)
    if isQuad { ports[port].isQuad = true }
    return port
  }

  /// Whether some load or store takes four elements.
  var hasQuads: Bool { ports.contains(where: \.isQuad) }
}
