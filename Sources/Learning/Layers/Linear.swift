public import Tensors

/// `y = x·Wᵀ + b`: […, in] → […, out]; `weight` [out, in], `bias` [out] (`torch.nn.Linear`).
public struct Linear: Module {
  /// Sizes of a sample before and after.
  public let inputs, outputs: Int
  /// How the weight starts.
  public let weight: Initializer
  /// How the bias starts; nil for none.
  public let bias: Initializer?

  /// A dense layer that starts as PyTorch's does, uniformly within ±1/√in.
  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true) {
    let start = Initializer.uniform(fanIn: inputs)
    self.init(inputs, outputs, weight: start, bias: bias ? start : nil)
  }

  /// A dense layer that starts as told; `bias` is nil for none.
  public init(_ inputs: Int, _ outputs: Int, weight: Initializer, bias: Initializer?) {
    self.inputs = inputs
    self.outputs = outputs
    self.weight = weight
    self.bias = bias
  }

  /// `weight`, then `bias`.
  public var parameters: [ParameterDeclaration] {
    .weightAndBias(weight, [outputs, inputs], bias, [outputs])
  }

  /// Applies the layer.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    input.linear(scope["weight"], bias == nil ? nil : scope["bias"])
  }

  /// An element of the weight for each row.
  public func multiplyAdds(input: Shape, output: Shape) -> Int { output.count * inputs }
}

/// Rows of a table by number: int32 […] → […, dimension]; `weight` [count, dimension] (`torch.nn.Embedding`).
public struct Embedding: Module {
  /// Rows of the table, and numbers in each.
  public let count, dimension: Int
  /// The row that gets no gradient.
  public let padding: Int?

  /// A table that starts as PyTorch's does, standard normal.
  public init(_ count: Int, _ dimension: Int, padding: Int? = nil) {
    self.count = count
    self.dimension = dimension
    self.padding = padding
  }

  /// `weight`.
  public var parameters: [ParameterDeclaration] {
    [ParameterDeclaration("weight", [count, dimension], .normal(mean: 0, standardDeviation: 1))]
  }

  /// Looks the rows up; a number out of range ends the replay with `RecordingError.indexOutOfRange`.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    scope["weight"].embedding(input, padding: padding)
  }
}

extension [ParameterDeclaration] {
  /// `weight`, and `bias` where there is one.
  static func weightAndBias(
    _ weight: Initializer, _ weightShape: Shape, _ bias: Initializer?, _ biasShape: Shape
  ) -> [ParameterDeclaration] {
    [ParameterDeclaration("weight", weightShape, weight)]
      + (bias.map { [ParameterDeclaration("bias", biasShape, $0)] } ?? [])
  }
}
