/// Each axis read at a computed place of its own: reversed, or rotated by some elements.
struct Rearrange: IndexedOperation {
  enum Kind: Hashable, Sendable {
    /// The axes in reverse.
    case flip(Set<Int>)
    /// Elements to the back by so many on each axis; what leaves comes in at the front.
    case roll([Int])
  }

  let kind: Kind
  let shape: Shape

  var name: String { if case .flip = kind { "flip" } else { "roll" } }
  var identity: String? {
    switch kind {
    case .flip(let axes): "flip \(axes.sorted())"
    case .roll(let shifts): "roll \(shifts)"
    }
  }
  var indexedInputs: Set<Int> { [0] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { inputs[0] }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    load(
      0,
      coordinates.enumerated().map { axis, coordinate in
        switch kind {
        case .flip(let axes): axes.contains(axis) ? "(\(shape[axis] - 1)u - \(coordinate))" : coordinate
        case .roll(let shifts):
          shifts[axis] == 0
            ? coordinate : "((\(coordinate) + \(shape[axis] - shifts[axis])u) % \(shape[axis])u)"
        }
      })
  }

  func gradients(_ application: Application) -> [Tensor?] {
    var inverse = kind
    if case .roll(let shifts) = kind {
      inverse = .roll(zip(shifts, shape.dimensions).map { $1 == 0 ? 0 : ($1 - $0) % $1 })
    }
    return [application.gradient.graph.apply(Rearrange(kind: inverse, shape: shape), [application.gradient])]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { coordinates in
      inputs[0][
        coordinates.enumerated().map { axis, coordinate in
          switch kind {
          case .flip(let axes): axes.contains(axis) ? shape[axis] - 1 - coordinate : coordinate
          case .roll(let shifts): (coordinate + shape[axis] - shifts[axis]) % shape[axis]
          }
        }]
    }
  }
}

/// A diagonal put back among zeros: the gradient of `diagonal`.
struct DiagonalEmbed: IndexedOperation {
  let offset, first, second: Int
  let shape: Shape

  var name: String { "diagonal_backward" }
  var identity: String? { "\(name) \(offset) \(first) \(second) \(shape)" }
  var indexedInputs: Set<Int> { [0] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    TensorType(shape, inputs[0].dataType)
  }

  private func place<Element>(_ coordinates: [Element]) -> [Element] {
    coordinates.indices.filter { $0 != first && $0 != second }.map { coordinates[$0] }
      + [coordinates[offset >= 0 ? first : second]]
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    "int(\(coordinates[second])) - int(\(coordinates[first])) == \(offset) ? \(load(0, place(coordinates))) : 0"
  }

  func gradients(_ application: Application) -> [Tensor?] {
    [application.gradient.diagonal(offset: offset, first, second)]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { coordinates in
      coordinates[second] - coordinates[first] == offset ? inputs[0][place(coordinates)] : 0
    }
  }
}

/// Tensors one after the other along one axis, in one kernel.
struct Concatenate: IndexedOperation {
  let axis: Int
  let sizes: [Int]

  var name: String { "cat" }
  var identity: String? { "cat \(axis) \(sizes)" }
  var indexedInputs: Set<Int> { Set(sizes.indices) }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    var dimensions = inputs[0].shape.dimensions
    dimensions[axis] = sizes.reduce(0, +)
    return TensorType(Shape(dimensions), inputs[0].dataType)
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    var end = 0
    let parts = sizes.enumerated().map { position, size in
      var place = coordinates
      place[axis] = "(\(coordinates[axis]) - \(end)u)"
      end += size
      let value = load(position, place)
      return position == sizes.count - 1 ? value : "\(coordinates[axis]) < \(end)u ? \(value) : "
    }
    return parts.joined()
  }

  func gradients(_ application: Application) -> [Tensor?] {
    application.gradient.split(sizes, axis: axis).map { $0 }
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { coordinates in
      var place = coordinates
      var part = 0
      while place[axis] >= sizes[part] {
        place[axis] -= sizes[part]
        part += 1
      }
      return inputs[part][place]
    }
  }
}

extension Tensor {
  /// `axes` in reverse (`torch.flip`).
  public func flip(_ axes: [Int]) -> Tensor {
    let normalized = axes.compactMap { shape.normalized(axis: $0) }
    guard normalized.count == axes.count, Set(normalized).count == axes.count else {
      fail("flip", "distinct axes among \(axes)")
      return self
    }
    let kind = Rearrange.Kind.flip(Set(normalized))
    return normalized.isEmpty || shape.count == 0
      ? self : graph.apply(Rearrange(kind: kind, shape: shape), [self])
  }
  /// Elements to the back by `shifts` along `axes`; what leaves comes in at the front (`torch.roll`).
  public func roll(_ shifts: [Int], axes: [Int]) -> Tensor {
    let normalized = axes.compactMap { shape.normalized(axis: $0) }
    guard normalized.count == axes.count, shifts.count == axes.count else {
      fail("roll", "an axis for each shift, among \(axes)")
      return self
    }
    guard shape.count > 0 else { return self }
    var whole = [Int](repeating: 0, count: shape.rank)
    for (axis, shift) in zip(normalized, shifts) {
      whole[axis] = ((whole[axis] + shift) % shape[axis] + shape[axis]) % shape[axis]
    }
    return whole.allSatisfy({ $0 == 0 })
      ? self : graph.apply(Rearrange(kind: .roll(whole), shape: shape), [self])
  }
  /// Tensors one after the other along `axis` (`torch.cat`): computed in place where the axis is the outermost.
  public static func concatenate(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    let first = tensors[0]
    guard let axis = first.axis(axis, of: "cat") else { return first }
    let fits = tensors.allSatisfy { tensor in
      tensor.dataType == first.dataType && tensor.shape.rank == first.shape.rank
        && tensor.shape.dimensions.indices.allSatisfy { $0 == axis || tensor.shape[$0] == first.shape[$0] }
    }
    guard fits else {
      first.graph.fail(
        .mismatch(
          operation: "cat", inputs: tensors.map(\.type),
          expected: "one type, and one shape but for axis \(axis)"))
      return first
    }
    let parts = tensors.filter { $0.shape[axis] > 0 }
    guard parts.count > 1 else { return parts.first ?? first }
    var dimensions = first.shape.dimensions
    dimensions[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    if first.dataType != .float16 && (dimensions[..<axis].allSatisfy({ $0 == 1 }) || parts.count > 8) {
      // One after the other in memory; with another axis outermost, each part is copied to where it lies.
      let lying = pack(parts.map { $0.movedim(axis, 0) })
      let moved = Shape([dimensions[axis]] + dimensions[..<axis] + dimensions[(axis + 1)...])
      return lying.reshape(moved).movedim(0, axis)
    }
    guard parts.count <= 8 else {
      return concatenate(
        [concatenate(Array(parts[..<8]), axis: axis)] + parts[8...], axis: axis)
    }
    return first.graph.apply(Concatenate(axis: axis, sizes: parts.map { $0.shape[axis] }), parts)
  }
  /// Tensors of one shape along a new axis (`torch.stack`).
  public static func stack(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    let axis = axis < 0 ? axis + tensors[0].shape.rank + 1 : axis
    guard (0...tensors[0].shape.rank).contains(axis) else {
      tensors[0].fail("stack", "a place \(axis) among the axes")
      return tensors[0]
    }
    return concatenate(tensors.map { $0.unsqueeze(axis) }, axis: axis)
  }
}
