import Tensors

extension OperationCases {
  static let losses: [String: Builder] = [
    "mse_loss": { x, a in [x[0].mseLoss(x[1], reduction: reduction(a))] },
    "l1_loss": { x, a in [x[0].l1Loss(x[1], reduction: reduction(a))] },
    "huber_loss": { x, a in
      [x[0].huberLoss(x[1], delta: a.number("delta") ?? 0, reduction: reduction(a))]
    },
    "smooth_l1_loss": { x, a in
      [x[0].smoothL1Loss(x[1], beta: a.number("beta") ?? 1, reduction: reduction(a))]
    },
    "binary_cross_entropy_with_logits": { x, a in
      [
        x[0].binaryCrossEntropyWithLogits(
          x[1], weight: x.count > 2 ? x[2] : nil, positiveWeight: x.count > 3 ? x[3] : nil,
          reduction: reduction(a))
      ]
    },
    "cross_entropy": { x, a in
      [
        x[0].crossEntropy(
          x[1], weight: x.count > 2 ? x[2] : nil, labelSmoothing: a.number("label_smoothing") ?? 0,
          reduction: reduction(a))
      ]
    },
    "nll_loss": { x, a in
      [x[0].nllLoss(x[1], weight: x.count > 2 ? x[2] : nil, reduction: reduction(a))]
    },
    "kl_div": { x, a in
      [x[0].klDivLoss(x[1], logTarget: a.flag("log_target"), reduction: reduction(a))]
    },
  ]

  private static func reduction(_ attributes: Attributes) -> LossReduction {
    LossReduction(rawValue: attributes.string("reduction")) ?? .mean
  }
}
