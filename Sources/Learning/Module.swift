public import Tensors

/// A parameter as a layer declares it: PyTorch's key within the layer, and how it starts.
public struct ParameterDeclaration: Sendable {
  /// As in `weight`, or `0.weight` within a container.
  public let name: String
  /// Sizes of its axes.
  public let shape: Shape
  /// How it starts.
  public let initializer: Initializer

  /// A parameter named `name`.
  public init(_ name: String, _ shape: Shape, _ initializer: Initializer) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
  }
}

/// The values of a module's parameters in a pass, by the names that the module declared.
public struct Weights {
  private let prefix: String
  private let lookup: (String) -> Tensor

  init(prefix: String = "", lookup: @escaping (String) -> Tensor) {
    self.prefix = prefix
    self.lookup = lookup
  }

  /// The value of parameter `name`.
  public subscript(name: String) -> Tensor { lookup(prefix + name) }
  /// The weights of the part called `part`.
  public func scope(_ part: String) -> Weights { Weights(prefix: "\(prefix)\(part).", lookup: lookup) }
}

/// A function of a tensor with parameters: a value without state; a `Network` holds its parameters on a device.
public protocol Module: Sendable {
  /// All parameters, in PyTorch's order.
  var parameters: [ParameterDeclaration] { get }
  /// Applies the module.
  func callAsFunction(_ input: Tensor, _ weights: Weights) -> Tensor
}

extension Module {
  /// None, for layers that only compute.
  public var parameters: [ParameterDeclaration] { [] }
}
