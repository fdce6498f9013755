import Foundation
import Recording
import Tensors
import TestSupport
import Testing

/// Operations of the user's own: expressions, kernels, gradients, and what the compiler has against them.
struct CustomOperationTests {
  static let swish = CustomElementwise(
    "swish", operands: ["x", "x2"], glsl: "x / (1.0 + exp(-x * x2))",
    gradient: { application in
      let (x, beta) = (application.inputs[0], application.inputs[1])
      let sigmoid = (x * beta).sigmoid()
      let slope = sigmoid * (1 - sigmoid)
      return [
        application.gradient * (sigmoid + x * beta * slope), application.gradient * x.square() * slope,
      ]
    }, reference: { $0[0] / (1 + exp(-$0[0] * $0[1])) })

  static let rowSum = CustomKernel(
    "row_sum", inputs: ["x"], output: "y",
    gradient: { [$0.gradient.unsqueezeLast().expand($0.inputs[0].shape)] },
    reference: { inputs, type in
      let columns = inputs[0].type.shape[1]
      return HostTensor(
        type: type,
        values: (0..<type.shape.count).map { row in
          (0..<columns).reduce(0) { $0 + inputs[0].values[row * columns + $1] }
        })
    }
  ) {
    """
    void main() {
      if (lane() >= y_count) return;
      float sum = 0.0;
      for (uint i = 0u; i < x_size(1); i++) sum += x(lane() * x_size(1) + i);
      y(lane()) = sum;
    }
    """
  }

  @Test func anExpressionIsFused() throws {
    var random = SeededRandom(1)
    let inputs = [HostTensor([7, 31], &random, scale: 3), HostTensor([31], &random)]
    let result = try evaluate(inputs) { graph, x in
      let y = (Self.swish(x[0] * 2, x[1]) + 1).tanh()
      return [y] + graph.gradients(of: y.square().sum(), withRespectTo: x)
    }
    #expect(result.error < 1e-10)
    let forward = try evaluate(inputs) { _, x in [(Self.swish(x[0] * 2, x[1]) + 1).tanh()] }
    #expect(forward.plan.statistics.dispatches == 1)
  }

  @Test(arguments: [(1, 1), (7, 33), (130, 5)])
  func aKernelReadsAndWritesByName(_ rows: Int, _ columns: Int) throws {
    var random = SeededRandom(2)
    let inputs = [HostTensor([rows + 1, columns], &random)]
    let result = try evaluate(inputs) { graph, x in
      // A slice, so that the elements begin within the memory.
      let part = x[0].slice(axis: 0, 1..<rows + 1)
      let sums = Self.rowSum([part], TensorType([rows]))
      return [sums] + graph.gradients(of: sums.square().sum(), withRespectTo: x)
    }
    #expect(result.error < 1e-11)
  }

  @Test func mistakesInTheSourceAreNamedWithTheirLine() throws {
    let wrong = CustomKernel("wrong", inputs: ["x"], output: "y") {
      """
      void main() {
        y(lane()) = x(lane()) + nothing;
      }
      """
    }
    let device = TestDevice.shared
    let x = try Variable([4], [1, 2, 3, 4], on: device, label: "x")
    var error: GraphError?
    do {
      try device.run { graph in x.assign(wrong([graph.read(x)], TensorType([4]))) }
    } catch let found as GraphError { error = found }
    let text = try #require(error).description
    #expect(
      text.hasPrefix("the GLSL of wrong does not compile:\nwrong:2: error: 'nothing' : undeclared identifier")
    )

    let expression = CustomElementwise("bad", operands: ["x"], glsl: "x + y", reference: { $0[0] })
    error = nil
    do {
      try device.run { graph in x.assign(expression(graph.read(x))) }
    } catch let found as GraphError { error = found }
    #expect(try #require(error).description.contains("bad:1: error: 'y' : undeclared identifier"))

    // The device goes on.
    try device.run { graph in x.assign(graph.read(x) * 2) }
    #expect(try x.read() == [2, 4, 6, 8])
  }

  @Test func theGradientOfOnesOwn() throws {
    // Rounding whose gradient passes as if it were not there (Bengio et al., 2013).
    let result = try evaluate([HostTensor([3], [0.2, 1.7, -0.6])]) { graph, x in
      let rounded = x[0].round().withGradient(of: [x[0]]) { gradient, _ in [gradient] }
      return [rounded] + graph.gradients(of: (rounded * rounded).sum(), withRespectTo: x)
    }
    #expect(result.device.map(\.values) == [[0, 2, -1], [0, 4, -2]])
  }
}
