public import Tensors

/// The largest element under each place of a window: [n, c, h, w] → [n, c, h′, w′] (`torch.nn.MaxPool2d`).
public struct MaxPool2d: Module {
  /// Sizes down and across.
  public let kernel, stride, padding, dilation: Pair
  /// Whether a last place that reaches beyond the picture counts.
  public let ceilMode: Bool

  /// A pool whose stride is the kernel's size where none is given.
  public init(
    _ kernel: Pair, stride: Pair? = nil, padding: Pair = 0, dilation: Pair = 1, ceilMode: Bool = false
  ) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
  }

  /// Applies the pool.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    input.maxPool2d(kernel, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
  }
}

/// The mean under each place of a window: [n, c, h, w] → [n, c, h′, w′] (`torch.nn.AvgPool2d`).
public struct AvgPool2d: Module {
  /// Sizes down and across.
  public let kernel, stride, padding: Pair
  /// Whether a last place that reaches beyond the picture counts, and whether padding counts as elements.
  public let ceilMode, countIncludePad: Bool

  /// A pool whose stride is the kernel's size where none is given.
  public init(
    _ kernel: Pair, stride: Pair? = nil, padding: Pair = 0, ceilMode: Bool = false,
    countIncludePad: Bool = true
  ) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludePad = countIncludePad
  }

  /// Applies the pool.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    input.avgPool2d(
      kernel, stride: stride, padding: padding, ceilMode: ceilMode, countIncludePad: countIncludePad)
  }
}

/// Means of nearly equal parts of each picture: [n, c, h, w] → [n, c, size] (`torch.nn.AdaptiveAvgPool2d`).
public struct AdaptiveAvgPool2d: Module {
  /// Parts down and across.
  public let size: Pair

  /// A pool to pictures of `size`; 1 is the mean of the whole picture.
  public init(_ size: Pair) { self.size = size }

  /// Applies the pool.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    // A mean over axes is fused with its neighbours, which the pool's own kernel is not.
    size == 1 ? input.globalAvgPool2d() : input.adaptiveAvgPool2d(size)
  }
}

/// Axes `first`…`last` as one: [n, c, h, w] → [n, c·h·w] (`torch.nn.Flatten`).
public struct Flatten: Module {
  /// The first and the last of the axes; negative ones count from the back.
  public let first, last: Int

  /// A layer that keeps the batch's axis.
  public init(_ first: Int = 1, _ last: Int = -1) {
    self.first = first
    self.last = last
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.flatten(first, last) }
}
