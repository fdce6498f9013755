import Recording
import TestSupport
import Testing

@testable import Tensors

/// Batches gathered from a store of samples, against the reference on the host.
@Suite struct SampleRowsTests {
  let device = TestDevice.shared

  @Test(arguments: [([5], false), ([5], true), ([3, 7, 5], false), ([1, 3, 31], true)])
  func samplesAreThoseOfTheReference(_ dimensions: [Int], _ isPacked: Bool) throws {
    let shape = Shape(dimensions)
    let count = 33
    let elements = count * shape.count
    var random = SeededRandom(7)
    let words = (elements + 3) / 4
    let store =
      isPacked
      ? HostTensor(
        type: TensorType([words], .uint32),
        values: (0..<words).map { _ in Double(UInt32.random(in: 0...UInt32.max, using: &random)) })
      : HostTensor([elements], &random)
    func whole(_ range: ClosedRange<Int>, _ type: DataType) -> HostTensor {
      HostTensor(
        type: TensorType([31], type),
        values: (0..<31).map { _ in Double(Int.random(in: range, using: &random)) })
    }
    let inputs = [
      store, whole(0...32, .uint32), whole(-2...3, .int32), whole(-2...3, .int32), whole(0...1, .int32),
    ]
    let result = try evaluate(inputs, on: device) { _, inputs in
      let samples = inputs[0].sampleRows(inputs[1], shape: shape)
      guard shape.rank == 3 else { return [samples] }
      let window = PictureWindow(height: 3, width: 4, top: inputs[2], left: inputs[3], isMirrored: inputs[4])
      return [samples, inputs[0].sampleRows(inputs[1], shape: shape, window: window)]
    }
    #expect(result.error < 1e-7)
    // Gathering and unpacking are one kernel; results of two shapes are two.
    #expect(result.plan.statistics.dispatches <= result.device.count)
  }

  @Test func rowsOutOfRangeAreReported() throws {
    let store = HostTensor([6], [1, 2, 3, 4, 5, 6])
    let rows = HostTensor(type: TensorType([2], .uint32), values: [1, 3])
    #expect(throws: RecordingError.self) {
      try evaluate([store, rows], on: device, references: false) { _, inputs in
        [inputs[0].sampleRows(inputs[1], shape: [2])]
      }
    }
  }
}
