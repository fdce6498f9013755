public import Tensors

/// Convolution of pictures: [n, in, h, w] → [n, out, h′, w′] with h′ = (h + 2·padding − dilation·(kh − 1) − 1)/stride + 1.
///
/// `weight` [out, in/groups, kh, kw], `bias` [out] (`torch.nn.Conv2d`).
public struct Conv2d: Module {
  /// Channels before and after, and in how many groups that don't mix.
  public let inputs, outputs, groups: Int
  /// Sizes down and across.
  public let kernel, stride, padding, dilation: Pair
  /// Whether there is a bias.
  public let bias: Bool

  /// A convolution that starts as PyTorch's does, uniformly within ±1/√(in/groups·kh·kw).
  public init(
    _ inputs: Int, _ outputs: Int, _ kernel: Pair, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1,
    groups: Int = 1, bias: Bool = true
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.bias = bias
  }

  private var weight: Shape { [outputs, inputs / max(1, groups), kernel.rows, kernel.columns] }

  /// `weight`, then `bias`.
  public var parameters: [ParameterDeclaration] {
    let start = Initializer.uniform(fanIn: weight.fans.in)
    return .weightAndBias(start, weight, bias ? start : nil, [outputs])
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    input.conv2d(
      scope["weight"], bias ? scope["bias"] : nil, stride: stride, padding: padding, dilation: dilation,
      groups: groups)
  }

  /// The weight for each place of the kernel.
  public func multiplyAdds(input: Shape, output: Shape) -> Int { output.count * weight.fans.in }
}

/// Transposed convolution: [n, in, h, w] → [n, out, h′, w′] with
/// h′ = (h − 1)·stride − 2·padding + dilation·(kh − 1) + outputPadding + 1.
///
/// `weight` [in, out/groups, kh, kw], `bias` [out] (`torch.nn.ConvTranspose2d`).
public struct ConvTranspose2d: Module {
  /// Channels before and after, and in how many groups that don't mix.
  public let inputs, outputs, groups: Int
  /// Sizes down and across.
  public let kernel, stride, padding, outputPadding, dilation: Pair
  /// Whether there is a bias.
  public let bias: Bool

  /// A transposed convolution that starts as PyTorch's does, uniformly within ±1/√(out/groups·kh·kw).
  public init(
    _ inputs: Int, _ outputs: Int, _ kernel: Pair, stride: Pair = 1, padding: Pair = 0,
    outputPadding: Pair = 0, groups: Int = 1, bias: Bool = true, dilation: Pair = 1
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.groups = groups
    self.bias = bias
    self.dilation = dilation
  }

  private var weight: Shape { [inputs, outputs / max(1, groups), kernel.rows, kernel.columns] }

  /// `weight`, then `bias`.
  public var parameters: [ParameterDeclaration] {
    let start = Initializer.uniform(fanIn: weight.fans.in)
    return .weightAndBias(start, weight, bias ? start : nil, [outputs])
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    input.convTranspose2d(
      scope["weight"], bias ? scope["bias"] : nil, stride: stride, padding: padding,
      outputPadding: outputPadding, groups: groups, dilation: dilation)
  }

  /// The weight for each element of a picture.
  public func multiplyAdds(input: Shape, output: Shape) -> Int { input.count * weight.fans.in }
}

/// A convolution of each channel alone, then one across channels, in place of a full one (Howard et al., "MobileNets", 2017).
///
/// Keys `depthwise.…` [in, 1, kh, kw] and `pointwise.…` [out, in, 1, 1].
public struct DepthwiseSeparableConv2d: Container {
  private let depthwise, pointwise: Conv2d

  /// A separable convolution with the arguments of the full one; both parts have a bias or none has.
  public init(
    _ inputs: Int, _ outputs: Int, _ kernel: Pair, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1,
    bias: Bool = true
  ) {
    depthwise = Conv2d(
      inputs, inputs, kernel, stride: stride, padding: padding, dilation: dilation, groups: inputs,
      bias: bias)
    pointwise = Conv2d(inputs, outputs, 1, bias: bias)
  }

  /// The two convolutions.
  public var parts: [Part] { [("depthwise", depthwise), ("pointwise", pointwise)] }

  /// Applies both.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    scope.apply("pointwise", pointwise, scope.apply("depthwise", depthwise, input))
  }
}
