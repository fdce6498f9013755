import Kernels
import TestSupport
import Testing
import Vulkan

@testable import Recording
@testable import Tensors

/// Kernels that are made while recording can be cut for the members of a gang: they don't ask for the number of workgroups.
struct GangKernelTests {
  @Test func generatedKernelsAreCut() throws {
    let device = TestDevice.shared
    let result = try Variable([64, 48], on: device, label: "result")
    let graph = Graph(device: device)
    let x = graph.read(result)
    let copy = CustomKernel("copied", inputs: ["x"], output: "y") {
      "void main() { if (lane() < y_count) y(lane()) = x(lane()); }"
    }
    let copied = copy([x], x.type)
    result.assign((copied.tanh() + 1) * x.sum(axes: [0], keepDimensions: true).exp() + x.sort().values)
    var recorder = Recorder(on: device, label: "cut")
    try Lowering.lower(graph, into: &recorder)
    let kernels = recorder.segments.flatMap(\.dispatches).map(\.kernel)
    #expect(kernels.count >= 4)
    #expect(kernels.filter(\.knowsGroupCount).map(\.name) == [])
  }
}
