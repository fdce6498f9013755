import Foundation
import Learning
import TestSupport
import Testing

@testable import Tensors

/// `Sources/Tensors/OPERATIONS.md`: which operations there are, made from the code and from what the goldens test.
///
/// `RECORD_OPERATIONS=1` writes it anew, with the worst error of each on the device at hand; without, all but the errors is
/// compared.
struct OperationTableTests {
  struct Row {
    let name, types, gradient, kernels: String
    let cases, shapes: Int
    var error = ""

    var columns: [String] {
      ["`\(name)`", types, gradient, kernels, "\(cases)", "\(shapes)", error]
    }
  }

  static let file = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources/Tensors/OPERATIONS.md")

  @Test func documentIsCurrent() throws {
    let isRecording = ProcessInfo.processInfo.environment["RECORD_OPERATIONS"] == "1"
    var lines = [
      "# Operations", "",
      "Made by `RECORD_OPERATIONS=1 Tools/test --filter OperationTableTests`; do not edit. Each operation is compared with",
      "PyTorch in float64, forward and gradients, with contiguous inputs and with views. The error is the worst normalised",
      "mean squared error of any result on lavapipe; the bounds are 1e-9, 1e-7 for sums and products, and 1e-6 for float16.",
      "",
      "Types are those of the first input. *Fused* operations share generated kernels with their neighbours; *reductions* are",
      "generated together with what feeds them; the others have *kernels of their own*.",
    ]
    for family in OperationCases.families {
      lines += [
        "", "## \(family.name.prefix(1).uppercased() + family.name.dropFirst())", "",
        "| operation | types | gradient | kernels | cases | shapes | worst error |",
        "|---|---|---|---|---|---|---|",
      ]
      for operation in family.builders.keys.sorted() {
        var row = try row(family, operation)
        if isRecording { row.error = try worstError(family, operation) }
        lines.append("| " + row.columns.joined(separator: " | ") + " |")
      }
    }
    let text = lines.joined(separator: "\n") + "\n"
    if isRecording { try text.write(to: Self.file, atomically: true, encoding: .utf8) }
    let kept = try String(contentsOf: Self.file, encoding: .utf8)
    #expect(Self.withoutErrors(kept) == Self.withoutErrors(text))
  }

  /// All columns but the last.
  static func withoutErrors(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      line.hasPrefix("| `") ? line.split(separator: "|").dropLast().joined(separator: "|") : String(line)
    }
  }

  private func row(_ family: OperationCases.Family, _ operation: String) throws -> Row {
    let golden = try Golden.load("operations_\(family.name)")
    let keys = golden.metadata.keys.filter { $0.hasPrefix("\(operation)/") }.sorted()
    let builder = try #require(family.builders[operation])
    let candidates: [DataType] = [.float32, .float16, .int32, .uint32, .bool]
    // A type counts where a case that is made of it, every input of the first one's type with it, can be recorded.
    let types = try candidates.filter { type in
      try keys.contains { try accepts(type, case: $0, builder, golden) }
    }
    let graph = Graph(device: TestDevice.shared)
    _ = try build(keys[0], builder, golden, in: graph) { $0 }
    let lowered = graph.nodes.map {
      LoweredNode(operation: $0.operation, inputs: $0.inputs, type: $0.type).role
    }
    let kernels =
      lowered.contains(.dispatched)
      ? "own" : lowered.contains(.reduced) ? "reduction" : lowered.contains(.fused) ? "fused" : "view"
    let hasGradient = keys.contains { golden.tensors["\($0)/upstream"] != nil }
    return Row(
      name: operation, types: types.map(\.rawValue).joined(separator: ", "),
      gradient: hasGradient ? "yes" : "–", kernels: kernels, cases: keys.count,
      shapes: Set(keys.compactMap { golden.tensors["\($0)/input0"]?.type.shape }).count)
  }

  private func accepts(
    _ type: DataType, case key: String, _ builder: OperationCases.Builder, _ golden: Safetensors
  ) throws -> Bool {
    let graph = Graph(device: TestDevice.shared)
    let first = try Attributes(golden.metadata[key]).strings("types")[0]
    _ = try build(key, builder, golden, in: graph) { $0 == first ? type.rawValue : $0 }
    return graph.failure == nil
  }

  /// The case's operation applied to constants of its shapes.
  private func build(
    _ key: String, _ builder: OperationCases.Builder, _ golden: Safetensors, in graph: Graph,
    _ type: (String) -> String
  ) throws -> [Tensor] {
    let attributes = try Attributes(golden.metadata[key])
    let inputs = try attributes.strings("types").enumerated().map { index, name in
      let shape = try #require(golden.tensors["\(key)/input\(index)"]).type.shape
      let variable = try Variable(
        shape, try #require(DataType(rawValue: type(name))), on: TestDevice.shared, label: "x\(index)")
      return graph.read(variable)
    }
    return try builder(inputs, attributes)
  }

  private func worstError(_ family: OperationCases.Family, _ operation: String) throws -> String {
    let run = try OperationRun(family, operation, on: TestDevice.shared)
    let worst = run.checks.map { normalizedError($0.computed, $0.expected.values) }.max() ?? 0
    return worst == 0 ? "0" : String(format: "%.0e", worst)
  }
}
