import Foundation
import Tensors

/// How each operation is built from a golden case's inputs and attributes: one table a family, one golden file a family.
enum OperationCases {
  typealias Builder = @Sendable ([Tensor], Attributes) throws -> [Tensor]

  /// One golden file, `operations_<name>.safetensors`, and what its cases call.
  struct Family: Sendable {
    let name: String
    /// Normalised mean squared error that is allowed against PyTorch in float64.
    let bound: Double
    let builders: [String: Builder]
  }

  static let families = [
    Family(name: "elementwise", bound: 1e-9, builders: elementwise),
    Family(name: "comparisons", bound: 0, builders: comparisons),
    Family(name: "activations", bound: 1e-9, builders: activations),
    Family(name: "reductions", bound: 1e-7, builders: reductions),
    Family(name: "normalization", bound: 1e-9, builders: normalization),
    Family(name: "shapes", bound: 1e-9, builders: shapes),
    Family(name: "indexing", bound: 1e-9, builders: indexing),
    Family(name: "products", bound: 1e-7, builders: products),
    Family(name: "convolutions", bound: 1e-7, builders: convolutions),
    Family(name: "attention", bound: 1e-7, builders: attention),
    Family(name: "losses", bound: 1e-9, builders: losses),
  ]

  /// Operations with one result and no attributes.
  static func simple(_ build: @escaping @Sendable ([Tensor]) -> Tensor) -> Builder { { x, _ in [build(x)] } }
}

/// What a golden case says beside its tensors: the arguments of PyTorch's call, under PyTorch's names.
struct Attributes {
  private let values: [String: Any]

  init(_ json: String?) throws {
    let parsed = try JSONSerialization.jsonObject(with: Data((json ?? "{}").utf8))
    values = parsed as? [String: Any] ?? [:]
  }

  func flag(_ name: String) -> Bool { values[name] as? Bool ?? false }
  func number(_ name: String) -> Double? { (values[name] as? NSNumber)?.doubleValue }
  func int(_ name: String) -> Int { (values[name] as? NSNumber)?.intValue ?? 0 }
  func ints(_ name: String) -> [Int]? { (values[name] as? [NSNumber])?.map(\.intValue) }
  func string(_ name: String) -> String { values[name] as? String ?? "" }
  func strings(_ name: String) -> [String] { values[name] as? [String] ?? [] }
}
