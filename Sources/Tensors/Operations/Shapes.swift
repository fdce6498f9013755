extension Tensor {
  /// `axis` counted from the front; a missing one fails the pass, and the result is nil.
  func axis(_ axis: Int, of operation: String) -> Int? {
    if let normalized = shape.normalized(axis: axis) { return normalized }
    fail(operation, "an axis \(axis)")
    return nil
  }

  /// Ends the recording with a mismatch.
  func fail(_ operation: String, _ expected: String) {
    graph.fail(.mismatch(operation: operation, inputs: [type], expected: expected))
  }

  /// The same elements under another shape (`torch.reshape`); one size may be −1 and is what fits.
  public func reshape(_ shape: Shape) -> Tensor {
    guard let open = shape.dimensions.firstIndex(of: -1) else {
      return shape == self.shape ? self : graph.apply(View(kind: .reshape(shape)), [self])
    }
    var dimensions = shape.dimensions
    dimensions[open] = 1
    let rest = Shape(dimensions).count
    guard rest > 0, dimensions.allSatisfy({ $0 >= 0 }), self.shape.count % rest == 0 else {
      fail("reshape", "a number of elements that fits \(shape), whose −1 is open")
      return self
    }
    dimensions[open] = self.shape.count / rest
    return reshape(Shape(dimensions))
  }
  /// Axes `first`…`last` as one (`torch.flatten`).
  public func flatten(_ first: Int = 0, _ last: Int = -1) -> Tensor {
    if shape.rank == 0 { return reshape([1]) }
    guard let first = axis(first, of: "flatten"), let last = axis(last, of: "flatten") else { return self }
    guard first <= last else {
      fail("flatten", "a first axis that isn't behind the last")
      return self
    }
    let dimensions = shape.dimensions
    return reshape(
      Shape(dimensions[..<first] + [dimensions[first...last].reduce(1, *)] + dimensions[(last + 1)...]))
  }
  /// Repeated along axes of size 1 and new leading axes, without a copy (`torch.expand`); −1 keeps an axis's size.
  public func expand(_ shape: Shape) -> Tensor {
    let added = shape.rank - self.shape.rank
    let shape = Shape(
      shape.dimensions.enumerated().map {
        $1 == -1 && $0 >= added && added >= 0 ? self.shape[$0 - added] : $1
      })
    if shape == self.shape { return self }
    if let constant = node.operation as? Constant, self.shape.broadcast(with: shape) == shape {
      return graph.constant(constant.value, TensorType(shape, dataType))
    }
    return graph.apply(View(kind: .expand(shape)), [self])
  }
  /// Axes reordered: axis i of the result is axis `axes[i]` of this.
  public func permute(_ axes: [Int]) -> Tensor {
    let axes = axes.map { $0 < 0 ? $0 + shape.rank : $0 }
    return axes == Array(shape.dimensions.indices) ? self : graph.apply(View(kind: .permute(axes)), [self])
  }
  /// Two axes exchanged (`torch.transpose`).
  public func transpose(_ a: Int, _ b: Int) -> Tensor {
    guard let a = axis(a, of: "transpose"), let b = axis(b, of: "transpose") else { return self }
    var axes = Array(shape.dimensions.indices)
    axes.swapAt(a, b)
    return permute(axes)
  }
  /// The last two axes exchanged.
  public func transposed() -> Tensor { shape.rank >= 2 ? transpose(-1, -2) : self }
  /// Axis `source` moved to `target`, the others in their order (`torch.movedim`).
  public func movedim(_ source: Int, _ target: Int) -> Tensor {
    guard let source = axis(source, of: "movedim"), let target = axis(target, of: "movedim") else {
      return self
    }
    var axes = Array(shape.dimensions.indices)
    axes.insert(axes.remove(at: source), at: target)
    return permute(axes)
  }
  /// The elements whose index on `axis` is in `range`.
  public func slice(axis: Int, _ range: Range<Int>) -> Tensor {
    guard let axis = self.axis(axis, of: "slice") else { return self }
    return graph.apply(
      View(kind: .slice(axis: axis, start: range.lowerBound, count: range.count, step: 1)), [self])
  }
  /// `x[start:stop:step]` along `axis` as Python has it: negative bounds count from the end, and both are moved inside.
  public func slice(axis: Int, start: Int? = nil, stop: Int? = nil, step: Int) -> Tensor {
    guard let axis = self.axis(axis, of: "slice") else { return self }
    guard step > 0 else {
      fail("slice", "a step above 0, not \(step)")
      return self
    }
    let size = shape[axis]
    let inside = { (bound: Int) in Swift.min(Swift.max(bound < 0 ? bound + size : bound, 0), size) }
    let first = inside(start ?? 0)
    let count = Swift.max(0, (inside(stop ?? size) - first + step - 1) / step)
    return graph.apply(View(kind: .slice(axis: axis, start: first, count: count, step: step)), [self])
  }
  /// One index of `axis`, which falls away (`torch.select`); a negative index counts from the end.
  public func select(axis: Int, _ index: Int) -> Tensor {
    guard let axis = self.axis(axis, of: "select") else { return self }
    let place = index < 0 ? index + shape[axis] : index
    guard (0..<shape[axis]).contains(place) else {
      fail("select", "an index \(index) on axis \(axis)")
      return self
    }
    return slice(axis: axis, place..<place + 1).squeeze(axis)
  }
  /// Without `axis` if its size is 1, or without all axes of size 1 (`torch.squeeze`).
  public func squeeze(_ axis: Int? = nil) -> Tensor {
    guard let axis else { return reshape(shape.squeezed) }
    guard let axis = self.axis(axis, of: "squeeze") else { return self }
    var dimensions = shape.dimensions
    if dimensions[axis] == 1 { dimensions.remove(at: axis) }
    return reshape(Shape(dimensions))
  }
  /// With an axis of size 1 at `axis` (`torch.unsqueeze`); −1 is behind the last.
  public func unsqueeze(_ axis: Int) -> Tensor {
    let place = axis < 0 ? axis + shape.rank + 1 : axis
    guard (0...shape.rank).contains(place) else {
      fail("unsqueeze", "a place \(axis) among the axes")
      return self
    }
    return reshape(Shape(shape.dimensions[..<place] + [1] + shape.dimensions[place...]))
  }
  /// An axis of size 1 added at the end.
  public func unsqueezeLast() -> Tensor { unsqueeze(-1) }
  /// Parts of the given sizes along `axis` (`torch.split`).
  public func split(_ sizes: [Int], axis: Int = 0) -> [Tensor] {
    guard let axis = self.axis(axis, of: "split") else { return sizes.map { _ in self } }
    guard sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(0, +) == shape[axis] else {
      fail("split", "sizes on axis \(axis) that add up to what \(sizes) do")
      return sizes.map { _ in self }
    }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return slice(axis: axis, start..<start + size)
    }
  }
  /// At most `count` parts along `axis`, equal but for the last (`torch.chunk`).
  public func chunk(_ count: Int, axis: Int = 0) -> [Tensor] {
    guard let axis = self.axis(axis, of: "chunk") else { return [self] }
    guard count > 0 else {
      fail("chunk", "a number of parts above 0, not \(count)")
      return [self]
    }
    let size = Swift.max(1, (shape[axis] + count - 1) / count)
    if shape[axis] == 0 { return Array(repeating: self, count: count) }
    return split(
      stride(from: 0, to: shape[axis], by: size).map { Swift.min(size, shape[axis] - $0) }, axis: axis)
  }
  /// The whole repeated along each axis, new ones first (`torch.Tensor.repeat`, `torch.tile` for as many axes).
  public func tile(_ counts: [Int]) -> Tensor {
    guard counts.count >= shape.rank, counts.allSatisfy({ $0 >= 0 }) else {
      fail("tile", "at most as many axes as in \(counts)")
      return self
    }
    let sizes = Array(repeating: 1, count: counts.count - shape.rank) + shape.dimensions
    let apart = reshape(Shape(sizes.flatMap { [1, $0] }))
    return apart.expand(Shape(zip(counts, sizes).flatMap { [$0, $1] }))
      .reshape(Shape(zip(counts, sizes).map(*)))
  }
  /// The elements with second index − first index = `offset`, as a new last axis (`torch.diagonal`).
  public func diagonal(offset: Int = 0, _ first: Int = 0, _ second: Int = 1) -> Tensor {
    guard let first = axis(first, of: "diagonal"), let second = axis(second, of: "diagonal") else {
      return self
    }
    guard first != second else {
      fail("diagonal", "two distinct axes")
      return self
    }
    return graph.apply(View(kind: .diagonal(offset: offset, first: first, second: second)), [self])
  }
  /// Windows of `size` elements, `step` apart, along `axis`; their elements become a new last axis (`torch.Tensor.unfold`).
  public func unfold(axis: Int, size: Int, step: Int) -> Tensor {
    guard let axis = self.axis(axis, of: "unfold") else { return self }
    return graph.apply(View(kind: .unfold(axis: axis, size: size, step: step)), [self])
  }
}
