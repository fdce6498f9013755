public import Tensors

/// `(x − mean) / √(variance + ε) · weight + bias` for each channel: [n, c, …] → the same (`torch.nn.BatchNorm1d`, `2d`).
///
/// In training the statistics are those of the batch, which move `running_mean` and `running_var` by `momentum`; in evaluation,
/// and where the weight is frozen, they are the running ones, which stay as they are.
public struct BatchNorm: Module {
  /// Channels.
  public let features: Int
  /// Added to the variance.
  public let epsilon: Double
  /// How far a batch moves the running statistics.
  public let momentum: Double

  /// A normalisation of `features` channels.
  public init(_ features: Int, epsilon: Double = 1e-5, momentum: Double = 0.1) {
    self.features = features
    self.epsilon = epsilon
    self.momentum = momentum
  }

  /// `weight`, then `bias`.
  public var parameters: [ParameterDeclaration] {
    .weightAndBias(.constant(1), [features], .constant(0), [features])
  }

  /// `running_mean`, then `running_var`.
  public var buffers: [BufferDeclaration] {
    [BufferDeclaration("running_mean", [features], 0), BufferDeclaration("running_var", [features], 1)]
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    let (weight, bias) = (scope["weight"], scope["bias"])
    let (mean, variance) = (scope.buffer("running_mean"), scope.buffer("running_var"))
    if case .training = scope.mode, !scope.isFrozen("weight") {
      return input.batchNorm(
        updating: mean, variance, weight: weight, bias: bias, momentum: momentum, epsilon: epsilon)
    }
    return input.batchNorm(
      mean: input.graph.read(mean), variance: input.graph.read(variance), weight: weight, bias: bias,
      epsilon: epsilon)
  }
}

/// `(x − mean) / √(variance + ε) · weight + bias` over the last axes, of shape `shape` (`torch.nn.LayerNorm`).
public struct LayerNorm: Module {
  /// Sizes of the axes that are normalised together.
  public let shape: Shape
  /// Added to the variance.
  public let epsilon: Double

  /// A normalisation over the last axes.
  public init(_ shape: Shape, epsilon: Double = 1e-5) {
    self.shape = shape
    self.epsilon = epsilon
  }

  /// `weight`, then `bias`.
  public var parameters: [ParameterDeclaration] { .weightAndBias(.constant(1), shape, .constant(0), shape) }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    input.layerNorm(
      weight: scope["weight"], bias: scope["bias"], lastAxes: shape.rank, epsilon: epsilon)
  }
}

/// `(x − mean) / √(variance + ε) · weight + bias` over groups of channels: [n, c, …] → the same (`torch.nn.GroupNorm`).
public struct GroupNorm: Module {
  /// Groups, and channels over all of them.
  public let groups, channels: Int
  /// Added to the variance.
  public let epsilon: Double

  /// A normalisation of `channels` channels in `groups` groups.
  public init(_ groups: Int, _ channels: Int, epsilon: Double = 1e-5) {
    self.groups = groups
    self.channels = channels
    self.epsilon = epsilon
  }

  /// `weight`, then `bias`.
  public var parameters: [ParameterDeclaration] {
    .weightAndBias(.constant(1), [channels], .constant(0), [channels])
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    input.groupNorm(groups: groups, weight: scope["weight"], bias: scope["bias"], epsilon: epsilon)
  }
}

/// In training, elements set to 0 with probability `p`, the others divided by 1 − p (`torch.nn.Dropout`).
public struct Dropout: Module {
  /// The probability.
  public let p: Double

  /// A layer that drops with probability `p`.
  public init(_ p: Double = 0.5) { self.p = p }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    guard case .training(let generator) = scope.mode else { return input }
    return generator.dropout(input, p)
  }
}
