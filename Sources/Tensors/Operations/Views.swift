/// Another look at the same elements; costs nothing where the consumer takes strides.
struct View: Operation {
  enum Kind: Hashable, Sendable {
    /// The same elements in row-major order under another shape.
    case reshape(Shape)
    /// Axes of size 1, and new leading axes, repeated up to the shape.
    case expand(Shape)
    /// Axes reordered.
    case permute([Int])
    /// `count` elements of one axis, `step` apart.
    case slice(axis: Int, start: Int, count: Int, step: Int)
    /// The elements with second index − first index = offset, as a new last axis.
    case diagonal(offset: Int, first: Int, second: Int)
    /// Windows of `size` elements, `step` apart, along one axis; their elements become a new last axis.
    case unfold(axis: Int, size: Int, step: Int)
  }

  let kind: Kind

  var identity: String? { "\(kind)" }
  var name: String {
    switch kind {
    case .reshape: "reshape"
    case .expand: "expand"
    case .permute: "permute"
    case .slice: "slice"
    case .diagonal: "diagonal"
    case .unfold: "unfold"
    }
  }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let input = inputs[0]
    var dimensions = input.shape.dimensions
    switch kind {
    case .reshape(let shape):
      guard shape.count == input.shape.count, shape.dimensions.allSatisfy({ $0 >= 0 }) else {
        throw .mismatch(operation: name, inputs: inputs, expected: "\(shape.count) elements for \(shape)")
      }
      dimensions = shape.dimensions
    case .expand(let shape):
      guard input.shape.broadcast(with: shape) == shape else {
        throw .mismatch(operation: name, inputs: inputs, expected: "a shape that broadcasts to \(shape)")
      }
      dimensions = shape.dimensions
    case .permute(let axes):
      guard axes.sorted() == Array(0..<input.shape.rank) else {
        throw .mismatch(operation: name, inputs: inputs, expected: "each axis once in \(axes)")
      }
      dimensions = axes.map { input.shape[$0] }
    case .slice(let axis, let start, let count, let step):
      let end = count == 0 ? start : start + (count - 1) * step + 1
      guard axis < input.shape.rank, start >= 0, end <= input.shape[axis] else {
        throw .mismatch(operation: name, inputs: inputs, expected: "at least \(end) on axis \(axis)")
      }
      dimensions[axis] = count
    case .diagonal(let offset, let first, let second):
      let length = min(dimensions[first] + min(offset, 0), dimensions[second] - max(offset, 0))
      dimensions.append(max(0, length))
      for axis in [first, second].sorted().reversed() { dimensions.remove(at: axis) }
    case .unfold(let axis, let size, let step):
      guard size >= 0, step > 0, size <= dimensions[axis] else {
        throw .mismatch(
          operation: name, inputs: inputs, expected: "windows of \(size), \(step) apart, in axis \(axis)")
      }
      dimensions[axis] = (dimensions[axis] - size) / step + 1
      dimensions.append(size)
    }
    return TensorType(Shape(dimensions), input.dataType)
  }

  /// The layout of the view, or nil when the elements have to be copied first.
  func layout(of layout: Layout, _ input: Shape) -> Layout? {
    var strides = layout.strides
    switch kind {
    case .reshape(let shape): return layout.reshaped(from: input, to: shape)
    case .expand(let shape):
      let added = shape.rank - input.rank
      return Layout(
        offset: layout.offset,
        strides: shape.dimensions.indices.map { axis in
          axis < added || (input[axis - added] == 1 && shape[axis] != 1) ? 0 : layout.strides[axis - added]
        })
    case .permute(let axes):
      return Layout(offset: layout.offset, strides: axes.map { layout.strides[$0] })
    case .slice(let axis, let start, _, let step):
      strides[axis] *= step
      return Layout(offset: layout.offset + start * layout.strides[axis], strides: strides)
    case .diagonal(let offset, let first, let second):
      strides.append(strides[first] + strides[second])
      for axis in [first, second].sorted().reversed() { strides.remove(at: axis) }
      return Layout(
        offset: layout.offset + max(0, -offset) * layout.strides[first] + max(0, offset)
          * layout.strides[second], strides: strides)
    case .unfold(let axis, _, let step):
      strides[axis] *= step
      return Layout(offset: layout.offset, strides: strides + [layout.strides[axis]])
    }
  }

  func gradients(_ application: Application) -> [Tensor?] {
    let input = application.inputs[0]
    let gradient = application.gradient
    switch kind {
    case .reshape: return [gradient.reshape(input.shape)]
    case .expand(let shape):
      let added = shape.rank - input.shape.rank
      let axes = shape.dimensions.indices.filter { axis in
        axis < added || (input.shape[axis - added] == 1 && shape[axis] != 1)
      }
      return [gradient.sum(axes: axes).reshape(input.shape)]
    case .permute(let axes):
      return [gradient.permute(axes.indices.map { axis in axes.firstIndex(of: axis) ?? axis })]
    case .slice(let axis, let start, _, let step):
      return [gradient.padded(to: input.shape, axis: axis, start: start, step: step)]
    case .diagonal(let offset, let first, let second):
      return [
        input.graph.apply(
          DiagonalEmbed(offset: offset, first: first, second: second, shape: input.shape), [gradient])
      ]
    case .unfold(let axis, let size, let step):
      let parts = (0..<size).map { place in
        gradient.select(axis: -1, place).padded(to: input.shape, axis: axis, start: place, step: step)
      }
      return [parts.dropFirst().reduce(parts.first ?? input.constant(0).expand(input.shape), +)]
    }
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let input = inputs[0]
    guard let layout = layout(of: .contiguous(input.type.shape), input.type.shape) else { return input }
    return HostTensor(type) { coordinates in
      input.values[zip(coordinates, layout.strides).reduce(layout.offset) { $0 + $1.0 * $1.1 }]
    }
  }
}
