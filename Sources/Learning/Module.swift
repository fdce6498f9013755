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

/// Numbers that a layer keeps beside its parameters, which no gradient changes: running statistics.
public struct BufferDeclaration: Sendable {
  /// As in `running_mean`.
  public let name: String
  /// Sizes of its axes.
  public let shape: Shape
  /// What all of its elements start with.
  public let value: Double

  /// A buffer named `name`.
  public init(_ name: String, _ shape: Shape, _ value: Double) {
    self.name = name
    self.shape = shape
    self.value = value
  }
}

/// What a pass is for (`torch.nn.Module.train` and `eval`).
public enum Mode {
  /// Dropout leaves everything as it is, and running statistics normalise.
  case evaluation
  /// Dropout draws from the generator; batches normalise themselves and move the running statistics.
  case training(Generator)
}

/// A function of a tensor with parameters: a value without state; a `Network` holds its parameters on a device.
public protocol Module: Sendable {
  /// All parameters, in PyTorch's order.
  var parameters: [ParameterDeclaration] { get }
  /// All buffers, in PyTorch's order.
  var buffers: [BufferDeclaration] { get }
  /// Applies the module.
  func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor
  /// Products with the module's own weights that are added up on the way from `input` to `output`, for summaries.
  func multiplyAdds(input: Shape, output: Shape) -> Int
}

extension Module {
  /// None, for layers that only compute.
  public var parameters: [ParameterDeclaration] { [] }
  /// None, for layers that keep nothing.
  public var buffers: [BufferDeclaration] { [] }
  /// None, for layers without weights, and for those that only scale.
  public func multiplyAdds(input: Shape, output: Shape) -> Int { 0 }
}

/// A module made of others: the names of its parts prefix those of their parameters and buffers.
public protocol Container: Module {
  /// A name within the container, and a module.
  typealias Part = (name: String, module: any Module)
  /// The parts in PyTorch's order. Applying the container applies them by `Scope.apply`.
  var parts: [Part] { get }
}

extension Container {
  /// The parameters of all parts.
  public var parameters: [ParameterDeclaration] {
    parts.flatMap { part in
      part.module.parameters.map { ParameterDeclaration("\(part.name).\($0.name)", $0.shape, $0.initializer) }
    }
  }
  /// The buffers of all parts.
  public var buffers: [BufferDeclaration] {
    parts.flatMap { part in
      part.module.buffers.map { BufferDeclaration("\(part.name).\($0.name)", $0.shape, $0.value) }
    }
  }
}
