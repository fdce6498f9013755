import Recording
import TestSupport
import Testing
import Vulkan

@testable import Tensors

/// Passes that run as long as a word on the device says so.
struct ConditionTests {
  let device = TestDevice.shared

  /// Counts up to `limit` in passes of `repeats` runs; the count, and a sum over many workgroups of as many runs.
  private func counted(_ limit: Double, repeats: Int, options: PlanOptions = .init()) throws -> (
    UInt32, Float
  ) {
    let going = try Variable([], .bool, on: device, label: "going")
    let count = try Variable([], .uint32, on: device, label: "count")
    let many = try Variable([1025, 7], on: device, label: "many")
    let plan = try device.record("count", options: options) { program in
      try program.pass("begin") { graph in
        going.assign(graph.constant(limit > 0 ? 1 : 0, TensorType([], .bool)))
        count.assign(graph.constant(0, count.type))
      }
      try program.pass("up", repeats: repeats, while: going) { graph in
        let next = graph.read(count) + 1
        count.assign(next)
        many.assign(graph.read(many) + next.float())
        going.assign(next .< limit)
      }
    }
    try plan.replay(times: 2)
    let sums: [Float] = try many.read()
    #expect(Set(sums).count == 1)
    return (try count.read(UInt32.self)[0], sums[0])
  }

  @Test(arguments: [
    PlanOptions(), PlanOptions(serialBarriers: true), PlanOptions(checksFinite: true, timestamps: true),
  ])
  func runsUntilTheConditionFails(_ options: PlanOptions) throws {
    // Two replays, each 1 + 2 + 3.
    #expect(try counted(3, repeats: 10, options: options) == (3, 12))
    #expect(try counted(100, repeats: 4, options: options) == (4, 20))
    #expect(try counted(0, repeats: 4, options: options) == (0, 0))
  }

  @Test func aVectorIsNoCondition() throws {
    let vector = try Variable([2], .bool, on: device, label: "vector")
    let error = #expect(throws: GraphError.self) {
      try device.record("none") { try $0.pass("pass", while: vector) { _ in } }
    }
    #expect(
      error?.description
        == "pass pass: got bool[2]; expected a scalar of bool, int32 or uint32 as condition")
  }
}
