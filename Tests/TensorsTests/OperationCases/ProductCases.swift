import Tensors

extension OperationCases {
  static let products: [String: Builder] = [
    "matmul": { x, a in
      [
        (a.flag("transpose_left") ? x[0].transposed() : x[0])
          .matmul(a.flag("transpose_right") ? x[1].transposed() : x[1])
      ]
    },
    "outer": simple { $0[0].outer($0[1]) },
    "linear": simple { $0[0].linear($0[1], $0[2]) },
  ]
}
