extension Graph {
  /// The gradients of a scalar `loss` with respect to each of `variables`: nodes added to the same graph (reverse mode).
  ///
  /// A tensor that the loss doesn't depend on gets zeros. A missing gradient rule ends the recording with
  /// `GraphError.noGradient`.
  public func gradients(of loss: Tensor, withRespectTo variables: [Tensor]) -> [Tensor] {
    guard loss.shape.count == 1, loss.dataType == .float32 else {
      fail(.notAScalar(loss.type))
      return variables
    }
    let wanted = Set(variables.map(\.id))
    var reaches = Set<Int>()
    let last = max(loss.id, wanted.max() ?? 0)
    for id in 0...last
    where wanted.contains(id) || nodes[id].inputs.contains(where: reaches.contains) {
      reaches.insert(id)
    }
    var totals: [Int: Tensor] = [loss.id: constant(1, loss.type)]
    for id in stride(from: loss.id, through: 0, by: -1)
    where nodes[id].inputs.contains(where: reaches.contains) {
      guard let gradient = totals[id] else { continue }
      let node = nodes[id]
      let inputs = node.inputs.map { Tensor(graph: self, id: $0) }
      let contributions = node.operation.gradients(
        Application(inputs: inputs, output: Tensor(graph: self, id: id), gradient: gradient))
      for (position, input) in inputs.enumerated() where reaches.contains(input.id) {
        guard let contribution = contributions[position] else {
          let isMeant = node.operation is StopGradient || node.operation is CustomGradient
          if input.dataType.isFloating, !isMeant {
            fail(.noGradient(operation: node.operation.name, input: position))
          }
          continue
        }
        totals[input.id] = totals[input.id].map { $0 + contribution } ?? contribution
      }
    }
    return variables.map { totals[$0.id] ?? constant(0, $0.type) }
  }
}

/// The same value, through which no gradient flows.
struct StopGradient: Operation {
  var name: String { "detach" }
  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType { inputs[0] }
  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor { inputs[0] }
}

extension Tensor {
  /// The same value, through which no gradient flows (`torch.Tensor.detach`).
  public func stopGradient() -> Tensor { graph.apply(StopGradient(), [self]) }
}
