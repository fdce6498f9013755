import Recording
import TestSupport
import Testing

@testable import Tensors

/// Rows that passes append and the host reads.
struct RingTests {
  @Test func keepsTheLastRows() throws {
    let device = TestDevice.shared
    let ring = try Ring(capacity: 4, width: 3, on: device, label: "ring")
    let counter = try Variable([], .uint32, on: device, label: "counter")
    let plan = try device.record("append") { program in
      try program.pass("append") { graph in
        let number = graph.read(counter)
        let value = number.float()
        ring.append(.pack([value, value * 10, value + 0.5]), counter: number)
        counter.assign(number + 1)
      }
    }
    try plan.replay(times: 6)
    for row in 2..<6 {
      #expect(ring.row(row) == [Float(row), Float(row) * 10, Float(row) + 0.5])
    }
    // Row 1 has given its place to row 5.
    #expect(ring.row(1) == ring.row(5))
  }

  @Test func refusesRowsOfAnotherWidth() throws {
    let device = TestDevice.shared
    let ring = try Ring(capacity: 4, width: 3, on: device, label: "ring")
    #expect(throws: GraphError.self) {
      try device.run { graph in
        ring.append(graph.constant(1, TensorType([2])), counter: graph.constant(0, TensorType([], .uint32)))
      }
    }
  }
}
