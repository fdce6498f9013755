#if canImport(Glibc)
  import Glibc
#endif
import KernelParameters
import Kernels
import Recording

/// A class of each row with probability softmax(x), by the inverse of the cumulative sum: x [rows…, classes] and a uniform
/// number a row [rows…] → int32 [rows…].
struct Categorical: DispatchedOperation {
  var name: String { "categorical" }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    let most = maximumLoopRounds / 4
    guard inputs[0].dataType == .float32, let classes = inputs[0].shape.dimensions.last,
      (1...most).contains(classes)
    else {
      throw .mismatch(
        operation: name, inputs: [inputs[0]],
        expected: "float32 logits with a last axis of 1 to \(most) classes")
    }
    return TensorType(inputs[1].shape, .int32)
  }

  func reference(_ inputs: [HostTensor], _ type: TensorType) -> HostTensor {
    let classes = inputs[0].type.shape.dimensions.last ?? 1
    return HostTensor(
      type: type,
      values: inputs[1].values.enumerated().map { row, uniform in
        let logits = inputs[0].values[row * classes..<(row + 1) * classes]
        let largest = logits.max() ?? 0
        let chances = logits.map { exp($0 - largest) }
        let goal = uniform * chances.reduce(0, +)
        var sum = 0.0
        let chosen = chances.firstIndex { chance in
          sum += chance
          return sum > goal
        }
        return Double(chosen ?? chances.lastIndex { $0 > 0 } ?? 0)
      })
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let rows = output.type.shape.count
    guard rows > 0 else { return }
    let local = 32
    recorder.dispatch(
      Dispatch(
        name, .categorical, specialization: [UInt32(local)],
        parameters: RowsParameters(
          rows: UInt32(rows), columns: UInt32(inputs[0].type.shape.count / rows),
          inputOffset: UInt32(inputs[0].elementOffset), secondOffset: UInt32(inputs[1].elementOffset),
          outputOffset: UInt32(output.elementOffset)),
        bindings: [.read(inputs[0].region), .read(inputs[1].region), .write(output.region)],
        groups: Groups((rows + local - 1) / local)))
  }
}
