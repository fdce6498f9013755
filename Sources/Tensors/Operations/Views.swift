/// Another look at the same elements; costs nothing where the consumer takes strides.
struct View: Operation {
  enum Kind: Hashable, Sendable {
    /// The same elements in row-major order under another shape.
    case reshape(Shape)
    /// Axes of size 1, and new leading axes, repeated up to the shape.
    case expand(Shape)
    /// Axes reordered.
    case permute([Int])
    /// A range of one axis.
    case slice(axis: Int, range: Range<Int>)
  }

  let kind: Kind

  var identity: String? { "\(kind)" }
  var name: String {
    switch kind {
    case .reshape: "reshape"
    case .expand: "expand"
    case .permute: "permute"
    case .slice: "slice"
    }
  }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let input = inputs[0]
    switch kind {
    case .reshape(let shape):
      guard shape.count == input.shape.count, shape.dimensions.allSatisfy({ $0 >= 0 }) else {
        throw .mismatch(operation: name, inputs: inputs, expected: "\(shape.count) elements for \(shape)")
      }
      return TensorType(shape, input.dataType)
    case .expand(let shape):
      guard input.shape.broadcast(with: shape) == shape else {
        throw .mismatch(operation: name, inputs: inputs, expected: "a shape that broadcasts to \(shape)")
      }
      return TensorType(shape, input.dataType)
    case .permute(let axes):
      guard axes.sorted() == Array(0..<input.shape.rank) else {
        throw .mismatch(operation: name, inputs: inputs, expected: "each axis once in \(axes)")
      }
      return TensorType(Shape(axes.map { input.shape[$0] }), input.dataType)
    case .slice(let axis, let range):
      guard axis < input.shape.rank, range.lowerBound >= 0, range.upperBound <= input.shape[axis] else {
        throw .mismatch(
          operation: name, inputs: inputs, expected: "at least \(range.upperBound) on axis \(axis)")
      }
      var dimensions = input.shape.dimensions
      dimensions[axis] = range.count
      return TensorType(Shape(dimensions), input.dataType)
    }
  }

  /// The layout of the view, or nil when the elements have to be copied first.
  func layout(of layout: Layout, _ input: Shape) -> Layout? {
    switch kind {
    case .reshape(let shape):
      if layout.isContiguous(input) { return Layout(offset: layout.offset, strides: shape.strides) }
      guard shape.squeezed == input.squeezed else { return nil }
      var strides = layout.squeezedStrides(input).makeIterator()
      return Layout(
        offset: layout.offset, strides: shape.dimensions.map { $0 == 1 ? 0 : strides.next() ?? 0 })
    case .expand(let shape):
      let added = shape.rank - input.rank
      return Layout(
        offset: layout.offset,
        strides: shape.dimensions.indices.map { axis in
          axis < added || (input[axis - added] == 1 && shape[axis] != 1) ? 0 : layout.strides[axis - added]
        })
    case .permute(let axes):
      return Layout(offset: layout.offset, strides: axes.map { layout.strides[$0] })
    case .slice(let axis, let range):
      return Layout(offset: layout.offset + range.lowerBound * layout.strides[axis], strides: layout.strides)
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
    case .slice(_, let range) where range.isEmpty: return [input.constant(0).expand(input.shape)]
    case .slice(let axis, let range):
      return [
        input.graph.apply(
          Pad(axis: axis, before: range.lowerBound, inner: range.count, size: input.shape[axis]), [gradient])
      ]
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

extension Tensor {
  /// The same elements under another shape.
  public func reshape(_ shape: Shape) -> Tensor {
    shape == self.shape ? self : graph.apply(View(kind: .reshape(shape)), [self])
  }
  /// Repeated along axes of size 1 and new leading axes, without a copy.
  public func expand(_ shape: Shape) -> Tensor {
    if shape == self.shape { return self }
    if let constant = node.operation as? Constant {
      return graph.constant(constant.value, TensorType(shape, dataType))
    }
    return graph.apply(View(kind: .expand(shape)), [self])
  }
  /// Axes reordered: axis i of the result is axis `axes[i]` of this.
  public func permute(_ axes: [Int]) -> Tensor { graph.apply(View(kind: .permute(axes)), [self]) }
  /// The last two axes exchanged.
  public func transposed() -> Tensor {
    var axes = Array(0..<shape.rank)
    if axes.count >= 2 { axes.swapAt(axes.count - 1, axes.count - 2) }
    return permute(axes)
  }
  /// The elements whose index on `axis` is in `range`.
  public func slice(axis: Int, _ range: Range<Int>) -> Tensor {
    guard let axis = shape.normalized(axis: axis) else {
      graph.fail(.mismatch(operation: "slice", inputs: [type], expected: "an axis \(axis)"))
      return self
    }
    return graph.apply(View(kind: .slice(axis: axis, range: range)), [self])
  }
  /// An axis of size 1 added at the end.
  public func unsqueezeLast() -> Tensor { reshape(Shape(shape.dimensions + [1])) }
}
