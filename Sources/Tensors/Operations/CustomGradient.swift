/// Its first input's value, whose gradient goes to the other inputs by a rule of its own.
struct CustomGradient: Operation {
  let rule: @Sendable (Application) -> [Tensor?]

  var name: String { "custom_gradient" }
  var identity: String? { nil }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { inputs[0] }
  func gradients(_ application: Application) -> [Tensor?] { rule(application) }
  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor { inputs[0] }
}

extension Tensor {
  /// This value, with a gradient rule in place of those of the operations that made it (`torch.autograd.Function`).
  ///
  /// - Parameters:
  ///   - inputs: what the gradient flows to.
  ///   - saved: other tensors that the rule needs.
  ///   - rule: gradients with respect to each of `inputs`, nil where there is none, from that of this value and from
  ///     `saved`. Made of tensors, they have gradients themselves.
  public func withGradient(
    of inputs: [Tensor], saving saved: [Tensor] = [],
    _ rule: @escaping @Sendable (_ gradient: Tensor, _ saved: [Tensor]) -> [Tensor?]
  ) -> Tensor {
    let count = saved.count
    let operation = CustomGradient { application in
      let saved = application.inputs.suffix(count)
      return [nil] + rule(application.gradient, Array(saved)) + saved.map { _ in nil }
    }
    return graph.apply(operation, [self] + inputs + saved)
  }
}
