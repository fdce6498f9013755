/// Two sizes, along the rows and along the columns of a picture; an integer stands for both.
public struct Pair: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Along the rows, down a picture.
  public let rows: Int
  /// Along the columns, across a picture.
  public let columns: Int

  /// Different sizes down and across.
  public init(_ rows: Int, _ columns: Int) { (self.rows, self.columns) = (rows, columns) }
  /// One size for both.
  public init(integerLiteral value: Int) { self.init(value, value) }

  /// As in `3×1`.
  public var description: String { "\(rows)×\(columns)" }

  func map(_ other: Pair, _ body: (Int, Int) -> Int) -> Pair {
    Pair(body(rows, other.rows), body(columns, other.columns))
  }
  func allSatisfy(_ test: (Int) -> Bool) -> Bool { test(rows) && test(columns) }
}

/// How a kernel slides over pictures: of convolutions and of pools.
public struct SlidingWindow: Hashable, Sendable {
  /// Sizes down and across.
  public let kernel, stride, padding, dilation: Pair

  /// A kernel of the given size.
  public init(kernel: Pair, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  /// From the first element under the kernel to behind the last.
  var extent: Pair { kernel.map(dilation) { ($0 - 1) * $1 + 1 } }

  /// How often it fits into pictures of `size`, nil where not once or where an attribute is no size.
  ///
  /// With `ceiling`, a last place that begins within the picture counts though it reaches beyond (PyTorch's `ceil_mode`).
  public func places(in size: Pair, ceiling: Bool = false) -> Pair? {
    guard isSound, size.allSatisfy({ $0 > 0 }) else { return nil }
    func along(_ path: KeyPath<Pair, Int>) -> Int? {
      let (step, pad) = (stride[keyPath: path], padding[keyPath: path])
      let rest = size[keyPath: path] + 2 * pad - extent[keyPath: path]
      guard rest >= 0 else { return nil }
      let count = (rest + (ceiling ? step - 1 : 0)) / step + 1
      return ceiling && (count - 1) * step >= size[keyPath: path] + pad ? count - 1 : count
    }
    guard let rows = along(\.rows), let columns = along(\.columns) else { return nil }
    return Pair(rows, columns)
  }

  /// Whether all numbers are such as make sense, and small enough for kernels that count in 32 bits.
  var isSound: Bool {
    [kernel, stride, dilation].allSatisfy { $0.allSatisfy { (1...1 << 20).contains($0) } }
      && padding.allSatisfy { (0...1 << 20).contains($0) } && extent.allSatisfy { $0 <= 1 << 24 }
  }

  /// What fits pictures of `size`, for errors.
  func fitting(_ size: Pair) -> String {
    guard isSound else {
      return
        "kernels, strides and dilations of at least 1 and paddings of at least 0, all of them at most \(1 << 20)"
    }
    let largest = size.map(padding) { $0 + 2 * $1 }
    return
      "a window of at most \(largest), which pictures of \(size) have with padding \(padding); this one spans \(extent)"
  }

  /// Where tap `tap` of place `place` lies along one axis; outside of the picture it is padding.
  static func element(_ place: Int, _ tap: Int, stride: Int, padding: Int, dilation: Int) -> Int {
    place * stride + tap * dilation - padding
  }
}

extension Shape {
  /// The last two sizes.
  var picture: Pair { Pair(dimensions[rank - 2], dimensions[rank - 1]) }

  /// The sizes of the pictures of [n, c, h, w], or of [c, h, w, n].
  func picture(_ isBatchLast: Bool) -> Pair {
    isBatchLast ? Pair(dimensions[rank - 3], dimensions[rank - 2]) : picture
  }
}
