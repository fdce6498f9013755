import Recording
import Tensors
import TestSupport
import Testing
import Vulkan

/// Kernels whose lanes compute four neighbours give the bits of those, without fusion, that compute one.
struct QuadTests {
  private static let fused = PlanOptions()
  private static let plain = PlanOptions(noFusion: true)

  /// The bits of the results with and without fusion, and the fused plan.
  private func expectEqualBits(
    _ inputs: [HostTensor], _ body: (Graph, [Tensor]) throws -> [Tensor]
  ) throws -> Plan {
    let fused = try evaluate(inputs, options: Self.fused, references: false, body)
    let plain = try evaluate(inputs, options: Self.plain, references: false, body)
    for (index, (a, b)) in zip(fused.device, plain.device).enumerated() {
      #expect(a.words == b.words, "result \(index) of \(inputs.map(\.type.shape))")
    }
    return fused.plan
  }

  /// With a last axis that is a multiple of four, with several that are one together, and with none.
  static let shapes: [Shape] = [
    [4096], [4099], [5, 1028], [1028, 31], [33, 125], [3, 1400], [31, 133], [4, 33, 32],
    [129, 33, 1],
    [16, 4, 14, 14], [32, 3, 7, 7],
  ]

  @Test(arguments: shapes) func elementwise(_ shape: Shape) throws {
    var random = SeededRandom(UInt64(shape.count))
    let (first, last) = (shape[0], shape[shape.rank - 1])
    let inputs = [
      HostTensor(shape, &random), HostTensor(shape, &random), HostTensor([last], &random),
      HostTensor(Shape([first] + [Int](repeating: 1, count: shape.rank - 1)), &random),
      HostTensor([], &random),
      HostTensor([shape.count + 5], &random),
    ]
    let plan = try expectEqualBits(inputs) { graph, x in
      // The same elements from an aligned place on, and from others.
      let views = [0, 1, 3, 4].map { x[5].slice(axis: 0, $0..<$0 + shape.count).reshape(shape) }
      let scaled = x[0].relu() * x[2] - x[1]
      let isLarge = (scaled .> views[1]).logicalOr(views[3] .> x[3])
      let number = graph.arange(shape.count).reshape(shape)
      return [
        scaled + x[3], Tensor.where(isLarge, views[0], views[2] * x[4]), isLarge, number + number,
        (x[0] - x[4]).flip([-1]).abs() + views[3], x[0].half().float() + 1,
      ]
    }
    #expect(plan.statistics.dispatches < 9)
  }

  /// Large shapes, whose lanes compute several fours: what is the same in all of them depends on the first axes, or on none.
  @Test(arguments: [[12, 32, 32, 32], [12, 7, 4096], [192, 4096], [393_216], [384, 1025]] as [Shape])
  func rounds(_ shape: Shape) throws {
    var random = SeededRandom(UInt64(shape.count))
    let first = Shape([shape[0]] + [Int](repeating: 1, count: shape.rank - 1))
    let inputs = [
      HostTensor(shape, &random), HostTensor(first, &random), HostTensor([shape[shape.rank - 1]], &random),
    ]
    let plan = try expectEqualBits(inputs) { _, x in
      [(x[0] * x[1].square() + 0.5).relu(), x[0].tanh(), (x[0] + x[2]).abs()]
    }
    // Divided by the elements of a lane, where those divide the rows.
    let workgroups = try #require(plan.description.matches(of: #/\] (\d+)×/#).compactMap { Int($0.1) }.max())
    #expect((workgroups * 128 <= shape.count / 2) == (shape != [384, 1025]), "\(workgroups)")
  }

  /// Shapes and axes: rounds or outputs side by side, some of either, one to many lanes an output, and parts.
  static let reductions: [(Shape, [Int])] = [
    ([64, 16, 8, 8], [0, 2, 3]), ([8, 16, 14, 14], [0, 2, 3]), ([8, 16, 7, 7], [0, 2, 3]), ([4100, 4], [0]),
    ([1028, 31], [1]), ([1028, 32], [1]), ([31, 1028], [0]), ([4, 5000], [1]), ([1, 200_064], [1]),
    ([3, 1404], [1]), ([5, 3, 1028], [2]), ([1028, 8], [1]), ([600, 32], [1]), ([300, 64], [1]),
    ([2, 3, 4100], [0, 2]), ([33, 125], [0]), ([1404, 3], [0, 1]), ([70, 5, 12], [1]),
    ([700, 2, 6], [0, 2]),
  ]

  @Test(arguments: reductions.indices) func sums(_ index: Int) throws {
    let (shape, axes) = Self.reductions[index]
    var random = SeededRandom(UInt64(index))
    let (first, last) = (shape[0], shape[shape.rank - 1])
    let inputs = [
      HostTensor(shape, &random), HostTensor([last], &random),
      HostTensor(Shape([first] + [Int](repeating: 1, count: shape.rank - 1)), &random),
      HostTensor([shape.count + 5], &random),
    ]
    _ = try expectEqualBits(inputs) { _, x in
      let views = [1, 4].map { x[3].slice(axis: 0, $0..<$0 + shape.count).reshape(shape) }
      let shifted = x[0].relu() - x[1]
      return [
        shifted.sum(axes: axes), (shifted - x[2]).mean(axes: axes), (x[0] - views[0]).max(axes: axes),
        views[1].sum(axes: axes), (x[0] .> views[1]).any(axes: axes), (x[0] .< 0.99).all(axes: axes),
        (x[0] * 100).int32().sum(axes: axes), views[0].min(axes: axes),
      ]
    }
  }

  @Test func aLaneComputesFour() throws {
    let device = TestDevice.shared
    let local = device.physical.kind == .cpu ? 32 : 64
    for (count, lanes) in [(4092, 4092), (4096, 1024), (4097, 1025)] {
      let result = try evaluate([HostTensor([count], [Double](repeating: 1, count: count))]) { _, x in
        [x[0] + 1]
      }
      let groups = "\((lanes + local - 1) / local)×1×1"
      #expect("\(result.plan)".contains(groups), "\(result.plan)")
      #expect(result.error == 0)
    }
  }

  @Test func anAssignmentReplacesWhatItReads() throws {
    // From aligned places on and from others, with elements behind that stay.
    for offset in [0, 1, 4, 64] {
      let x = try Variable([4200], (0..<4200).map { Float($0) }, on: TestDevice.shared, label: "x")
      try TestDevice.shared.run { graph in
        let part = graph.read(x).slice(axis: 0, offset..<offset + 4101)
        x.assign(part * 2, at: offset)
      }
      let expected = (0..<4200).map { Float($0) * ($0 >= offset && $0 < offset + 4101 ? 2 : 1) }
      #expect(try x.read() == expected)
    }
  }
}
