import Tensors

extension OperationCases {
  static let indexing: [String: Builder] = [
    "gather": simple { $0[0].gather($0[1]) },
    "index_select": simple { $0[0].indexSelect($0[1]) },
    "reshape": { x, a in [x[0].reshape(Shape(a.ints("shape") ?? []))] },
    "slice": { x, a in [x[0].slice(axis: -1, a.int("start")..<a.int("end"))] },
  ]
}
