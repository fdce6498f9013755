import Recording
import Tensors
import TestSupport
import Testing

/// Variables: what a read sees, in which order assignments happen, and which mistakes are found.
struct VariableTests {
  let device = TestDevice.shared

  func variable(_ shape: Shape, _ values: [Float], _ label: String = "x") throws -> Variable {
    try Variable(shape, values, on: device, label: label)
  }

  @Test func aReadSeesTheLastAssignmentBeforeIt() throws {
    let x = try variable([3], [1, 2, 3])
    let seen = try (0..<3).map { try variable([3], [0, 0, 0], "seen\($0)") }
    try device.run { graph in
      seen[0].assign(graph.read(x))
      x.assign(graph.read(x) * 10)
      seen[1].assign(graph.read(x))
      x.assign(graph.read(x) + 1)
      x.assign(graph.read(x) + graph.read(x))
      seen[2].assign(graph.read(x))
    }
    #expect(try seen[0].read() == [1, 2, 3])
    #expect(try seen[1].read() == [10, 20, 30])
    #expect(try seen[2].read() == [22, 42, 62])
    #expect(try x.read() == [22, 42, 62])
  }

  @Test func readersThatComeBeforeAnAssignmentRunBeforeIt() throws {
    // Reads through other shapes and kernels than the assignment's, all of the old value.
    let x = try variable([4, 4], (0..<16).map(Float.init))
    let outputs = [
      try variable([4, 4], .init(repeating: 0, count: 16), "transposed"), try variable([], [0], "sum"),
      try variable([4, 4], .init(repeating: 0, count: 16), "square"),
      try variable([4], .init(repeating: 0, count: 4), "row"),
    ]
    try device.run { graph in
      let old = graph.read(x)
      let results = [
        old.transposed() + 0, old.sum(), old.matmul(old), old.slice(axis: 0, 3..<4).reshape([4]) * 1,
      ]
      x.assign(old - 100)
      for (output, result) in zip(outputs, results) { output.assign(result) }
    }
    #expect(try outputs[0].read() == (0..<16).map { Float($0 % 4 * 4 + $0 / 4) })
    #expect(try outputs[1].read() == [120])
    #expect(try outputs[2].read()[0] == 56)
    #expect(try outputs[3].read() == [12, 13, 14, 15])
    #expect(try x.read() == (0..<16).map { Float($0) - 100 })
  }

  @Test func assignmentsToPartsOfAVariable() throws {
    let x = try variable([10], (0..<10).map(Float.init))
    let y = try variable([10], .init(repeating: 0, count: 10), "y")
    try device.run { graph in
      let start = graph.read(x).slice(axis: 0, 0..<3)
      x.assign(start + 100, at: 7)
      x.assign(graph.constant(-1, TensorType([2])), at: 0)
      x.assign(graph.read(x).slice(axis: 0, 6..<9), at: 2)
      y.assign(graph.read(x))
    }
    #expect(try x.read() == [-1, -1, 6, 100, 101, 5, 6, 100, 101, 102])
    #expect(try y.read() == x.read())
  }

  @Test func overlappingShiftWithinOneVariable() throws {
    let x = try variable([1000], (0..<1000).map(Float.init))
    try device.run { graph in x.assign(graph.read(x).slice(axis: 0, 0..<999) * 1, at: 1) }
    #expect(try x.read() == [0] + (0..<999).map(Float.init))
  }

  @Test func aTransposeInPlace() throws {
    let x = try variable([30, 30], (0..<900).map(Float.init))
    try device.run { graph in x.assign(graph.read(x).transposed()) }
    #expect(try x.read() == (0..<900).map { Float($0 % 30 * 30 + $0 / 30) })
  }

  @Test func countersAdvanceWithEachReplay() throws {
    let counter = try Variable([], .uint32, on: device, label: "counter")
    let even = try Variable([], .bool, on: device, label: "even")
    let log = try variable([5], [0, 0, 0, 0, 0], "log")
    let plan = try device.record("count", options: .init()) { program in
      try program.pass("count", repeats: 3) { graph in
        let next = graph.read(counter) + 1
        counter.assign(next)
        log.assign(graph.read(log) + next.float())
      }
      try program.pass("parity") { graph in
        even.assign(graph.read(counter) .== graph.constant(6, TensorType([], .uint32)))
      }
    }
    try plan.replay()
    #expect(try even.read(UInt32.self) == [0])
    try plan.replay()
    #expect(try counter.read(UInt32.self) == [6])
    #expect(try even.read(UInt32.self) == [1])
    #expect(try log.read() == [Float](repeating: 21, count: 5))
  }

  @Test func anOldValueAfterAnAssignmentIsRefused() throws {
    let x = try variable([3], [1, 2, 3], "weights")
    #expect(throws: GraphError.staleRead(variable: "weights", operation: "mul")) {
      try device.run { graph in
        let old = graph.read(x)
        x.assign(old + 1)
        x.assign(old * 2)
      }
    }
    #expect(try x.read() == [1, 2, 3])
  }

  @Test func anActivationMayBeAppliedAfterTheWeightsChanged() throws {
    let x = try variable([2, 2], [0.1, 0.2, 0.3, 0.4])
    let y = try variable([2, 2], [0, 0, 0, 0], "y")
    try device.run { graph in
      let product = graph.read(x).matmul(graph.read(x))
      x.assign(graph.read(x) + 1)
      y.assign(product.relu())
    }
    let expected: [Float] = [0.07, 0.1, 0.15, 0.22]
    for (a, b) in zip(try y.read(), expected) { #expect(abs(a - b) < 1e-6) }
  }

  @Test(arguments: [-1, 1, 8, Int.max])
  func assignmentsOutsideAreRefused(_ offset: Int) throws {
    let x = try variable([8], .init(repeating: 0, count: 8))
    let error = #expect(throws: GraphError.self) {
      try device.run { graph in x.assign(graph.constant(1, TensorType([8])), at: offset) }
    }
    #expect("\(try #require(error))".hasPrefix("assign x: got float32[8]; expected "))
  }
}
