import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

/// Tensors larger than one binding may be (128 MiB on lavapipe): cut into several, at every place where kernels touch them.
struct LargeTensorTests {
  let device = TestDevice.shared

  @Test func elementwiseReductionsAndIndexingBeyondABinding() throws {
    let limit = device.physical.limits.maxStorageBufferRange
    // 70 000 rows of 500: 133 MiB, beyond the limit of the CPU drivers; where the limit is higher it is an ordinary test.
    let (rows, columns) = (70_000, 500)
    let x = try Variable([rows, columns], on: device, label: "large")
    let sums = try Variable([columns], on: device, label: "sums")
    let picked = try Variable([3, columns], on: device, label: "picked")
    let last = try Variable([2], on: device, label: "last")
    let index = try Variable([3], .uint32, on: device, label: "index")
    try index.write([0, 69_999, 67_108] as [UInt32])
    try device.run { graph in
      let row = graph.arange(rows).float().reshape([rows, 1])
      let column = graph.arange(columns).float()
      // Exact in float32: every value is an integer below 2²⁴.
      x.assign(row + column)
    }
    let plan = try device.record("large") { program in
      try program.pass("large") { graph in
        let value = graph.read(x)
        let doubled = value * 2
        sums.assign((doubled - value).max(axes: [0]))
        picked.assign(value.indexSelect(graph.read(index)))
        last.assign(doubled.max(axes: [1]).slice(axis: 0, rows - 2..<rows))
        x.assign(value + 1)
      }
    }
    try plan.replay()
    #expect(x.type.byteCount > limit || limit > 1 << 27)
    #expect(try sums.read() == (0..<columns).map { Float($0 + rows - 1) })
    let expected = [0, 69_999, 67_108].flatMap { row in (0..<columns).map { Float(row + $0) } }
    #expect(try picked.read() == expected)
    #expect(try last.read() == [rows - 2, rows - 1].map { Float(2 * ($0 + columns - 1)) })
    let values = try x.read()
    #expect(values.indices.allSatisfy { values[$0] == Float($0 / columns + $0 % columns + 1) })
  }

  /// A matrix of 16 GiB, which takes more bindings than a kernel has or more memory than there is, and one whose elements no
  /// uint32 counts.
  @Test(arguments: [
    (1 << 16, "this device has at most|of device memory"), (1 << 20, "at most 4294967295 elements"),
  ])
  func whatIsTooLargeIsRefusedBeforehand(_ size: Int, _ message: String) throws {
    var text = ""
    do {
      let x = try Variable([1], [1], on: device, label: "x")
      try device.run { graph in
        let large = graph.read(x).expand([size - 1, size]).exp()
        x.assign((large + large.flip([0])).sum().reshape([1]))
      }
    } catch { text = "\(error)" }
    #expect(message.split(separator: "|").contains { text.contains($0) }, "\(text)")
    // The device goes on.
    let y = try Variable([2], [1, 2], on: device, label: "y")
    try device.run { graph in y.assign(graph.read(y) + 1) }
    #expect(try y.read() == [2, 3])
  }
}
