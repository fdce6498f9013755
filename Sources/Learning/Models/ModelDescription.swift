public import Tensors

/// A model as a value that files and command lines hold, which fits itself to the shape of samples and the number of outputs.
///
/// Its keys begin with `features.` and, for the layers that depend on what is to be learnt, with `classifier.`.
public enum ModelDescription: Codable, Sendable, Equatable {
  /// A model of the zoo with its settings: `separable`, or `mlp: {hidden: [128], dropout: 0.1}`.
  case named(LayerDescription)
  /// Layers of one's own; a `linear` without arguments gives the model's outputs.
  case layers(features: [LayerDescription], classifier: [LayerDescription])

  private enum CodingKeys: String, CodingKey { case features, classifier }

  /// Takes two lists, or a name.
  public init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: CodingKeys.self), container.contains(.features) {
      self = .layers(
        features: try container.decode([LayerDescription].self, forKey: .features),
        classifier: try container.decode([LayerDescription].self, forKey: .classifier))
    } else {
      self = .named(try LayerDescription(from: decoder))
    }
  }

  /// As it is decoded.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .named(let model): try model.encode(to: encoder)
    case .layers(let features, let classifier):
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(features, forKey: .features)
      try container.encode(classifier, forKey: .classifier)
    }
  }

  /// The model for samples of shape `input`, [channels, rows, columns] or [n], and a vector of `outputs` a sample.
  ///
  /// - Throws: `ModelError` naming the entry that is not known or does not fit.
  public func module(input: Shape, outputs: Int) throws(ModelError) -> Sequential {
    let (features, classifier) = try lists()
    guard input.rank > 0, input.count > 0, outputs > 0 else {
      throw ModelError(
        place: "model", found: "samples of shape \(input) and \(outputs) outputs",
        expected: "at least one element and one output")
    }
    let (body, between) = try features.built("features", from: input, outputs: outputs)
    let (head, output) = try classifier.built("classifier", from: between, outputs: outputs)
    guard output == [outputs] else {
      throw ModelError(
        place: "classifier", found: "samples of shape \(output) at its end", expected: "\([outputs])")
    }
    return Sequential(["features": body, "classifier": head])
  }

  /// Looks at what needs no samples: that there are such models, layers and arguments.
  ///
  /// - Throws: `ModelError` naming the entry that is not known.
  package func check() throws(ModelError) {
    let (features, classifier) = try lists()
    try features.check("features")
    try classifier.check("classifier")
  }

  private func lists() throws(ModelError) -> (features: [LayerDescription], classifier: [LayerDescription]) {
    switch self {
    case .layers(let features, let classifier): return (features, classifier)
    case .named(let model):
      guard let entry = Self.zoo[model.name] else {
        throw ModelError(
          place: "model", found: "\"\(model.name)\"", expected: "one of \(Self.names.joined(separator: ", "))"
        )
      }
      let arguments = try LayerArguments(model, place: "model \(model.name)", known: entry.settings)
      return try entry.make(arguments).lists()
    }
  }
}
