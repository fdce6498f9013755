public import Datasets
public import Learning
public import Tensors
public import Vulkan

/// What defines a supervised run and what it measured of its data: enough to build the model and to feed it again.
public struct SupervisedSettings: Codable, Sendable, Equatable {
  /// The data and its splits.
  public var data: DataConfiguration
  /// The model.
  public var model: ModelDescription
  /// How it is trained.
  public var training: SupervisedConfiguration
  /// Sizes of a sample's axes, as it is read.
  public var inputShape: [Int]
  /// The columns that samples consist of, for a CSV file.
  public var inputColumns: [String]?
  /// What inputs are shifted and scaled by.
  public var normalization: Normalization
  /// What is learnt.
  public var objective: Objective

  enum CodingKeys: String, CodingKey, CaseIterable {
    case data, model, training, normalization, objective
    case inputShape = "input_shape"
    case inputColumns = "input_columns"
  }

  /// Names of what was measured of the data: files have it for those who use the model, and no run begins with it.
  package static var measured: [String] {
    CodingKeys.allCases.filter { ![.data, .model, .training].contains($0) }.map(\.rawValue)
  }

  /// The settings of a run on data that was read.
  public init(
    _ data: DataConfiguration, _ model: ModelDescription, _ training: SupervisedConfiguration,
    inputShape: Shape, inputColumns: [String]?, normalization: Normalization, objective: Objective
  ) {
    self.data = data
    self.model = model
    self.training = training
    self.inputShape = inputShape.dimensions
    self.inputColumns = inputColumns
    self.normalization = normalization
    self.objective = objective
  }

  /// The shape of what the model is given: of whole samples, or of what is cropped.
  public var sampleShape: Shape { training.augmentation.sampleShape(Shape(inputShape)) }

  /// How data for this model is read: with the shape and columns, and the classes, that it has learnt.
  public func dataOptions(_ task: DataOptions.Task, of wanted: DataConfiguration? = nil) -> DataOptions {
    let wanted = wanted ?? data
    var options = wanted.options(task)
    options.shape = Shape(inputShape)
    options.inputColumns = inputColumns
    // Of data from which classes are chosen, there are others as well.
    if wanted.classes == nil, case .classification(let names) = objective { options.classes = names }
    return options
  }

  /// The test split of `wanted`; where it has none and isn't what was learnt from, all of it, and else nil.
  ///
  /// - Throws: `DataError`.
  public func evaluationData(_ wanted: DataConfiguration, _ task: DataOptions.Task) throws(DataError)
    -> Dataset?
  {
    let files = try DataFiles.open(wanted.name, options: dataOptions(task, of: wanted))
    let isOwn = wanted.name == data.name
    guard let dataset = files.test ?? (isOwn ? nil : files.training) else { return nil }
    return try wanted.chosen(of: dataset)
  }

  /// The model on a device, with the weights that its seed gives.
  ///
  /// - Throws: `ModelError`, `VulkanError`.
  public func network(on device: Device) throws -> Network {
    try Network(
      model.module(input: sampleShape, outputs: objective.outputs), on: device, seed: training.seed)
  }

  /// What a network for these settings is worth on all of `dataset`.
  ///
  /// - Throws: `DataError`, `GraphError`, `RecordingError`, `VulkanError`.
  public func evaluate(_ network: Network, on dataset: Dataset) throws -> EvaluationResult {
    let samples = try DeviceDataset(dataset, on: network.flat.device)
    return try SupervisedEvaluator(network, objective, DataLoader(samples, loading())).run()
  }

  /// How a loader prepares samples that are not learnt from.
  public func loading(batchSize: Int = 256) -> DataLoader.Options {
    var options = DataLoader.Options()
    options.batchSize = batchSize
    options.normalization = normalization
    options.augmentation.crop = training.augmentation.crop
    return options
  }
}

extension Objective: Codable {
  private enum CodingKeys: String, CodingKey {
    case classes
    case targetShape = "target_shape"
    case targetScale = "target_scale"
  }

  /// Decodes the names of classes, or the shape and scale of numbers.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let names = try container.decodeIfPresent([String].self, forKey: .classes) {
      self = .classification(names)
    } else {
      self = .regression(
        Shape(try container.decode([Int].self, forKey: .targetShape)),
        scale: try container.decode(Normalization.self, forKey: .targetScale))
    }
  }

  /// As it is decoded.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .classification(let names): try container.encode(names, forKey: .classes)
    case .regression(let shape, let scale):
      try container.encode(shape.dimensions, forKey: .targetShape)
      try container.encode(scale, forKey: .targetScale)
    }
  }
}
