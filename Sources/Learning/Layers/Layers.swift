public import Tensors

/// `y = x·Wᵀ + b`: [n, in] → [n, out]; `weight` [out, in], `bias` [out] (`torch.nn.Linear`).
public struct Linear: Module {
  /// Sizes of a sample before and after.
  public let inputs, outputs: Int
  /// How the weight and the bias start.
  public let weight, bias: Initializer

  /// A dense layer; by default it starts as PyTorch's does, uniformly within ±1/√in.
  public init(_ inputs: Int, _ outputs: Int, weight: Initializer? = nil, bias: Initializer? = nil) {
    let bound = 1 / Double(max(1, inputs)).squareRoot()
    self.inputs = inputs
    self.outputs = outputs
    self.weight = weight ?? .uniform(bound)
    self.bias = bias ?? .uniform(bound)
  }

  /// `weight`, then `bias`.
  public var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration("weight", [outputs, inputs], weight),
      ParameterDeclaration("bias", [outputs], bias),
    ]
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    input.linear(scope["weight"], scope["bias"])
  }
}

/// Hyperbolic tangent (`torch.nn.Tanh`).
public struct Tanh: Module {
  /// The layer; it has no parameters.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.tanh() }
}

/// Positive part (`torch.nn.ReLU`).
public struct ReLU: Module {
  /// The layer; it has no parameters.
  public init() {}
  /// Applies the function.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor { input.relu() }
}

/// Layers one after the other; their parameters are named by position: `0.weight` (`torch.nn.Sequential`).
public struct Sequential: Container {
  /// The layers in order.
  public let layers: [any Module]

  /// Layers in the order in which they are written.
  public init(@SequentialBuilder _ layers: () -> [any Module]) { self.layers = layers() }

  /// The layers, named by position.
  public var parts: [Part] { layers.enumerated().map { ("\($0.offset)", $0.element) } }

  /// Applies the layers in order.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    parts.reduce(input) { value, part in scope.apply(part.name, part.module, value) }
  }
}

/// Collects the layers of a `Sequential`.
@resultBuilder public enum SequentialBuilder {
  /// A layer.
  public static func buildExpression(_ layer: any Module) -> [any Module] { [layer] }
  /// Layers from a loop or another list.
  public static func buildExpression(_ layers: [any Module]) -> [any Module] { layers }
  /// All layers of a block.
  public static func buildBlock(_ parts: [any Module]...) -> [any Module] { parts.flatMap { $0 } }
  /// Layers under a condition.
  public static func buildOptional(_ part: [any Module]?) -> [any Module] { part ?? [] }
  /// The layers of a loop.
  public static func buildArray(_ parts: [[any Module]]) -> [any Module] { parts.flatMap { $0 } }
}
