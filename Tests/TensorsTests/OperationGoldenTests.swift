import Foundation
import Learning
import Tensors
import TestSupport
import Testing

/// Each operation's result and gradients against PyTorch's, and against the operation's own CPU reference.
struct OperationGoldenTests {
  /// What a golden case says beside its tensors.
  struct Attributes: Decodable {
    var axes: [Int]?
    var keepdim: Bool?
    var correction: Double?
    var min: Double?
    var max: Double?
    var shape: [Int]?
    var start: Int?
    var end: Int?
    var transpose_left: Bool?
    var transpose_right: Bool?
  }

  typealias Builder = @Sendable ([Tensor], Attributes) -> Tensor

  static let operations: [String: Builder] = [
    "add": { x, _ in x[0] + x[1] },
    "subtract": { x, _ in x[0] - x[1] },
    "multiply": { x, _ in x[0] * x[1] },
    "divide": { x, _ in x[0] / x[1] },
    "negate": { x, _ in -x[0] },
    "tanh": { x, _ in x[0].tanh() },
    "relu": { x, _ in x[0].relu() },
    "exp": { x, _ in x[0].exp() },
    "log": { x, _ in x[0].log() },
    "sqrt": { x, _ in x[0].sqrt() },
    "minimum": { x, _ in .minimum(x[0], x[1]) },
    "maximum": { x, _ in .maximum(x[0], x[1]) },
    "clamp": { x, a in x[0].clamp(a.min ?? 0, a.max ?? 0) },
    "where": { x, _ in .where(x[0] .== x[0].graph.constant(1, x[0].type), x[1], x[2]) },
    "less": { x, _ in x[0] .< x[1] },
    "greater": { x, _ in x[0] .> x[1] },
    "equal": { x, _ in x[0] .== x[1] },
    "sum": { x, a in x[0].sum(axes: a.axes, keepDimensions: a.keepdim ?? false) },
    "mean": { x, a in x[0].mean(axes: a.axes, keepDimensions: a.keepdim ?? false) },
    "max": { x, a in x[0].max(axes: a.axes, keepDimensions: a.keepdim ?? false) },
    "variance": { x, a in
      x[0].variance(axes: a.axes, correction: a.correction ?? 1, keepDimensions: a.keepdim ?? false)
    },
    "softmax": { x, _ in x[0].softmax() },
    "log_softmax": { x, _ in x[0].logSoftmax() },
    "gather": { x, _ in x[0].gather(x[1]) },
    "matmul": { x, a in
      (a.transpose_left == true ? x[0].transposed() : x[0])
        .matmul(a.transpose_right == true ? x[1].transposed() : x[1])
    },
    "linear": { x, _ in x[0].linear(x[1], x[2]) },
    "reshape": { x, a in x[0].reshape(Shape(a.shape ?? [])) },
    "slice": { x, a in x[0].slice(axis: -1, (a.start ?? 0)..<(a.end ?? 0)) },
    "mse_loss": { x, _ in (x[0] - x[1]).square().mean() },
  ]

  @Test(arguments: operations.keys.sorted())
  func matchesPyTorch(_ name: String) throws {
    let golden = try Golden.load("operations")
    let device = TestDevice.shared
    let builder = try #require(Self.operations[name])
    let cases = Set(
      golden.tensors.keys.filter { $0.hasPrefix("\(name)/") }
        .map { $0.split(separator: "/").dropLast().joined(separator: "/") }
    ).sorted()
    #expect(cases.count >= 3)

    var variables: [String: Variable] = [:]
    func variable(_ name: String, _ type: TensorType) throws -> Variable {
      let variable = try Variable(type.shape, type.dataType, on: device, label: name)
      variables[name] = variable
      return variable
    }
    var references: [String: HostTensor] = [:]
    var checks: [(output: String, golden: String)] = []
    // All cases in one pass, so that cases of one shape share kernels.
    try device.run(name) { graph in
      for key in cases {
        let attributes = try JSONDecoder().decode(
          Attributes.self, from: Data((golden.metadata[key] ?? "{}").utf8))
        var inputs: [Tensor] = []
        while let entry = golden.tensors["\(key)/input\(inputs.count)"] {
          let input = try variable("\(key)/input\(inputs.count)", entry.type)
          try input.write(entry.elements(UInt32.self))
          inputs.append(graph.read(input))
        }
        func check(_ tensor: Tensor, _ goldenName: String) throws {
          let output = try variable("\(goldenName) computed", TensorType(tensor.shape))
          output.assign(tensor.float())
          references[goldenName] = tensor.float().reference { host($0, golden) }
          checks.append((output.label, goldenName))
        }
        let output = builder(inputs, attributes)
        try check(output, "\(key)/output")
        if let upstream = golden.tensors["\(key)/upstream"] {
          let weight = try variable("\(key)/upstream", upstream.type)
          try weight.write(upstream.elements(Float.self))
          let wanted = inputs.indices.filter { golden.tensors["\(key)/gradient\($0)"] != nil }
          let gradients = graph.gradients(
            of: (output * graph.read(weight)).sum(), withRespectTo: wanted.map { inputs[$0] })
          for (position, gradient) in zip(wanted, gradients) {
            try check(gradient, "\(key)/gradient\(position)")
          }
        }
      }
    }
    for check in checks {
      let expected = host(try #require(golden.tensors[check.golden]))
      let actual = try #require(variables[check.output]).read(Float.self).map(Double.init)
      let bound = ["matmul", "linear", "sum", "mean", "variance"].contains(name) ? 1e-7 : 1e-9
      #expect(normalizedError(actual, expected.values) <= bound, "\(check.golden)")
      let reference = try #require(references[check.golden])
      #expect(
        normalizedError(reference.values, expected.values) <= 1e-7, "the CPU reference of \(check.golden)")
      #expect(reference.type.shape == expected.type.shape, "the shape of \(check.golden)")
    }
  }

  private func host(_ variable: Variable, _ golden: Safetensors) -> HostTensor {
    golden.tensors[variable.label].map { host($0) } ?? HostTensor(type: variable.type, values: [])
  }

  private func host(_ entry: Safetensors.Entry) -> HostTensor {
    let values =
      entry.type.dataType == .float32
      ? entry.elements(Float.self).map(Double.init) : entry.elements(Int32.self).map(Double.init)
    return HostTensor(type: entry.type, values: values)
  }
}
