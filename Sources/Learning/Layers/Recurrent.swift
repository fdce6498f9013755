public import Tensors

/// A gated recurrent unit, one step: […, n, inputs] with a state […, n, units] → the next state (`torch.nn.GRUCell`).
///
/// Gates stand in the order r, z, n; `Tensor.gru` has the formula.
public struct GRUCell: Module {
  /// Sizes of an input and of the state.
  public let inputs, units: Int

  /// A unit that starts as PyTorch's does, uniformly within ±1/√units.
  public init(_ inputs: Int, _ units: Int) { (self.inputs, self.units) = (inputs, units) }

  /// `weight_ih`, `weight_hh`, `bias_ih`, `bias_hh`.
  public var parameters: [ParameterDeclaration] {
    let start = Initializer.uniform(fanIn: units)
    return [
      ParameterDeclaration("weight_ih", [3 * units, inputs], start),
      ParameterDeclaration("weight_hh", [3 * units, units], start),
      ParameterDeclaration("bias_ih", [3 * units], start),
      ParameterDeclaration("bias_hh", [3 * units], start),
    ]
  }

  /// One step from a state of zeros.
  public func callAsFunction(_ input: Tensor, _ scope: Scope) -> Tensor {
    let shape = Shape(input.shape.dimensions.dropLast() + [units])
    return self(input, from: input.graph.constant(0, TensorType(shape)), scope)
  }

  /// One step, or several in a row.
  ///
  /// - Parameters:
  ///   - input: […, steps × n, inputs], the rows of a step side by side.
  ///   - state: what the first step meets: […, n, units].
  ///   - ended: where the next step meets a state of zeros: bool […, steps × n]; nil for nowhere.
  /// - Returns: the states after each step: […, steps × n, units].
  public func callAsFunction(
    _ input: Tensor, from state: Tensor, ended: Tensor? = nil, _ scope: Scope
  ) -> Tensor {
    input.linear(scope["weight_ih"], scope["bias_ih"])
      .gru(from: state, weight: scope["weight_hh"], bias: scope["bias_hh"], ended: ended)
  }

  /// The gates' elements of both weights for each row.
  public func multiplyAdds(input: Shape, output: Shape) -> Int { 3 * output.count * (inputs + units) }
}
