import Learning
import Tensors
import TestSupport
import Testing

/// Each operation's results and gradients against PyTorch's, and against the operation's own CPU reference; each case
/// once with contiguous inputs and once with inputs that are views of other memory.
struct OperationGoldenTests {
  static let operations = OperationCases.families.flatMap { family in
    family.builders.keys.sorted().map { "\(family.name)/\($0)" }
  }

  @Test(arguments: operations)
  func matchesPyTorch(_ operation: String) throws {
    let parts = operation.split(separator: "/").map(String.init)
    let family = try #require(OperationCases.families.first { $0.name == parts[0] })
    let run = try OperationRun(family, parts[1], on: TestDevice.shared)
    #expect(run.cases >= 6, "\(run.cases) cases of \(run.shapes) shapes")
    for check in run.checks {
      let label = "\(check.name), \(check.isStrided ? "strided" : "contiguous")"
      let bound = check.isHalf ? OperationRun.halfBound : check.isInteger ? 0 : family.bound
      #expect(check.shape == check.expected.type.shape, "the shape of \(label)")
      #expect(normalizedError(check.computed, check.expected.values) <= bound, "\(label)")
      guard let reference = check.reference else { continue }
      #expect(
        normalizedError(reference, check.expected.values) <= max(bound, 1e-13),
        "the CPU reference of \(label)")
    }
  }

  /// A golden that no builder calls would look tested.
  @Test func everyGoldenIsUsed() throws {
    for family in OperationCases.families {
      let golden = try Golden.load("operations_\(family.name)")
      let names = Set(golden.tensors.keys.map { String($0.split(separator: "/")[0]) })
      #expect(names == Set(family.builders.keys), "\(family.name)")
    }
  }
}
