import Tensors

extension OperationCases {
  private static let compared: [String: @Sendable (Tensor, Tensor) -> Tensor] = [
    "less": { $0 .< $1 },
    "less_equal": { $0 .<= $1 },
    "greater": { $0 .> $1 },
    "greater_equal": { $0 .>= $1 },
    "equal": { $0 .== $1 },
    "not_equal": { $0 .!= $1 },
  ]

  private static let logic: [String: Builder] = [
    "logical_and": simple { $0[0].logicalAnd($0[1]) },
    "logical_or": simple { $0[0].logicalOr($0[1]) },
    "logical_xor": simple { $0[0].logicalXor($0[1]) },
    "logical_not": simple { $0[0].logicalNot() },
    "bitwise_and": simple { $0[0].bitwiseAnd($0[1]) },
    "bitwise_or": simple { $0[0].bitwiseOr($0[1]) },
    "bitwise_xor": simple { $0[0].bitwiseXor($0[1]) },
    "bitwise_not": simple { $0[0].bitwiseNot() },
    "shift_left": simple { $0[0].shiftLeft($0[1]) },
    "shift_right": simple { $0[0].shiftRight($0[1]) },
  ]

  /// Each comparison alone, turned round, and to choose by: a compiler may rewrite the last two.
  static let comparisons: [String: Builder] = compared.reduce(into: logic) { builders, entry in
    let compare = entry.value
    builders[entry.key] = simple { compare($0[0], $0[1]) }
    builders["negated_\(entry.key)"] = simple { compare($0[0], $0[1]).logicalNot() }
    builders["choose_\(entry.key)"] = simple { .where(compare($0[0], $0[1]), $0[0], $0[1]) }
  }
}
