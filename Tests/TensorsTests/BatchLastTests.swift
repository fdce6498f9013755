import Recording
import TestSupport
import Testing

@testable import Tensors

/// Convolutions whose pictures lie with their batch last, as lowering puts them for batches that fill lanes.
struct BatchLastTests {
  /// x, weights and attributes: odd sizes, strides, dilation, several channels on one side of a group, batches of 4·n.
  static let cases: [(x: Shape, weights: Shape, window: SlidingWindow, groups: Int)] = [
    ([16, 3, 7, 7], [3, 1, 3, 3], SlidingWindow(kernel: 3, padding: 1), 3),
    ([20, 1, 9, 8], [6, 1, 3, 3], SlidingWindow(kernel: 3, stride: 2, padding: 1), 1),
    ([36, 2, 11, 5], [4, 1, 5, 5], SlidingWindow(kernel: 5, stride: 2, padding: 2), 2),
    ([16, 4, 6, 1], [2, 2, 3, 1], SlidingWindow(kernel: Pair(3, 1), padding: Pair(1, 0)), 2),
    ([16, 3, 8, 9], [3, 1, 3, 3], SlidingWindow(kernel: 3, padding: 2, dilation: 2), 3),
    ([64, 2, 33, 31], [2, 1, 3, 3], SlidingWindow(kernel: 3, stride: Pair(1, 4), padding: 1), 2),
  ]

  @Test(arguments: cases.indices)
  func depthwise(_ index: Int) throws {
    let (x, weights, window, groups) = Self.cases[index]
    var random = SeededRandom(UInt64(index))
    let places = try #require(window.places(in: x.picture))
    let y: Shape = [x[0], weights[0], places.rows, places.columns]
    let inputs = [x, weights, y, [weights[0]]].map { HostTensor($0, &random) }
    let result = try evaluate(inputs) { graph, x in
      let y = x[0].conv2d(
        x[1], x[3], stride: window.stride, padding: window.padding, dilation: window.dilation, groups: groups)
      return [y] + graph.gradients(of: (y * x[2]).sum(), withRespectTo: [x[0], x[1]])
    }
    #expect(result.plan.description.matches(of: #/\[depthwise_batch_last\]/#).count == 2)
    let isDepthwise = weights[1] == 1
    #expect(result.plan.description.contains("[depthwise_batch_last_weights]") == isDepthwise)
    for (position, pair) in zip(result.device, result.reference).enumerated() {
      #expect(normalizedError(pair.0.values, pair.1.values) < 1e-11, "result \(position)")
    }
  }

  /// What a separable network has between its convolutions stays in that order, so that one picture's channels are no
  /// product of their own; and results are those of double precision, with and without fusion.
  @Test(arguments: [false, true])
  func separableBlock(_ noFusion: Bool) throws {
    var random = SeededRandom(7)
    let shapes: [Shape] = [[16, 4, 6, 7], [4, 1, 3, 3], [4], [4], [6, 4, 1, 1], [6], [16, 6]]
    let inputs = shapes.map { HostTensor($0, &random) }
    let result = try evaluate(inputs, options: PlanOptions(noFusion: noFusion)) { graph, x in
      let depthwise = x[0].conv2d(x[1], padding: 1, groups: 4).batchNorm(weight: x[2], bias: x[3]).relu()
      let pointwise = depthwise.conv2d(x[4], x[5]).batchNorm().tanh()
      let loss = (pointwise.globalAvgPool2d().reshape([16, 6]) * x[6]).sum()
      // That of the bias is 0: the norm takes it away.
      return [pointwise, loss] + graph.gradients(of: loss, withRespectTo: Array(x[...4]))
    }
    let plan = result.plan.description
    #expect(plan.contains("matmul 6×4×672") && plan.contains("matmul 4×6×672"), "\(plan)")
    #expect(plan.contains("matmul 6×672×4") || plan.contains("matmul 4×672×6"), "\(plan)")
    for (position, pair) in zip(result.device, result.reference).enumerated() {
      #expect(normalizedError(pair.0.values, pair.1.values) < 1e-10, "result \(position)")
    }
  }

  /// A batch that isn't a multiple of four, or too small to fill lanes, keeps its order.
  @Test(arguments: [1, 12, 18])
  func otherBatches(_ count: Int) throws {
    var random = SeededRandom(8)
    let inputs = [HostTensor([count, 4, 6, 7], &random), HostTensor([4, 1, 3, 3], &random)]
    let result = try evaluate(inputs) { _, x in [x[0].conv2d(x[1], padding: 1, groups: 4)] }
    #expect(result.plan.description.contains("[depthwise_convolution]"))
    #expect(normalizedError(result.device[0].values, result.reference[0].values) < 1e-11)
  }

  /// A view with merged axes, split axes and repeated elements knows its strides; one that has none is copied.
  @Test func reshapedLayouts() {
    let turned = Layout(offset: 3, strides: [1, 70, 14, 2])
    #expect(turned.reshaped(from: [2, 3, 5, 7], to: [2, 3, 35]) == Layout(offset: 3, strides: [1, 70, 2]))
    #expect(turned.reshaped(from: [2, 3, 5, 7], to: [2, 105]) == Layout(offset: 3, strides: [1, 2]))
    #expect(turned.reshaped(from: [2, 3, 5, 7], to: [2, 1, 3, 5, 7])?.strides == [1, 0, 70, 14, 2])
    #expect(turned.reshaped(from: [2, 3, 5, 7], to: [6, 35]) == nil)
    let repeated = Layout(offset: 0, strides: [0, 0, 1])
    #expect(repeated.reshaped(from: [2, 3, 4], to: [6, 4])?.strides == [0, 1])
  }
}
