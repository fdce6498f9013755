import KernelParameters
import Kernels
import Recording
import Tensors

/// The discounted sum of an episode's rewards so far, by whose spread rewards are normalised
/// (`gymnasium.wrappers.NormalizeReward`):
///
///     R[t] = r[t] + γ(1 − ended[t−1])·R[t−1]
///
/// Inputs: rewards and ends [horizon, copies…], and R before the first of them [copies…], 0 where an episode has ended.
struct DiscountedReturn: DispatchedOperation {
  let discount: Double

  var name: String { "discounted_return" }
  var identity: String? { "\(name) \(discount)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let shape = inputs[0].shape
    guard shape.rank > 0,
      inputs == [
        TensorType(shape), TensorType(shape, .bool), TensorType(Shape(Array(shape.dimensions.dropFirst()))),
      ]
    else {
      throw .mismatch(
        operation: name, inputs: inputs,
        expected: "rewards and ends [horizon, copies…], and returns [copies…]")
    }
    return inputs[0]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let copies = inputs[2].values.count
    var before = inputs[2].values
    return HostTensor(
      type: type,
      values: inputs[0].values.indices.map { at in
        let sum = inputs[0].values[at] + discount * before[at % copies]
        before[at % copies] = inputs[1].values[at] != 0 ? 0 : sum
        return sum
      })
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let local = 8
    let (horizon, copies) = (output.type.shape[0], inputs[2].type.shape.count)
    recorder.dispatch(
      Dispatch(
        name, .discountedReturn, specialization: [UInt32(local)],
        parameters: AdvantageParameters(
          copies: UInt32(copies), horizon: UInt32(horizon), discount: Float(discount), decay: 0),
        bindings: inputs.map { .read($0.region) } + [.write(output.region)],
        groups: Groups((copies + local - 1) / local)))
  }
}
