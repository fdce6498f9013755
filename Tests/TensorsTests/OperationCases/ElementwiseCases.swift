import Tensors

extension OperationCases {
  static let elementwise: [String: Builder] = [arithmetic, exponentials, trigonometry, bounds].reduce(
    into: [:]
  ) { all, some in all.merge(some) { first, _ in first } }

  private static let arithmetic: [String: Builder] = [
    "add": simple { $0[0] + $0[1] },
    "subtract": simple { $0[0] - $0[1] },
    "multiply": simple { $0[0] * $0[1] },
    "divide": simple { $0[0] / $0[1] },
    "negate": simple { -$0[0] },
    "abs": simple { $0[0].abs() },
    "sign": simple { $0[0].sign() },
    "square": simple { $0[0].square() },
    "reciprocal": simple { $0[0].reciprocal() },
    "lerp": simple { $0[0].lerp($0[1], $0[2]) },
    "floor_divide": simple { $0[0].floorDivide($0[1]) },
    "remainder": simple { $0[0].remainder($0[1]) },
    "fmod": simple { $0[0].fmod($0[1]) },
    "power": simple { $0[0].power($0[1]) },
    "power_number": { x, a in [x[0].power(a.number("exponent") ?? .nan)] },
    "number_power": { x, a in [.power(a.number("base") ?? .nan, x[0])] },
  ]

  private static let exponentials: [String: Builder] = [
    "exp": simple { $0[0].exp() },
    "exp2": simple { $0[0].exp2() },
    "expm1": simple { $0[0].expm1() },
    "log": simple { $0[0].log() },
    "log1p": simple { $0[0].log1p() },
    "log2": simple { $0[0].log2() },
    "sqrt": simple { $0[0].sqrt() },
    "rsqrt": simple { $0[0].rsqrt() },
    "erf": simple { $0[0].erf() },
    "erfc": simple { $0[0].erfc() },
  ]

  private static let trigonometry: [String: Builder] = [
    "sin": simple { $0[0].sin() },
    "cos": simple { $0[0].cos() },
    "tan": simple { $0[0].tan() },
    "asin": simple { $0[0].asin() },
    "acos": simple { $0[0].acos() },
    "atan": simple { $0[0].atan() },
    "atan2": simple { $0[0].atan2($0[1]) },
    "sinh": simple { $0[0].sinh() },
    "cosh": simple { $0[0].cosh() },
    "tanh": simple { $0[0].tanh() },
    "asinh": simple { $0[0].asinh() },
    "acosh": simple { $0[0].acosh() },
    "atanh": simple { $0[0].atanh() },
  ]

  private static let bounds: [String: Builder] = [
    "floor": simple { $0[0].floor() },
    "ceil": simple { $0[0].ceil() },
    "round": simple { $0[0].round() },
    "trunc": simple { $0[0].trunc() },
    "isnan": simple { $0[0].isNaN() },
    "isinf": simple { $0[0].isInf() },
    "isfinite": simple { $0[0].isFinite() },
    "nan_to_num": simple { $0[0].nanToNum() },
    "minimum": simple { .minimum($0[0], $0[1]) },
    "maximum": simple { .maximum($0[0], $0[1]) },
    "clamp": { x, a in [x[0].clamp(a.number("min") ?? -.infinity, a.number("max") ?? .infinity)] },
    "clamp_tensors": simple { $0[0].clamp($0[1], $0[2]) },
    "where": simple { .where($0[0], $0[1], $0[2]) },
    "to_float": simple { $0[0].float() },
    "to_int32": simple { $0[0].int32() },
    "to_uint32": simple { $0[0].uint32() },
    "to_bool": simple { $0[0].bool() },
  ]

  static let activations: [String: Builder] = [
    "relu": simple { $0[0].relu() },
    "relu6": simple { $0[0].relu6() },
    "hard_sigmoid": simple { $0[0].hardSigmoid() },
    "hard_swish": simple { $0[0].hardSwish() },
    "leaky_relu": { x, a in [x[0].leakyRelu(a.number("slope") ?? .nan)] },
    "elu": { x, a in [x[0].elu(a.number("alpha") ?? .nan)] },
    "gelu": simple { $0[0].gelu() },
    "gelu_tanh": simple { $0[0].gelu(.tanh) },
    "silu": simple { $0[0].silu() },
    "mish": simple { $0[0].mish() },
    "sigmoid": simple { $0[0].sigmoid() },
    "log_sigmoid": simple { $0[0].logSigmoid() },
    "softplus": { x, a in
      [x[0].softplus(beta: a.number("beta") ?? .nan, threshold: a.number("threshold") ?? .nan)]
    },
  ]
}
