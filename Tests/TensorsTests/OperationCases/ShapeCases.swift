import Tensors

extension OperationCases {
  static let shapes: [String: Builder] = [
    "flatten": { x, a in [x[0].flatten(a.int("first"), a.int("last"))] },
    "transpose": { x, a in [x[0].transpose(a.int("a"), a.int("b"))] },
    "movedim": { x, a in [x[0].movedim(a.int("source"), a.int("target"))] },
    "unsqueeze": { x, a in [x[0].unsqueeze(a.int("axis"))] },
    "squeeze": { x, a in [x[0].squeeze(a.int("axis"))] },
    "flip": { x, a in [x[0].flip(a.ints("axes") ?? [])] },
    "roll": { x, a in [x[0].roll(a.ints("shifts") ?? [], axes: a.ints("axes") ?? [])] },
    "tile": { x, a in
      [
        x[0].tile(
          [a.int("before")] + [Int](repeating: 1, count: x[0].shape.rank - 1) + [a.int("after")])
      ]
    },
    "expand": { x, a in
      [x[0].unsqueeze(0).expand(Shape([a.int("count")] + x[0].shape.dimensions.map { _ in -1 }))]
    },
    "tril": { x, a in [(x[0].dataType == .bool ? x[0].float() : x[0]).tril(a.int("diagonal"))] },
    "triu": { x, a in [(x[0].dataType == .bool ? x[0].float() : x[0]).triu(a.int("diagonal"))] },
    "diagonal": { x, a in [x[0].diagonal(offset: a.int("offset"), -2, -1)] },
    "cat": { x, a in
      [
        .concatenate(
          [x[0], x[0], x[0].slice(axis: 0, start: 0, stop: 1, step: 1)], axis: a.int("axis"))
      ]
    },
    "cat_two": { x, a in [.concatenate([x[0], x[1], x[0]], axis: a.int("axis"))] },
    "stack": { x, a in [.stack([x[0], x[0]], axis: a.int("axis"))] },
    "chunk": { x, a in x[0].chunk(a.int("count"), axis: -1) },
    "reshape": { x, a in [x[0].reshape(Shape(a.ints("shape") ?? []))] },
    "permute": { x, a in [x[0].permute(a.ints("axes") ?? [])] },
    "slice": { x, a in
      [x[0].slice(axis: -1, start: a.int("start"), stop: a.int("stop"), step: a.int("step"))]
    },
    "select": { x, a in [x[0].select(axis: a.int("axis"), a.int("index"))] },
    "split": { x, a in x[0].split(a.ints("sizes") ?? [], axis: a.int("axis")) },
    "pad": { x, a in [x[0].pad(pairs(a), mode: .constant(a.number("value") ?? .nan))] },
    "pad_reflect": { x, a in [x[0].pad([(0, 0)] + pairs(a), mode: .reflect)] },
    "pad_replicate": { x, a in [x[0].pad([(0, 0)] + pairs(a), mode: .replicate)] },
    "unfold": { x, a in [x[0].unfold(axis: a.int("axis"), size: a.int("size"), step: a.int("step"))] },
  ]

  private static func pairs(_ a: Attributes) -> [(before: Int, after: Int)] {
    let counts = a.ints("counts") ?? []
    return stride(from: 0, to: counts.count, by: 2).map { (counts[$0], counts[$0 + 1]) }
  }
}
