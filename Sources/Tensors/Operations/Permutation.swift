import KernelParameters
import Kernels
import Recording

/// Minibatch `cursor` of a shuffled pass over `count` rows: indices without a sort and without the host.
///
/// A keyed bijection of 0..<count (a Feistel network with cycle walking); each pass over the rows has a key of its own.
struct MinibatchIndices: DispatchedOperation {
  let count: Int
  let batch: Int
  let seed: UInt64

  var name: String { "minibatch_indices" }
  var identity: String? { "\(name) \(count) \(batch) \(seed)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0] == TensorType([], .uint32), batch > 0, (1...Int(UInt32.max)).contains(count),
      count % batch == 0
    else {
      throw .mismatch(
        operation: name, inputs: inputs, expected: "a uint32 cursor, and a batch that divides \(count) rows")
    }
    return TensorType([batch], .uint32)
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let batches = count / batch
    let cursor = Int(inputs[0].values[0])
    return HostTensor(type) { place in
      let index = UInt32(cursor % batches * batch + place[0])
      return Double(permuted(index, count: UInt32(count), seed: seed, pass: UInt32(cursor / batches)))
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let local = 32
    recorder.dispatch(
      Dispatch(
        name, .minibatchIndices, specialization: [UInt32(local)],
        parameters: MinibatchParameters(
          count: UInt32(count), batch: UInt32(batch), seedLow: UInt32(truncatingIfNeeded: seed),
          seedHigh: UInt32(truncatingIfNeeded: seed >> 32), cursorOffset: UInt32(inputs[0].elementOffset),
          outputOffset: UInt32(output.elementOffset)),
        bindings: [.read(inputs[0].region), .write(output.region)],
        groups: Groups((batch + local - 1) / local)))
  }
}

extension Tensor {
  /// This uint32 scalar as cursor: the rows of minibatch `cursor` of shuffled passes over `count` rows → [batch].
  public func minibatchIndices(count: Int, batch: Int, seed: UInt64) -> Tensor {
    graph.apply(MinibatchIndices(count: count, batch: batch, seed: seed), [self])
  }
}
