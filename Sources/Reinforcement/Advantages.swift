import KernelParameters
import Kernels
import Recording
public import Tensors

/// Generalized advantage estimation (Schulman et al. 2016), with truncation kept apart from termination:
///
///     δ = r + γ(1 − terminated)·V(s′) − V(s)      A[t] = δ + γλ(1 − (terminated or truncated))·A[t+1]
///
/// where s′ is the state before any reset.
struct GeneralizedAdvantage: DispatchedOperation {
  let discount: Double
  let decay: Double

  var name: String { "generalized_advantage" }
  var identity: String? { "\(name) \(discount) \(decay)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let shape = inputs[0].shape
    let types = [.float32, .float32, .float32, .bool, .bool].map { TensorType(shape, $0) }
    guard shape.rank >= 2, inputs == types else {
      throw .mismatch(
        operation: name, inputs: inputs,
        expected: "rewards, values, next values, terminated and truncated, each [horizon, copies…]")
    }
    return inputs[0]
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let (horizon, copies) = (type.shape[0], type.shape.count / type.shape[0])
    var advantages = [Double](repeating: 0, count: horizon * copies)
    for copy in 0..<copies {
      var next = 0.0
      for time in stride(from: horizon - 1, through: 0, by: -1) {
        let at = time * copies + copy
        let (reward, value, nextValue) = (inputs[0].values[at], inputs[1].values[at], inputs[2].values[at])
        let (terminated, truncated) = (inputs[3].values[at] != 0, inputs[4].values[at] != 0)
        let delta = reward + discount * (terminated ? 0 : nextValue) - value
        next = delta + (terminated || truncated ? 0 : discount * decay * next)
        advantages[at] = next
      }
    }
    return HostTensor(type: type, values: advantages)
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let local = 8
    let (horizon, copies) = (output.type.shape[0], output.type.shape.count / output.type.shape[0])
    recorder.dispatch(
      Dispatch(
        name, .generalizedAdvantage, specialization: [UInt32(local)],
        parameters: AdvantageParameters(
          copies: UInt32(copies), horizon: UInt32(horizon), discount: Float(discount), decay: Float(decay)),
        bindings: inputs.map { .read($0.region) } + [.write(output.region)],
        groups: Groups((copies + local - 1) / local)))
  }
}

extension Rollout {
  /// Advantages [horizon, agents, copies] of the last rollout; `values` and `nextValues` are V of the observations before
  /// and after each step.
  ///
  /// - Parameter rewards: what stands for the rewards; by default they themselves.
  public func advantages(
    rewards: Tensor? = nil, values: Tensor, nextValues: Tensor, discount: Double, decay: Double
  ) -> Tensor {
    let graph = values.graph
    return graph.apply(
      GeneralizedAdvantage(discount: discount, decay: decay),
      [
        rewards ?? graph.read(self.rewards), values, nextValues, graph.read(terminated),
        graph.read(truncated),
      ])
  }
}
