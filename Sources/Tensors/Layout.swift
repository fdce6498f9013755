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

  /// Whether the elements follow each other in row-major order.
  func isContiguous(_ shape: Shape) -> Bool {
    shape.count <= 1 || squeezedStrides(shape) == shape.squeezed.strides
  }
}
