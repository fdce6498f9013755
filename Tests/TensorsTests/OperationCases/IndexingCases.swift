import Tensors

extension OperationCases {
  static let indexing: [String: Builder] = [
    "gather": { x, a in [x[0].gather(x[1], axis: a.int("axis"))] },
    "take_along_dim": { x, a in [x[0].takeAlong(x[1], axis: a.int("axis"))] },
    "index_select": { x, a in [x[0].indexSelect(x[1], axis: a.int("axis"))] },
    "embedding": { x, a in [x[0].embedding(x[1], padding: a.int("padding") < 0 ? nil : a.int("padding"))] },
    "one_hot": { x, a in [x[0].oneHot(a.int("classes"))] },
    "masked_fill": { x, a in [x[0].maskedFill(x[1], a.number("value") ?? 0)] },
    "scatter_add": { x, a in [x[0].scatterAdd(x[2], x[1], axis: a.int("axis"))] },
    "scatter": { x, a in [x[0].scatter(x[2], x[1], axis: a.int("axis"))] },
    "index_add": { x, a in [x[0].indexAdd(x[2], x[1], axis: a.int("axis"))] },
    "argmax": { x, a in [x[0].argmax(axis: a.number("axis").map { Int($0) })] },
    "argmin": { x, a in [x[0].argmin(axis: a.number("axis").map { Int($0) })] },
    "argsort": { x, a in [x[0].argsort(axis: a.int("axis"))] },
    "sort": { x, a in pair(x[0].sort(axis: a.int("axis"), descending: a.flag("descending"))) },
    "topk": { x, a in pair(x[0].topk(a.int("k"), axis: a.int("axis"), largest: a.flag("largest"))) },
    "cumsum": { x, a in [x[0].cumsum(axis: a.int("axis"))] },
    "cumprod": { x, a in [x[0].cumprod(axis: a.int("axis"))] },
    "cummax": { x, a in pair(x[0].cummax(axis: a.int("axis"))) },
  ]

  private static func pair(_ result: (values: Tensor, indices: Tensor)) -> [Tensor] {
    [result.values, result.indices]
  }
}
