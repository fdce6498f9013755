import KernelParameters
import Kernels
import Recording
public import Vulkan

/// Rows of float32 that passes append and the host reads while later passes run: metrics without a blocking read-back.
public final class Ring: Sendable {
  /// Rows that are kept; an older row is overwritten.
  public let capacity: Int
  /// Numbers in a row.
  public let width: Int
  private let rows: Variable

  /// A ring in memory that the host can read at any time.
  public init(capacity: Int, width: Int, on device: Device, label: String) throws(VulkanError) {
    self.capacity = capacity
    self.width = width
    rows = try Variable([capacity, width], on: device, domain: .readback, label: label)
  }

  /// Stores `values`, float32 [width], as row `counter`, a uint32 scalar.
  public func append(_ values: Tensor, counter: Tensor) {
    rows.assignRow(values, counter: counter)
  }

  /// Row `counter`, which a pass that has ended appended less than `capacity` rows ago.
  public func row(_ counter: Int) -> [Float] {
    guard let pointer = rows.buffer.pointer else { return [] }
    let first = (counter % capacity) * width
    return (0..<width).map { pointer.loadUnaligned(fromByteOffset: 4 * (first + $0), as: Float.self) }
  }
}

extension Variable {
  /// Replaces row `counter` modulo the number of rows, where a row is a part along the first axis; the others stay.
  ///
  /// - Parameters:
  ///   - value: as many elements as a row has, of this variable's type.
  ///   - counter: a uint32 scalar.
  public func assignRow(_ value: Tensor, counter: Tensor) {
    value.graph.effect(RingAppend(rows: self), [counter, value])
  }
}

private struct RingAppend: EffectOperation, DispatchedOperation {
  let rows: Variable

  var name: String { "ring_append" }
  var writes: [Variable] { [rows] }
  private var width: Int { rows.type.shape.count / max(1, rows.type.shape[0]) }

  func resultType(_ inputs: [TensorType]) throws(GraphError) -> TensorType {
    guard inputs[0] == TensorType([], .uint32), inputs[1].dataType == rows.type.dataType,
      rows.type.dataType != .float16, inputs[1].shape.count == width, width > 0
    else {
      throw .mismatch(
        operation: name, inputs: inputs, expected: "a uint32 counter and \(width) elements of \(rows.type)")
    }
    return TensorType([0])
  }

  func dispatch(into recorder: inout Recorder, inputs: [Value], output: Value) {
    let local = 32
    recorder.dispatch(
      Dispatch(
        name, .ringAppend, specialization: [UInt32(local)],
        parameters: RingParameters(
          capacity: UInt32(rows.type.shape[0]), width: UInt32(width),
          counterOffset: UInt32(inputs[0].elementOffset), valueOffset: UInt32(inputs[1].elementOffset)),
        // The other rows stay, so that the hazards are those of all.
        bindings: [
          .read(inputs[0].region), .read(inputs[1].region, touching: width * 4),
          .readWrite(rows.region, touching: width * 4),
        ],
        groups: Groups((width + local - 1) / local)))
  }
}
