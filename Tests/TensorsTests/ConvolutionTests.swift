import Recording
import TestSupport
import Testing

@testable import Tensors

/// Convolutions and pools beyond PyTorch's cases: finite differences, gradients of gradients, many images, memory.
struct ConvolutionTests {
  /// x, weights and attributes of every kernel: general, depthwise, of one tap.
  static let cases: [(x: Shape, weights: Shape, window: SlidingWindow, groups: Int)] = [
    (
      [2, 3, 5, 6], [4, 3, 3, 2], SlidingWindow(kernel: Pair(3, 2), stride: Pair(2, 1), padding: Pair(1, 0)),
      1
    ),
    ([2, 4, 5, 4], [6, 2, 3, 3], SlidingWindow(kernel: 3, padding: 1), 2),
    ([2, 3, 8, 8], [3, 1, 3, 3], SlidingWindow(kernel: 3, padding: 1), 3),
    ([1, 2, 9, 7], [4, 1, 3, 3], SlidingWindow(kernel: 3, stride: 2, padding: 1), 2),
    ([2, 3, 4, 5], [4, 3, 1, 1], SlidingWindow(kernel: 1), 1),
  ]

  private func compare(_ inputs: [HostTensor], _ loss: @escaping ([Tensor]) -> Tensor) throws {
    try GradientTests().compare([GradientTests.Case(inputs: inputs, loss: loss)])
  }

  @Test(arguments: cases.indices)
  func gradients(_ index: Int) throws {
    let (x, weights, window, groups) = Self.cases[index]
    var random = SeededRandom(UInt64(index))
    let inputs = [HostTensor(x, &random), HostTensor(weights, &random), HostTensor([weights[0]], &random)]
    func convolve(_ x: [Tensor]) -> Tensor {
      x[0].conv2d(x[1], x[2], stride: window.stride, padding: window.padding, groups: groups)
    }
    try compare(inputs) { convolve($0).tanh().square().sum() }
    // The squared norm of a gradient, whose own gradient goes through every kernel and its transpose.
    try compare(inputs) { x in
      let gradients = x[0].graph.gradients(of: convolve(x).tanh().square().sum(), withRespectTo: x)
      return gradients.map { $0.square().sum() }.reduce(x[2].sum(), +)
    }
  }

  @Test func gradientsOfPools() throws {
    var random = SeededRandom(3)
    let inputs = [HostTensor([2, 3, 7, 6], &random)]
    let pools: [(Tensor) -> Tensor] = [
      { $0.maxPool2d(3, stride: 2, padding: 1) }, { $0.avgPool2d(Pair(3, 2), stride: 2, padding: 1) },
      { $0.adaptiveAvgPool2d(Pair(3, 4)) }, { $0.globalAvgPool2d() },
    ]
    for pool in pools {
      try compare(inputs) { pool($0[0]).tanh().square().sum() }
      try compare(inputs) { x in
        let gradient = x[0].graph.gradients(of: pool(x[0]).square().sum(), withRespectTo: x)[0]
        return (gradient.square() * x[0]).sum()
      }
    }
  }

  /// Pictures large enough for several workgroups, parts and blocks, with strides and groups, against double precision.
  @Test(arguments: 0..<6)
  func large(_ index: Int) throws {
    let cases: [(Shape, Shape, SlidingWindow, Int)] = [
      ([3, 9, 11, 12], [17, 9, 3, 3], SlidingWindow(kernel: 3, padding: 1), 1),
      ([5, 4, 16, 16], [4, 1, 3, 3], SlidingWindow(kernel: 3, padding: 1), 4),
      ([3, 8, 11, 11], [20, 8, 3, 3], SlidingWindow(kernel: 3, stride: 2, padding: 1), 1),
      ([2, 3, 17, 15], [6, 1, 5, 5], SlidingWindow(kernel: 5, stride: 2, padding: 2), 3),
      ([20, 1, 12, 12], [8, 1, 5, 5], SlidingWindow(kernel: 5), 1),
      ([1, 2, 30, 24], [2, 1, 7, 7], SlidingWindow(kernel: 7, padding: 3), 2),
    ]
    let (x, weights, window, groups) = cases[index]
    var random = SeededRandom(UInt64(index))
    let places = try #require(window.places(in: x.picture))
    let y: Shape = [x[0], weights[0], places.rows, places.columns]
    let inputs = [HostTensor(x, &random), HostTensor(weights, &random), HostTensor(y, &random)]
    let result = try evaluate(inputs) { graph, x in
      let y = x[0].conv2d(x[1], stride: window.stride, padding: window.padding, groups: groups)
      return [y] + graph.gradients(of: (y * x[2]).sum(), withRespectTo: [x[0], x[1]])
    }
    for (position, pair) in zip(result.device, result.reference).enumerated() {
      #expect(normalizedError(pair.0.values, pair.1.values) < 1e-11, "result \(position)")
    }
  }

  /// A depthwise-separable block's step needs no more than twice the memory of its forward pass.
  @Test func separableBlocksNeedLittleMemory() throws {
    let device = TestDevice.shared
    let (images, channels, wide, size) = (8, 16, 32, 32)
    let x = try Variable([images, channels, size, size], on: device, label: "x")
    let depthwise = try Variable([channels, 1, 3, 3], on: device, label: "depthwise")
    let pointwise = try Variable([wide, channels, 1, 1], on: device, label: "pointwise")
    let outputs = try [x, depthwise, pointwise].map {
      try Variable($0.type.shape, on: device, label: "gradient")
    }
    func block(_ graph: Graph) -> Tensor {
      graph.read(x).conv2d(graph.read(depthwise), padding: 1, groups: channels).relu()
        .conv2d(graph.read(pointwise)).relu()
    }
    // What the forward pass has to keep for the backward pass: both activations.
    let forward = 4 * images * size * size * (channels + wide)
    let step = try device.record("step") { program in
      try program.pass("step") { graph in
        let inputs = [x, depthwise, pointwise].map(graph.read)
        let gradients = graph.gradients(of: block(graph).square().sum(), withRespectTo: inputs)
        for (output, gradient) in zip(outputs, gradients) { output.assign(gradient) }
      }
    }
    #expect(step.statistics.arenaBytes <= 2 * forward, "\(step.description)")
  }
}
