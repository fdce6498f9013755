/// Elements set to 0 with probability p, the others divided by 1 − p: inputs x and the counter.
struct Dropout: IndexedOperation {
  let p: Double
  let draw: Draw

  var name: String { "dropout" }
  var identity: String? { "dropout \(p.bitPattern) \(draw.identity ?? "")" }
  var indexedInputs: Set<Int> { [1] }
  /// What an element that stays is multiplied with.
  private var scale: Double { p < 1 ? 1 / (1 - p) : 0 }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0].dataType == .float32, inputs[1] == TensorType([], .uint32) else {
      throw .mismatch(operation: name, inputs: inputs, expected: "float32, and a uint32 scalar as counter")
    }
    return inputs[0]
  }

  func glsl(coordinates: [String], values: [String], load: (Int, [String]) -> String) -> String {
    let random = draw.glsl(coordinates: coordinates, values: []) { _, place in load(1, place) }
    return "\(random) < \(Float(p)) ? 0.0 : \(values[0]) * \(Float(scale))"
  }

  func gradients(_ application: Application) -> [Tensor?] {
    // The same elements are dropped: the same draw, made again.
    [application.gradient.graph.apply(self, [application.gradient, application.inputs[1]]), nil]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let random = draw.reference([inputs[1]], TensorType(type.shape)).values
    return HostTensor(
      type: type,
      values: zip(random, inputs[0].values).map { $0 < Double(Float(p)) ? 0 : $1 * Double(Float(scale)) })
  }
}
