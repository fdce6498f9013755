import Tensors

extension OperationCases {
  static let elementwise: [String: Builder] = [
    "add": simple { $0[0] + $0[1] },
    "subtract": simple { $0[0] - $0[1] },
    "multiply": simple { $0[0] * $0[1] },
    "divide": simple { $0[0] / $0[1] },
    "negate": simple { -$0[0] },
    "tanh": simple { $0[0].tanh() },
    "relu": simple { $0[0].relu() },
    "exp": simple { $0[0].exp() },
    "log": simple { $0[0].log() },
    "sqrt": simple { $0[0].sqrt() },
    "minimum": simple { .minimum($0[0], $0[1]) },
    "maximum": simple { .maximum($0[0], $0[1]) },
    "clamp": { x, a in [x[0].clamp(a.number("min") ?? -.infinity, a.number("max") ?? .infinity)] },
    "where": simple { .where($0[0], $0[1], $0[2]) },
    "less": simple { $0[0] .< $0[1] },
    "greater": simple { $0[0] .> $0[1] },
    "equal": simple { $0[0] .== $0[1] },
  ]
}
