public import Tensors

// Functions of each element, with PyTorch's names and defaults; none has parameters.

/// `max(x, 0)` (`torch.nn.ReLU`).
public struct ReLU: Module {
  /// The layer.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.relu() }
}

/// `min(max(x, 0), 6)` (`torch.nn.ReLU6`).
public struct ReLU6: Module {
  /// The layer.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.relu6() }
}

/// `x` where it is positive, else `slope·x` (`torch.nn.LeakyReLU`).
public struct LeakyReLU: Module {
  /// What negative elements are multiplied with.
  public let slope: Double
  /// The layer.
  public init(_ slope: Double = 0.01) { self.slope = slope }
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.leakyRelu(slope) }
}

/// `x` where it is positive, else `alpha·(eˣ − 1)` (`torch.nn.ELU`).
public struct ELU: Module {
  /// The limit far to the left, negated.
  public let alpha: Double
  /// The layer.
  public init(_ alpha: Double = 1) { self.alpha = alpha }
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.elu(alpha) }
}

/// `x·Φ(x)`, where Φ is the distribution of standard normal numbers (`torch.nn.GELU`).
public struct GELU: Module {
  /// The layer.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.gelu() }
}

/// `x·sigmoid(x)` (`torch.nn.SiLU`).
public struct SiLU: Module {
  /// The layer.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.silu() }
}

/// `x·tanh(softplus(x))` (`torch.nn.Mish`).
public struct Mish: Module {
  /// The layer.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.mish() }
}

/// `x·min(max(x + 3, 0), 6)/6` (`torch.nn.Hardswish`).
public struct Hardswish: Module {
  /// The layer.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.hardSwish() }
}

/// `min(max(x + 3, 0), 6)/6` (`torch.nn.Hardsigmoid`).
public struct Hardsigmoid: Module {
  /// The layer.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.hardSigmoid() }
}

/// `1/(1 + e⁻ˣ)` (`torch.nn.Sigmoid`).
public struct Sigmoid: Module {
  /// The layer.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.sigmoid() }
}

/// The hyperbolic tangent (`torch.nn.Tanh`).
public struct Tanh: Module {
  /// The layer.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.tanh() }
}

/// `ln(1 + e^(βx))/β` (`torch.nn.Softplus`).
public struct Softplus: Module {
  /// How sharp the corner is.
  public let beta: Double
  /// The layer.
  public init(_ beta: Double = 1) { self.beta = beta }
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.softplus(beta: beta) }
}
