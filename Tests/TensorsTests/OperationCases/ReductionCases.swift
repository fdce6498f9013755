import Tensors

extension OperationCases {
  static let reductions: [String: Builder] = [
    "sum": { x, a in [x[0].sum(axes: a.ints("axes"), keepDimensions: a.flag("keepdim"))] },
    "mean": { x, a in [x[0].mean(axes: a.ints("axes"), keepDimensions: a.flag("keepdim"))] },
    "prod": { x, a in [x[0].prod(axes: a.ints("axes"), keepDimensions: a.flag("keepdim"))] },
    "max": { x, a in [x[0].max(axes: a.ints("axes"), keepDimensions: a.flag("keepdim"))] },
    "min": { x, a in [x[0].min(axes: a.ints("axes"), keepDimensions: a.flag("keepdim"))] },
    "any": { x, a in [x[0].any(axes: a.ints("axes"), keepDimensions: a.flag("keepdim"))] },
    "all": { x, a in [x[0].all(axes: a.ints("axes"), keepDimensions: a.flag("keepdim"))] },
    "logsumexp": { x, a in [x[0].logSumExp(axes: a.ints("axes"), keepDimensions: a.flag("keepdim"))] },
    "norm": { x, a in
      [
        x[0].norm(
          Double(a.string("p")) ?? .nan, axes: a.ints("axes"), keepDimensions: a.flag("keepdim"))
      ]
    },
    "variance": { x, a in
      [
        x[0].variance(
          axes: a.ints("axes"), correction: a.number("correction") ?? 1, keepDimensions: a.flag("keepdim"))
      ]
    },
  ]
}
