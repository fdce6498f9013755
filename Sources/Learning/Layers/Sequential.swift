public import Tensors

/// Layers one after the other; their parameters are named by position, `0.weight`, or by names (`torch.nn.Sequential`).
public struct Sequential: Container {
  /// The layers in order, with their names.
  public let parts: [Part]

  /// Layers in the order in which they are written.
  public init(@SequentialBuilder _ layers: () -> [any Module]) { self.init(layers()) }

  /// Layers in order, named by position.
  public init(_ layers: [any Module]) { parts = layers.enumerated().map { ("\($0.offset)", $0.element) } }

  /// Layers in order, by names of their own.
  public init(_ layers: KeyValuePairs<String, any Module>) { parts = layers.map { ($0.key, $0.value) } }

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
  /// Layers where a condition holds.
  public static func buildEither(first part: [any Module]) -> [any Module] { part }
  /// Layers where it doesn't.
  public static func buildEither(second part: [any Module]) -> [any Module] { part }
  /// The layers of a loop.
  public static func buildArray(_ parts: [[any Module]]) -> [any Module] { parts.flatMap { $0 } }
}

/// `activation(main(x) + shortcut(x))`, where a missing shortcut or activation is the identity (He et al. 2016).
public struct Residual: Container {
  private let main: any Module
  private let shortcut, activation: (any Module)?

  /// A block whose keys are `main.…`, `shortcut.…` and `activation.…`.
  public init(_ main: any Module, shortcut: (any Module)? = nil, activation: (any Module)? = nil) {
    self.main = main
    self.shortcut = shortcut
    self.activation = activation
  }

  /// Those that there are.
  public var parts: [Part] {
    [("main", main)] + (shortcut.map { [("shortcut", $0)] } ?? [])
      + (activation.map { [("activation", $0)] } ?? [])
  }

  /// Applies the block.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    let beside = shortcut.map { scope.apply("shortcut", $0, input) } ?? input
    let sum = scope.apply("main", main, input) + beside
    return activation.map { scope.apply("activation", $0, sum) } ?? sum
  }
}
