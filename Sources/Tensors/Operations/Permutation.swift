import KernelParameters
import Kernels
import Recording

/// Minibatch `cursor` of a shuffled pass over `count` rows, for each of n seeds: indices without a sort and without the
/// host. Inputs: the cursor, and seeds, uint32 [n, 2].
///
/// A keyed bijection of 0..<count (a Feistel network with cycle walking); each pass over the rows has a key of its own.
struct MinibatchIndices: DispatchedOperation {
  let count: Int
  let batch: Int

  var name: String { "minibatch_indices" }
  var identity: String? { "\(name) \(count) \(batch)" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0] == TensorType([], .uint32), inputs[1].dataType == .uint32, inputs[1].shape.rank == 2,
      inputs[1].shape[1] == 2, batch > 0, (1...Int(UInt32.max)).contains(count), count % batch == 0
    else {
      throw .mismatch(
        operation: name, inputs: inputs,
        expected: "a uint32 cursor, uint32 seeds [n, 2], and a batch that divides \(count) rows")
    }
    return TensorType([inputs[1].shape[0], batch], .uint32)
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let batches = count / batch
    let cursor = Int(inputs[0].values[0])
    return HostTensor(type) { place in
      let words = inputs[1].values[2 * place[0]..<2 * place[0] + 2].map { UInt64($0) }
      let index = UInt32(cursor % batches * batch + place[1])
      return Double(
        permuted(
          index, count: UInt32(count), seed: words[0] | words[1] << 32, pass: UInt32(cursor / batches)))
    }
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let local = 32
    recorder.dispatch(
      Dispatch(
        name, .minibatchIndices, specialization: [UInt32(local)],
        parameters: MinibatchParameters(
          count: UInt32(count), batch: UInt32(batch), cursorOffset: UInt32(inputs[0].elementOffset),
          seedOffset: UInt32(inputs[1].elementOffset), outputOffset: UInt32(output.elementOffset)),
        bindings: [.read(inputs[0].region), .read(inputs[1].region), .write(output.region)],
        groups: Groups((batch + local - 1) / local, output.type.shape[0])))
  }
}

extension Tensor {
  /// This uint32 scalar as cursor: the rows of minibatch `cursor` of shuffled passes over `count` rows, for each of
  /// `seeds`, uint32 [n, 2] → uint32 [n, batch].
  public func minibatchIndices(count: Int, batch: Int, seeds: Tensor) -> Tensor {
    graph.apply(MinibatchIndices(count: count, batch: batch), [self, seeds])
  }
}
