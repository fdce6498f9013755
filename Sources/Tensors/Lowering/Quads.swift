import Recording

/// Four neighbours that a lane computes: on CPU drivers a load or a store of four costs hardly more than one of one.
///
/// What a kernel does for each of them knows it as `side`; the arithmetic is that of one element.
struct Quads {
  /// The last axes of the iteration shape, as few as hold a multiple of four elements, or all.
  let axes: Set<Int>
  /// Bytes that one binding may have; what is bound in pieces is accessed one by one.
  private let bindingLimit: Int

  /// Elements below which lanes would be too few.
  private static let leastCount = 4096

  /// Quads of a shape without axes of size 1; nil where elements are computed one by one.
  init?(over shape: Shape, bindingLimit: Int) {
    guard shape.count >= Self.leastCount else { return nil }
    var (first, count) = (shape.rank - 1, shape[shape.rank - 1])
    while count % 4 != 0 && first > 0 {
      first -= 1
      count *= shape[first]
    }
    axes = Set(first..<shape.rank)
    self.bindingLimit = bindingLimit
  }

  /// Whether neighbours lie side by side from a multiple of four on, where the first element has the place `start`.
  func areAligned(_ strides: [Int], start: Int, of shape: Shape, _ type: DataType, in region: Region) -> Bool
  {
    type != .float16 && start % 4 == 0
      && region.offset % Region.alignment + region.byteCount <= bindingLimit
      && strides.indices.allSatisfy {
        axes.contains($0) ? strides[$0] == shape.strides[$0] : strides[$0] % 4 == 0
      }
  }

  /// The length up to which code is repeated for each neighbour: more of it takes long to compile.
  static let longest = 32

  /// What is done for each of four neighbours: blocks, because in the loop of a sum the rounds of another would count.
  static func sides(_ lines: [String]) -> [String] {
    (0..<4).flatMap { side in ["{", "  const uint side = \(side)u;"] + lines.map { "  \($0)" } + ["}"] }
  }
}
