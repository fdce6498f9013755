/// How a tensor's elements lie in the memory of the tensor that it is a view of. In elements.
public struct Layout: Hashable, Sendable {
  /// Position of the first element.
  public let offset: Int
  /// Steps along each axis; 0 where the same element is repeated.
  public let strides: [Int]

  /// Row-major without gaps.
  static func contiguous(_ shape: Shape) -> Layout { Layout(offset: 0, strides: shape.strides) }

  /// The strides of the axes of `shape` that are longer than 1.
  func squeezedStrides(_ shape: Shape) -> [Int] {
    zip(shape.dimensions, strides).filter { $0.0 != 1 }.map(\.1)
  }

  /// Where the elements are under another shape that lists them in the same order; nil where no strides say it.
  func reshaped(from old: Shape, to new: Shape) -> Layout? {
    if isContiguous(old) { return Layout(offset: offset, strides: new.strides) }
    // Neighbouring axes with one step from each of their elements to the next are one run.
    var runs: [(size: Int, stride: Int)] = []
    for (size, stride) in zip(old.dimensions, strides) where size != 1 {
      if let last = runs.last, last.stride == size * stride {
        runs[runs.count - 1] = (last.size * size, stride)
      } else {
        runs.append((size, stride))
      }
    }
    var steps = [Int](repeating: 0, count: new.rank)
    for axis in new.dimensions.indices.reversed() where new[axis] != 1 {
      guard let run = runs.last, new[axis] > 0, run.size % new[axis] == 0 else { return nil }
      steps[axis] = run.stride
      runs[runs.count - 1] = (run.size / new[axis], run.stride * new[axis])
      if run.size == new[axis] { runs.removeLast() }
    }
    return Layout(offset: offset, strides: steps)
  }

  /// Whether the elements follow each other in row-major order.
  func isContiguous(_ shape: Shape) -> Bool {
    shape.count <= 1 || squeezedStrides(shape) == shape.squeezed.strides
  }
}
