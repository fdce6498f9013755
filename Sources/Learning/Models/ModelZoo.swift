extension ModelDescription {
  /// A model that has a name: its settings, and what they make.
  struct Entry: Sendable {
    let settings: [String]
    let make: @Sendable (LayerArguments) throws(ModelError) -> ModelDescription
  }

  /// A setting of a model that has a name: what it may be, and what it is where nothing is said.
  public struct Argument: Sendable, Equatable {
    /// Its name in files: `hidden`.
    public let name: String
    /// What it may be.
    public let kind: SettingKind
    /// What it is where nothing is said.
    public let usual: LayerDescription.Argument?
  }

  /// The settings of the model `name`; nil where there is no such model.
  public static func settings(of name: String) -> [Argument]? {
    guard let entry = zoo[name] else { return nil }
    let notes = LayerArguments.Notes()
    _ = try? entry.make(LayerArguments(noting: notes))
    return notes.arguments
  }

  /// The layers that a model of one's own may have, and the names of their arguments.
  public static var layers: [String: [String]] { LayerKind.all.mapValues(\.arguments) }

  /// The names of the models that there are.
  public static var names: [String] { zoo.keys.sorted() }

  static let zoo: [String: Entry] = [
    "mlp": Entry(settings: ["hidden", "dropout"]) { settings throws(ModelError) in
      .mlp(hidden: try settings.integers("hidden", [128]), dropout: try settings.dropout())
    },
    "cnn": Entry(settings: ["widths", "hidden", "dropout"]) { settings throws(ModelError) in
      .cnn(
        widths: try settings.integers("widths", [32, 64]), hidden: try settings.integer("hidden", 128),
        dropout: try settings.dropout())
    },
    "separable": Entry(settings: ["stem", "stem_stride", "widths", "strides", "dropout"]) {
      settings throws(ModelError) in
      let widths = try settings.integers("widths", separableWidths)
      let strides = try settings.integers("strides", separableStrides)
      guard widths.count == strides.count else {
        throw settings.error("\(widths.count) widths and \(strides.count) strides", "as many of both")
      }
      return .separable(
        stem: try settings.integer("stem", 24), stemStride: try settings.integer("stem_stride", 2),
        widths: widths, strides: strides, dropout: try settings.dropout())
    },
    "resnet-small": Entry(settings: ["blocks", "widths", "dropout"]) { settings throws(ModelError) in
      .resnetSmall(
        blocks: try settings.integer("blocks", 2), widths: try settings.integers("widths", [16, 32, 64]),
        dropout: try settings.dropout())
    },
  ]

  /// Dense layers with relu and dropout between.
  public static func mlp(hidden: [Int] = [128], dropout: Double = 0) -> ModelDescription {
    .layers(
      features: [.init("flatten")]
        + hidden.flatMap { [.linear($0), .init("relu"), .dropout(dropout)] },
      classifier: [.init("linear")])
  }

  /// A 3×3 convolution, relu and 2×2 maximum for each width, then a dense layer.
  public static func cnn(
    widths: [Int] = [32, 64], hidden: Int = 128, dropout: Double = 0
  ) -> ModelDescription {
    .layers(
      features: widths.flatMap { width in
        [
          .init("conv2d", ["outputs": .integer(width), "kernel": .integer(3), "padding": .integer(1)]),
          .init("relu"), .init("max_pool2d", ["": .integer(2)]),
        ]
      },
      classifier: [
        .init("flatten"), .linear(hidden), .init("relu"), .dropout(dropout), .init("linear"),
      ])
  }

  /// The channels behind each block of `separable`, and by how much each makes pictures smaller, where nothing else is said.
  public static let separableWidths = [48, 96, 96, 128], separableStrides = [1, 2, 1, 1]

  /// A 3×3 convolution, then depthwise separable ones, each with batch norm and relu, and a mean over the picture
  /// (Howard et al., "MobileNets", 2017).
  public static func separable(
    stem: Int = 24, stemStride: Int = 2, widths: [Int] = separableWidths, strides: [Int] = separableStrides,
    dropout: Double = 0
  ) -> ModelDescription {
    var features = [LayerDescription].normalized(stem, kernel: 3, stride: stemStride) + [.init("relu")]
    var channels = stem
    for (width, stride) in zip(widths, strides) {
      features += .normalized(channels, kernel: 3, stride: stride, groups: channels) + [.init("relu")]
      features += .normalized(width, kernel: 1) + [.init("relu")]
      channels = width
    }
    return .layers(features: features + .mean, classifier: [.dropout(dropout), .init("linear")])
  }

  /// A residual network for small pictures: `blocks` blocks a stage, of which all but the first halve the picture
  /// (He et al., "Deep residual learning", 2016, section 4.2).
  public static func resnetSmall(
    blocks: Int = 2, widths: [Int] = [16, 32, 64], dropout: Double = 0
  ) -> ModelDescription {
    var channels = widths.first ?? 1
    var features = [LayerDescription].normalized(channels, kernel: 3) + [.init("relu")]
    for (stage, width) in widths.enumerated() {
      for block in 0..<blocks {
        let stride = stage > 0 && block == 0 ? 2 : 1
        var arguments: [String: LayerDescription.Argument] = [
          "main": .layers(
            .normalized(width, kernel: 3, stride: stride) + [.init("relu")] + .normalized(width, kernel: 3)),
          "activation": .text("relu"),
        ]
        if stride > 1 || width != channels {
          arguments["shortcut"] = .layers(.normalized(width, kernel: 1, stride: stride))
        }
        features.append(.init("residual", arguments))
        channels = width
      }
    }
    return .layers(features: features + .mean, classifier: [.dropout(dropout), .init("linear")])
  }
}

extension LayerArguments {
  fileprivate func dropout() throws(ModelError) -> Double { try number("dropout", 0, in: 0...1) }
}

extension LayerDescription {
  fileprivate static func linear(_ outputs: Int) -> LayerDescription {
    .init("linear", ["": .integer(outputs)])
  }
  /// Also where it drops nothing, so that the keys behind it do not depend on it.
  fileprivate static func dropout(_ p: Double) -> LayerDescription { .init("dropout", ["": .number(p)]) }
}

extension [LayerDescription] {
  /// The mean of each picture, as a vector.
  fileprivate static let mean: [LayerDescription] = [
    .init("adaptive_avg_pool2d", ["": .integer(1)]), .init("flatten"),
  ]

  /// A convolution that keeps the size but for its stride, and a batch norm.
  fileprivate static func normalized(
    _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1
  ) -> [LayerDescription] {
    var arguments: [String: LayerDescription.Argument] = [
      "outputs": .integer(outputs), "kernel": .integer(kernel), "bias": .flag(false),
    ]
    if kernel > 1 { arguments["padding"] = .integer(kernel / 2) }
    if stride > 1 { arguments["stride"] = .integer(stride) }
    if groups > 1 { arguments["groups"] = .integer(groups) }
    return [.init("conv2d", arguments), .init("batch_norm")]
  }
}
