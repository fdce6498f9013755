import Recording

/// The GLSL of one generated kernel: elementwise nodes of one shape, an element a lane.
struct FusedKernel {
  /// One storage buffer of the kernel.
  struct Port {
    let region: Region
    let type: DataType
    var reads = false
    var writes = false
  }

  private(set) var source = ""
  private(set) var ports: [Port] = []
  let count: Int

  private let graph: LoweredGraph
  private let members: Set<Int>
  private let shape: Shape
  private var loads: [String] = []
  private var body: [String] = []
  private var stores: [String] = []
  private var needsCoordinates = false

  /// - Parameters:
  ///   - nodes: fused nodes of one iteration shape, inputs before consumers.
  ///   - stored: those whose values others read from memory.
  ///   - memory: the memory of a base node.
  init(_ nodes: [Int], stored: Set<Int>, in graph: LoweredGraph, memory: (Int) -> Region) {
    self.graph = graph
    members = Set(nodes)
    shape = Schedule.iterationShape(graph.nodes[nodes[0]], in: graph)
    count = shape.count
    for id in nodes { emit(id, stored: stored.contains(id), memory: memory) }
    assemble()
  }

  private mutating func emit(_ id: Int, stored: Bool, memory: (Int) -> Region) {
    let node = graph.nodes[id]
    if let assign = node.operation as? Assign {
      let value = operand(node.inputs[0], of: id, memory: memory)
      store(value, assign.variable.type.dataType, at: assign.offset, in: memory(id))
      return
    }
    let expression: String
    switch node.operation {
    case let operation as Elementwise:
      expression = operation.glsl(node.inputs.map { operand($0, of: id, memory: memory) })
    case let operation as any IndexedOperation:
      let values = node.inputs.indices.map { position in
        operation.indexedInputs.contains(position)
          ? "" : operand(node.inputs[position], of: id, memory: memory)
      }
      let places = node.inputs.indices.map { position in
        operation.indexedInputs.contains(position) ? indexed(node.inputs[position], memory: memory) : nil
      }
      expression = operation.glsl(
        coordinates: coordinates(of: node.type.shape), values: values,
        load: { position, place in places[position]?(place) ?? "" })
    default:
      expression = operand(node.inputs[0], of: id, memory: memory)
    }
    body.append("\(node.type.dataType.glsl) v\(id) = \(expression);")
    if stored { store("v\(id)", node.type.dataType, at: 0, in: memory(id)) }
  }

  /// The value of `input` at the element that the lane computes.
  private mutating func operand(_ input: Int, of consumer: Int, memory: (Int) -> Region) -> String {
    let resolved = graph.resolve(input)
    if let constant = graph.nodes[resolved.base].operation as? Constant { return constant.glsl }
    if members.contains(resolved.base),
      Schedule.isInPlace(resolved, input: input, consumer: consumer, in: graph)
    {
      return "v\(resolved.base)"
    }
    let type = graph.nodes[input].type
    let region = memory(resolved.base)
    let port = port(region, type.dataType, writes: false)
    let place = place(resolved.layout, type, in: region)
    let element = "b\(port)[\(place)]"
    let name = "l\(port)_\(resolved.base)_\(loads.count)"
    let value = type.dataType == .bool ? "\(element) != 0u" : element
    // The same element is loaded once.
    if let known = loads.first(where: { $0.hasSuffix(" = \(value);") }) {
      return String(known.split(separator: " ")[1])
    }
    loads.append("\(type.dataType.glsl) \(name) = \(value);")
    return name
  }

  /// Position of the lane's element of a tensor that lies as `layout` says.
  private mutating func place(_ layout: Layout, _ type: TensorType, in region: Region) -> String {
    let start = layout.offset + region.offset % Region.alignment / 4
    let strides = layout.squeezedStrides(type.shape)
    if strides == shape.strides { return start == 0 ? "index" : "index + \(start)u" }
    var terms = start == 0 ? [] : ["\(start)u"]
    for (axis, stride) in strides.enumerated() where stride != 0 {
      needsCoordinates = true
      terms.append(stride == 1 ? "c\(axis)" : "c\(axis) * \(stride)u")
    }
    return terms.isEmpty ? "0" : terms.joined(separator: " + ")
  }

  /// A load at a computed place, kept inside the tensor.
  private mutating func indexed(_ input: Int, memory: (Int) -> Region) -> ([String]) -> String {
    let resolved = graph.resolve(input)
    let type = graph.nodes[input].type
    let region = memory(resolved.base)
    let port = port(region, type.dataType, writes: false)
    let start = resolved.layout.offset + region.offset % Region.alignment / 4
    return { coordinates in
      var terms = start == 0 ? [] : ["\(start)u"]
      for axis in type.shape.dimensions.indices where resolved.layout.strides[axis] != 0 {
        let inside = "min(uint(\(coordinates[axis])), \(max(1, type.shape[axis]) - 1)u)"
        terms.append("\(inside) * \(resolved.layout.strides[axis])u")
      }
      let element = "b\(port)[\(terms.isEmpty ? "0" : terms.joined(separator: " + "))]"
      return type.dataType == .bool ? "(\(element) != 0u)" : element
    }
  }

  /// The lane's coordinates along all axes of `full`, whose axes of size 1 the kernel doesn't know.
  private mutating func coordinates(of full: Shape) -> [String] {
    needsCoordinates = true
    var axis = -1
    return full.dimensions.map { size in
      if size == 1 { return "0u" }
      axis += 1
      return "c\(axis)"
    }
  }

  private mutating func store(_ value: String, _ type: DataType, at offset: Int, in region: Region) {
    let port = port(region, type, writes: true)
    let start = offset + region.offset % Region.alignment / 4
    stores.append(
      "b\(port)[index\(start == 0 ? "" : " + \(start)u")] = \(type == .bool ? "uint(\(value))" : value);")
  }

  /// One binding for all uses of a region, so that a kernel may replace what it reads.
  private mutating func port(_ region: Region, _ type: DataType, writes: Bool) -> Int {
    let index = ports.firstIndex { $0.region == region } ?? ports.count
    if index == ports.count { ports.append(Port(region: region, type: type)) }
    if writes { ports[index].writes = true } else { ports[index].reads = true }
    return index
  }

  private mutating func assemble() {
    var lines = ["#version 450", "layout(local_size_x_id = 0) in;"]
    for (index, port) in ports.enumerated() {
      let qualifier = port.writes ? (port.reads ? "" : "writeonly ") : "readonly "
      lines.append(
        "layout(std430, binding = \(index)) \(qualifier)buffer B\(index) { \(port.type.glslStorage) b\(index)[]; };"
      )
    }
    lines += ShaderFunctions.text(calledBy: body + stores)
    lines += [
      "void main() {",
      "  uint index = (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * gl_WorkGroupSize.x",
      "    + gl_LocalInvocationID.x;",
      "  if (index >= \(count)u) return;",
    ]
    if needsCoordinates {
      for axis in shape.dimensions.indices {
        let quotient = shape.strides[axis] == 1 ? "index" : "index / \(shape.strides[axis])u"
        lines.append("  uint c\(axis) = \(axis == 0 ? quotient : "\(quotient) % \(shape[axis])u");")
      }
    }
    lines += (loads + body + stores).map { "  \($0)" } + ["}"]
    source = lines.joined(separator: "\n") + "\n"
  }
}
