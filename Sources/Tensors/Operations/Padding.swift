/// A value around a tensor, and between its elements where a step is more than 1: the gradient of slices, too.
struct Pad: IndexedOperation {
  let before: [Int]
  let steps: [Int]
  /// The shape of the input and of the result.
  let inner, shape: Shape
  let value: Double
  let dataType: DataType

  var name: String { "pad" }
  var identity: String? { "pad \(before) \(steps) \(shape) \(value.bitPattern)" }
  var indexedInputs: Set<Int> { [0] }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let constant = Constant(value: value, type: TensorType([], dataType))
    _ = try constant.resultType([])
    return TensorType(shape, dataType)
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    var place = coordinates
    var conditions: [String] = []
    for axis in coordinates.indices where before[axis] != 0 || inner[axis] != shape[axis] {
      // Wraps to a large number below `before`; the load itself stays inside.
      let moved = "(\(coordinates[axis]) - \(before[axis])u)"
      let step = steps[axis]
      place[axis] = step == 1 ? moved : "\(moved) / \(step)u"
      conditions.append("\(place[axis]) < \(inner[axis])u")
      if step > 1 { conditions.append("\(moved) % \(step)u == 0u") }
    }
    let constant = Constant(value: value, type: TensorType([], dataType)).glsl
    return conditions.isEmpty
      ? load(0, place) : "\(conditions.joined(separator: " && ")) ? \(load(0, place)) : \(constant)"
  }

  func gradients(_ application: Application) -> [Tensor?] {
    var gradient = application.gradient
    for axis in inner.dimensions.indices where before[axis] != 0 || inner[axis] != shape[axis] {
      gradient = gradient.graph.apply(
        View(kind: .slice(axis: axis, start: before[axis], count: inner[axis], step: steps[axis])), [gradient]
      )
    }
    return [gradient]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    HostTensor(type) { coordinates in
      var place = coordinates
      for axis in coordinates.indices {
        let moved = coordinates[axis] - before[axis]
        guard moved >= 0, moved % steps[axis] == 0, moved / steps[axis] < inner[axis] else { return value }
        place[axis] = moved / steps[axis]
      }
      return inputs[0][place]
    }
  }
}

/// How `Tensor.pad` fills the new elements.
public enum PaddingMode: Sendable, Equatable {
  /// With one value.
  case constant(Double)
  /// Mirrored at the outermost elements, which are not repeated.
  case reflect
  /// With the outermost elements.
  case replicate
}

extension Tensor {
  /// Zeros around and between, up to `target`: this at indices start, start + step, … of `axis`.
  func padded(to target: Shape, axis: Int, start: Int, step: Int = 1) -> Tensor {
    if shape.count == 0 { return constant(0).expand(target) }
    var before = [Int](repeating: 0, count: shape.rank)
    var steps = [Int](repeating: 1, count: shape.rank)
    (before[axis], steps[axis]) = (start, step)
    return graph.apply(
      Pad(before: before, steps: steps, inner: shape, shape: target, value: 0, dataType: dataType), [self])
  }

  /// Elements added before and after each axis (`torch.nn.functional.pad`, but axis 0 first); negative counts take away.
  ///
  /// `counts` has a pair for each axis. Reflection needs fewer new elements on a side than there are.
  public func pad(_ counts: [(before: Int, after: Int)], mode: PaddingMode = .constant(0)) -> Tensor {
    guard counts.count == shape.rank,
      zip(counts, shape.dimensions).allSatisfy({ $1 + Swift.min(0, $0.before) + Swift.min(0, $0.after) >= 0 })
    else {
      fail(
        "pad",
        "a pair for each axis in \(counts.map { [$0.before, $0.after] }), not cropping more than there is")
      return self
    }
    var result = self
    for (axis, count) in counts.enumerated() where count.before < 0 || count.after < 0 {
      result = result.slice(
        axis: axis, Swift.max(0, -count.before)..<shape[axis] - Swift.max(0, -count.after))
    }
    let before = counts.map { Swift.max(0, $0.before) }
    let after = counts.map { Swift.max(0, $0.after) }
    guard (before + after).contains(where: { $0 > 0 }) else { return result }
    guard case .constant(let value) = mode else { return result.mirrored(before, after, mode) }
    let target = Shape(result.shape.dimensions.indices.map { before[$0] + result.shape[$0] + after[$0] })
    if result.shape.count == 0 { return result.constant(value).expand(target) }
    return graph.apply(
      Pad(
        before: before, steps: before.map { _ in 1 }, inner: result.shape, shape: target, value: value,
        dataType: dataType), [result])
  }

  /// Selects along each axis by an index that runs over the ends.
  private func mirrored(_ before: [Int], _ after: [Int], _ mode: PaddingMode) -> Tensor {
    var result = self
    for axis in shape.dimensions.indices where before[axis] + after[axis] > 0 {
      let size = shape[axis]
      guard size > (mode == .reflect ? Swift.max(before[axis], after[axis]) : 0) else {
        fail("pad", "an axis \(axis) longer than its padding of \(before[axis]) and \(after[axis])")
        return self
      }
      var index = graph.arange(before[axis] + size + after[axis]) - Double(before[axis])
      if mode == .reflect {
        index = Tensor.maximum(index, -index)
        let over = index - Double(size - 1)
        index = Double(size - 1) - Tensor.maximum(over, -over)
      } else {
        index = index.clamp(0, Double(size - 1))
      }
      result = result.indexSelect(index, axis: axis)
    }
    return result
  }
}
