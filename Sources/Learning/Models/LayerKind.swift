import Tensors

/// How a described layer becomes a module: its arguments, and what it makes of the shape of a sample.
struct LayerKind: Sendable {
  /// A module, and the shape of a sample behind it.
  typealias Built = (module: any Module, output: Shape)
  /// What a layer is built from.
  struct Request {
    let arguments: LayerArguments
    /// The shape of a sample before the layer.
    let input: Shape
    /// What the whole model gives: the outputs of a dense layer that doesn't say its own.
    let outputs: Int

    /// Channels and size of a sample that must be a picture.
    func picture() throws(ModelError) -> (channels: Int, size: Pair) {
      guard input.rank == 3 else {
        throw arguments.error("samples of shape \(input)", "pictures [channels, rows, columns]")
      }
      return (input[0], Pair(input[1], input[2]))
    }

    /// The window of `kernel`, `stride`, `padding` and `dilation`, and how often it fits the pictures.
    func window(stride: Pair?) throws(ModelError) -> (window: SlidingWindow, places: Pair) {
      let kernel = try arguments.pair("kernel")
      let window = SlidingWindow(
        kernel: kernel, stride: try arguments.pair("stride", stride ?? kernel),
        padding: try arguments.pair("padding", 0, least: 0), dilation: try arguments.pair("dilation", 1))
      guard let places = window.places(in: try picture().size) else {
        throw arguments.error("samples of shape \(input)", "pictures that the kernel \(kernel) fits into")
      }
      return (window, places)
    }
  }

  /// The arguments' names; a value without a name stands for the first.
  let arguments: [String]
  let build: @Sendable (Request) throws(ModelError) -> Built

  init(_ arguments: [String] = [], _ build: @escaping @Sendable (Request) throws(ModelError) -> Built) {
    self.arguments = arguments
    self.build = build
  }

  /// All layers by name.
  static let all: [String: LayerKind] = [
    "conv2d": conv2d, "depthwise_separable_conv2d": separable, "linear": linear, "residual": residual,
    "batch_norm": LayerKind(["epsilon", "momentum"]) { request throws(ModelError) in
      let epsilon = try request.arguments.number("epsilon", 1e-5, in: 0...1)
      let momentum = try request.arguments.number("momentum", 0.1, in: 0...1)
      return (BatchNorm(request.input[0], epsilon: epsilon, momentum: momentum), request.input)
    },
    "layer_norm": LayerKind(["epsilon"]) { request throws(ModelError) in
      let epsilon = try request.arguments.number("epsilon", 1e-5, in: 0...1)
      return (LayerNorm(request.input, epsilon: epsilon), request.input)
    },
    "group_norm": LayerKind(["groups", "epsilon"]) { request throws(ModelError) in
      let (groups, channels) = (try request.arguments.integer("groups"), request.input[0])
      guard channels % groups == 0 else {
        throw request.arguments.error("groups: \(groups)", "a divisor of \(channels) channels")
      }
      let epsilon = try request.arguments.number("epsilon", 1e-5, in: 0...1)
      return (GroupNorm(groups, channels, epsilon: epsilon), request.input)
    },
    "dropout": LayerKind(["p"]) { request throws(ModelError) in
      (Dropout(try request.arguments.number("p", 0.5, in: 0...1)), request.input)
    },
    "max_pool2d": pool(["kernel", "stride", "padding", "dilation"]) {
      MaxPool2d($0.kernel, stride: $0.stride, padding: $0.padding, dilation: $0.dilation)
    },
    "avg_pool2d": pool(["kernel", "stride", "padding"]) {
      AvgPool2d($0.kernel, stride: $0.stride, padding: $0.padding)
    },
    "adaptive_avg_pool2d": LayerKind(["size"]) { request throws(ModelError) in
      let size = try request.arguments.pair("size")
      return (AdaptiveAvgPool2d(size), [try request.picture().channels, size.rows, size.columns])
    },
    "flatten": LayerKind { request throws(ModelError) in (Flatten(), [request.input.count]) },
  ].merging(activations.mapValues(elementwise)) { layer, _ in layer }

  /// The kind of a layer of a list.
  fileprivate static func named(_ layer: LayerDescription, _ path: String, _ index: Int) throws(ModelError)
    -> LayerKind
  {
    guard let kind = all[layer.name] else {
      let names = all.keys.sorted()
      throw ModelError(
        place: "\(path)[\(index)]", found: "a layer \"\(layer.name)\"",
        expected: "one of \(names.joined(separator: ", "))")
    }
    return kind
  }

  private static let activations: [String: any Module] = [
    "relu": ReLU(), "relu6": ReLU6(), "leaky_relu": LeakyReLU(), "elu": ELU(), "gelu": GELU(), "silu": SiLU(),
    "mish": Mish(), "hardswish": Hardswish(), "hardsigmoid": Hardsigmoid(), "sigmoid": Sigmoid(),
    "tanh": Tanh(), "softplus": Softplus(),
  ]

