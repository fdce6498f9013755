import Tensors

extension OperationCases {
  static let normalization: [String: Builder] = [
    "softmax": { x, a in [x[0].softmax(axis: a.int("axis"))] },
    "log_softmax": { x, a in [x[0].logSoftmax(axis: a.int("axis"))] },
    "batch_norm": simple { $0[0].batchNorm(weight: $0[1], bias: $0[2]) },
    "batch_norm_statistics": { x, a in
      let device = x[0].graph.device
      let mean = try Variable(x[1].shape, on: device, label: "running mean")
      let variance = try Variable(x[2].shape, on: device, label: "running variance")
      mean.assign(x[1])
      variance.assign(x[2])
      _ = x[0].batchNorm(updating: mean, variance, momentum: a.number("momentum") ?? 0)
      return [x[0].graph.read(mean) * 1, x[0].graph.read(variance) * 1]
    },
    "batch_norm_evaluation": simple {
      $0[0].batchNorm(mean: $0[1], variance: $0[2], weight: $0[3], bias: $0[4])
    },
    "group_norm": { x, a in [x[0].groupNorm(groups: a.int("groups"), weight: x[1], bias: x[2])] },
    "layer_norm": simple { $0[0].layerNorm(weight: $0[1], bias: $0[2]) },
    "rms_norm": simple { $0[0].rmsNorm(weight: $0[1]) },
  ]

  static let attention: [String: Builder] = [
    "scaled_dot_product_attention": { x, a in
      [
        x[0].scaledDotProductAttention(
          x[1], x[2], mask: x.count > 3 ? x[3] : nil, isCausal: a.flag("is_causal"), scale: a.number("scale"))
      ]
    }
  ]
}
