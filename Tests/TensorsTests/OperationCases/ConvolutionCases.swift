import Tensors

extension OperationCases {
  static let convolutions: [String: Builder] = [
    "conv2d": { x, a in
      [
        x[0].conv2d(
          x[1], x.dropFirst(2).first, stride: a.pair("stride", 1), padding: a.pair("padding", 0),
          dilation: a.pair("dilation", 1), groups: max(1, a.int("groups")))
      ]
    },
    "conv_transpose2d": { x, a in
      [
        x[0].convTranspose2d(
          x[1], x.dropFirst(2).first, stride: a.pair("stride", 1), padding: a.pair("padding", 0),
          outputPadding: a.pair("output_padding", 0), groups: max(1, a.int("groups")),
          dilation: a.pair("dilation", 1))
      ]
    },
    "max_pool2d": { x, a in
      let kernel = a.pair("kernel_size", 1)
      return [
        x[0].maxPool2d(
          kernel, stride: a.pair("stride", kernel), padding: a.pair("padding", 0),
          dilation: a.pair("dilation", 1), ceilMode: a.flag("ceil_mode"))
      ]
    },
    "avg_pool2d": { x, a in
      let kernel = a.pair("kernel_size", 1)
      return [
        x[0].avgPool2d(
          kernel, stride: a.pair("stride", kernel), padding: a.pair("padding", 0),
          ceilMode: a.flag("ceil_mode"), countIncludePad: a.number("count_include_pad") != 0)
      ]
    },
    "adaptive_avg_pool2d": { x, a in [x[0].adaptiveAvgPool2d(a.pair("output_size", 1))] },
    "global_avg_pool2d": simple { $0[0].globalAvgPool2d() },
  ]
}

extension Attributes {
  fileprivate func pair(_ name: String, _ otherwise: Pair) -> Pair {
    ints(name).map { Pair($0[0], $0[1]) } ?? otherwise
  }
}