  private static func elementwise(_ module: any Module) -> LayerKind {
    LayerKind { request throws(ModelError) in (module, request.input) }
  }

  private static func pool(
    _ arguments: [String], _ make: @escaping @Sendable (SlidingWindow) -> any Module
  ) -> LayerKind {
    LayerKind(arguments) { request throws(ModelError) in
      let (window, places) = try request.window(stride: nil)
      let (padding, kernel) = (window.padding, window.kernel)
      guard 2 * padding.rows <= kernel.rows, 2 * padding.columns <= kernel.columns else {
        throw request.arguments.error("padding: \(padding)", "at most half of the kernel, \(kernel)")
      }
      return (make(window), [request.input[0], places.rows, places.columns])
    }
  }

  private static let conv2d = LayerKind([
    "outputs", "kernel", "stride", "padding", "dilation", "groups", "bias",
  ]) { request throws(ModelError) in
    let (inputs, outputs) = (try request.picture().channels, try request.arguments.integer("outputs"))
    let (window, places) = try request.window(stride: 1)
    let groups = try request.arguments.integer("groups", 1)
    guard inputs % groups == 0, outputs % groups == 0 else {
      throw request.arguments.error(
        "groups: \(groups)", "a divisor of \(inputs) channels before and \(outputs) behind")
    }
    let layer = Conv2d(
      inputs, outputs, window.kernel, stride: window.stride, padding: window.padding,
      dilation: window.dilation, groups: groups, bias: try request.arguments.flag("bias", true))
    return (layer, [outputs, places.rows, places.columns])
  }

  private static let separable = LayerKind([
    "outputs", "kernel", "stride", "padding", "dilation", "bias",
  ]) { request throws(ModelError) in
    let (inputs, outputs) = (try request.picture().channels, try request.arguments.integer("outputs"))
    let (window, places) = try request.window(stride: 1)
    let layer = DepthwiseSeparableConv2d(
      inputs, outputs, window.kernel, stride: window.stride, padding: window.padding,
      dilation: window.dilation, bias: try request.arguments.flag("bias", true))
    return (layer, [outputs, places.rows, places.columns])
  }

  private static let linear = LayerKind(["outputs", "bias"]) { request throws(ModelError) in
    guard request.input.rank == 1 else {
      throw request.arguments.error("samples of shape \(request.input)", "vectors: flatten comes first")
    }
    let outputs = try request.arguments.integer("outputs", request.outputs)
    let layer = Linear(request.input[0], outputs, bias: try request.arguments.flag("bias", true))
    return (layer, [outputs])
  }

  private static let residual = LayerKind(["main", "shortcut", "activation"]) { request throws(ModelError) in
    let arguments = request.arguments
    guard let layers = try arguments.layers("main") else {
      throw arguments.error("no main", "a list of layers")
    }
    func part(_ name: String, _ layers: [LayerDescription]) throws(ModelError) -> (Sequential, Shape) {
      try layers.built("\(arguments.place).\(name)", from: request.input, outputs: request.outputs)
    }
    let (main, output) = try part("main", layers)
    let shortcut: (module: Sequential, output: Shape)? =
      if let layers = try arguments.layers("shortcut") { try part("shortcut", layers) } else { nil }
    let beside = shortcut?.output ?? request.input
    guard beside == output else {
      throw arguments.error("\(output) from main and \(beside) beside it", "one shape, to be added")
    }
    let name = try arguments.text("activation")
    let activation = name.flatMap { activations[$0] }
    if let name, activation == nil {
      throw arguments.error(
        "activation: \"\(name)\"", "one of \(activations.keys.sorted().joined(separator: ", "))")
    }
    return (Residual(main, shortcut: shortcut?.module, activation: activation), output)
  }
}

extension [LayerDescription] {
  /// Looks at the names of layers and of their arguments; `path` is their place for errors.
  func check(_ path: String) throws(ModelError) {
    for (index, layer) in enumerated() {
      let arguments = try LayerArguments(
        layer, place: "\(path)[\(index)] \(layer.name)", known: LayerKind.named(layer, path, index).arguments)
      for name in ["main", "shortcut"] { try arguments.layers(name)?.check("\(arguments.place).\(name)") }
    }
  }

  /// The layers one after the other, and the shape of a sample behind them; `path` is their place for errors.
  func built(
    _ path: String, from input: Shape, outputs: Int
  ) throws(ModelError) -> (Sequential, Shape) {
    var shape = input
    var modules: [any Module] = []
    for (index, layer) in enumerated() {
      let place = "\(path)[\(index)] \(layer.name)"
      let kind = try LayerKind.named(layer, path, index)
      let arguments = try LayerArguments(layer, place: place, known: kind.arguments)
      let built = try kind.build(.init(arguments: arguments, input: shape, outputs: outputs))
      if let large = built.module.parameters.first(where: { $0.shape.count > 1 << 28 }) {
        throw arguments.error("\(large.name) of shape \(large.shape)", "at most \(1 << 28) elements")
      }
      modules.append(built.module)
      shape = built.output
    }
    return (Sequential(modules), shape)
  }
}
