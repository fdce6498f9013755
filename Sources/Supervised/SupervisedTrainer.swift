public import Datasets
public import Learning
public import Recording
public import Tensors
import Vulkan

/// Trains a model on a data set, epoch by epoch, each one replay of a recorded plan.
///
/// The training split is shuffled, gathered, augmented, learnt and summed up on the device; between epochs the host reads a
/// few numbers, evaluates the validation split, and keeps the best weights.
public final class SupervisedTrainer {
  /// The settings of the run.
  public let configuration: SupervisedConfiguration
  /// What is learnt.
  public let objective: Objective
  /// The model on the device.
  public let network: Network
  /// What inputs are shifted and scaled by.
  public let normalization: Normalization
  /// The batches that are learnt.
  public let loader: DataLoader
  /// The best result on the validation split, and its epoch, counted from 1.
  public private(set) var best: (metric: Double, epoch: Int)?

  private let options: PlanOptions
  private let evaluator: SupervisedEvaluator?
  private let average: ExponentialMovingAverage?
  private let accumulation: GradientAccumulation?
  private let schedule: Schedule
  private let updates, rate, sums, areFinite: Variable
  private var optimizer: any Optimizer
  private var recorded: (frozen: Set<String>, epoch: Epoch)?
  private var stopping: EarlyStopping?

  /// Measures statistics of the training split, allocates everything, and records an epoch.
  ///
  /// - Parameters:
  ///   - network: the model, whose weights are the start.
  ///   - data: all samples of the training and validation splits.
  ///   - normalization: statistics to use, those of a pretrained model; measured when nil.
  /// - Throws: `ConfigurationError`, `DataError`, `UnmatchedPattern`, `GraphError`, `RecordingError`, `VulkanError`.
  public init(
    _ configuration: SupervisedConfiguration, _ network: Network, _ data: DeviceDataset, _ split: Split,
    normalization: Normalization? = nil, options: PlanOptions = .environment
  ) throws {
    try configuration.validate()
    self.configuration = configuration
    self.network = network
    self.options = options
    objective = try Objective(data.dataset, rows: split.training)
    var loading = DataLoader.Options()
    loading.batchSize = configuration.batchSize
    let normalization =
      try normalization ?? DataLoader(data, rows: split.training, loading).measureNormalization()
    self.normalization = normalization
    loading.normalization = normalization
    loading.augmentation = configuration.augmentation
    loading.seed = configuration.seed
    var shuffled = loading
    (shuffled.shuffle, shuffled.isTraining) = (true, true)
    loader = try DataLoader(data, rows: split.training, shuffled)

    let device = data.device
    updates = try Variable([], .uint32, on: device, label: "training.updates")
    rate = try Variable([], on: device, label: "learning_rate")
    // The host looks at it while an epoch runs.
    sums = try Variable([4], on: device, domain: .readback, label: "sums")
    areFinite = try Variable([], .bool, on: device, label: "weights are finite")
    average = try configuration.ema > 0 ? ExponentialMovingAverage(network, decay: configuration.ema) : nil
    accumulation =
      try configuration.accumulate > 1 ? GradientAccumulation(network, steps: configuration.accumulate) : nil
    let batches = loader.batchesPerEpoch
    schedule = try configuration.schedule(
      updatesPerEpoch: (batches + configuration.accumulate - 1) / configuration.accumulate)
    if !split.validation.isEmpty {
      loading.batchSize = max(256, configuration.batchSize)
      evaluator = try SupervisedEvaluator(
        network, objective, DataLoader(data, rows: split.validation, loading), weights: average?.flat,
        options: options)
    } else {
      evaluator = nil
    }
    if configuration.patience > 0 {
      guard evaluator != nil else {
        throw ConfigurationError(field: "patience", reason: "needs a validation split, and there is none")
      }
      stopping = try EarlyStopping(
        patience: configuration.patience, mode: objective.isBetterLarge ? .max : .min)
    }
    try network.freeze(configuration.freeze)
    // A pattern that matches nothing is told now, and not in the epoch that it is for.
    _ = try network.parameters(matching: configuration.unfreeze.map(\.pattern))
    optimizer = try configuration.makeOptimizer(network)
    try prepare(epoch: 0)
  }

  /// The weights that are evaluated and kept: their running mean where there is one.
  public var weights: Variable { average?.flat ?? network.flat }

  /// The plans of an epoch.
  public var plans: [Plan] { recorded?.epoch.plans ?? [] }
  /// What replaying has cost since the last change of what is frozen.
  public var profile: Replay.Profile { recorded?.epoch.profile ?? Replay.Profile() }

  /// Records the epoch anew where other parameters are frozen in it than in the one before.
  private func prepare(epoch: Int) throws {
    for unfreezing in configuration.unfreeze where unfreezing.epoch <= epoch + 1 {
      try network.unfreeze([unfreezing.pattern])
    }
    guard recorded?.frozen != network.frozen else { return }
    // Moments of parameters that were frozen begin at nothing, and so must the corrections of their bias.
    if recorded != nil { optimizer = try configuration.makeOptimizer(network) }
    recorded = (network.frozen, try record())
  }

  private func record() throws -> Epoch {
    let (network, objective, configuration, optimizer) = (network, objective, configuration, optimizer)
    let (sums, updates, rate, accumulation, average) = (sums, updates, rate, accumulation, average)
    let (schedule, areFinite) = (schedule, areFinite)
    return try loader.record(
      "epoch", options: options, batchesPerUpdate: configuration.accumulate,
      begin: { graph in sums.assign(graph.constant(0, sums.type)) },
      end: { graph in areFinite.assign(graph.read(network.flat).isFinite().all()) }
    ) { graph, batch in
      let output = network(batch.inputs, mode: .training(batch.generator))
      let loss = objective.loss(output, batch, labelSmoothing: configuration.labelSmoothing)
      var gradient = network.gradient(of: loss)
      if let accumulation {
        accumulation.add(gradient)
        if batch.endsUpdate { gradient = accumulation.take(in: graph) }
      }
      if batch.endsUpdate {
        if configuration.clipValue > 0 { gradient = gradient.clippedValue(configuration.clipValue) }
        if configuration.clipNorm > 0 { gradient = gradient.clippedNorm(configuration.clipNorm).clipped }
        let update = graph.read(updates)
        let learningRate = schedule.learningRate(step: update)
        optimizer.step(gradient, learningRate: learningRate)
        average?.update(in: graph)
        rate.assign(learningRate)
        updates.assign(update + 1)
      }
      let count = Double(batch.count)
      let right: Tensor =
        switch objective {
        case .classification: (output.argmax(axis: -1) .== batch.targets).float().sum()
        case .regression: graph.constant(0, loss.type)
        }
      let one = graph.constant(1, loss.type)
      sums.assign(graph.read(sums) + .pack([loss * count, right, one * count, one]))
    }
  }
}

extension Objective {
  /// Whether the metric that selects grows as models get better.
  public var isBetterLarge: Bool {
    if case .classification = self { true } else { false }
  }
}

/// Training went wrong: a loss or weights are infinite or no numbers.
public struct DivergedError: Error, CustomStringConvertible {
  /// Where it was seen, counted from 1.
  public let epoch: Int
  /// The mean loss of the epoch, or that on the validation split.
  public let loss: Double

  /// A sentence for people.
  public var description: String {
    let found =
      loss.isFinite ? "its last updates made weights that are not finite" : "the mean loss is \(loss)"
    return
      "training diverged in epoch \(epoch): \(found); a smaller learning rate or --clip-norm may help, and the checkpoints are from before"
  }
}

extension SupervisedTrainer {
  /// What an epoch gave.
  public struct Progress: Codable, Sendable {
    /// Epochs done, and those of the whole run.
    public let epoch, epochs: Int
    /// Updates and samples so far.
    public let updates, samples: Int
    /// Seconds since training began, and samples a second within this epoch's training.
    public let seconds, samplesPerSecond: Double
    /// The learning rate of the epoch's last update.
    public let learningRate: Double
    /// Means over the epoch's batches as they were learnt, with augmentation and dropout.
    public let trainLoss: Double
    /// Accuracies are of classifications.
    public let trainAccuracy: Double?
    /// The result on the validation split, if there is one.
    public let validationLoss, validationAccuracy: Double?
    /// Whether it is the best so far.
    public let isBest: Bool

    enum CodingKeys: String, CodingKey {
      case epoch, epochs, updates, samples, seconds
      case samplesPerSecond = "samples_per_second"
      case learningRate = "learning_rate"
      case trainLoss = "train_loss"
      case trainAccuracy = "train_accuracy"
      case validationLoss = "val_loss"
      case validationAccuracy = "val_accuracy"
      case isBest = "best"
    }
  }

  /// Where an epoch is that runs.
  public struct Moment: Sendable {
    /// The epoch, counted from 1.
    public let epoch: Int
    /// Batches done, and those of an epoch.
    public let batch, batches: Int
    /// The mean over the batches so far.
    public let loss: Double
    /// The same of a classification's accuracy.
    public let accuracy: Double?
  }

  /// Trains to the end of the run, or until the validation split stops it early.
  ///
  /// - Parameters:
  ///   - progress: called after each epoch; returning false ends training.
  ///   - watch: called about five times a second while the device works.
  /// - Throws: what `progress` throws; `DivergedError`; `VulkanError` when the device fails.
  public func train(
    progress: (Progress) throws -> Bool = { _ in true }, watch: ((Moment) -> Void)? = nil
  ) throws {
    let clock = ContinuousClock()
    let start = clock.now
    for epoch in 0..<configuration.epochs {
      try prepare(epoch: epoch)
      let begin = clock.now
      try recorded?.epoch.run(watch: watch.map { watch in { watch(self.moment(epoch)) } })
      let seconds = (clock.now - begin).seconds
      let sums = try sums.read(Float.self).map(Double.init)
      let validation = try evaluator?.run()
      // A loss is of the weights before an update, so the last one shows in the weights alone.
      let loss = sums[0] / sums[2]
      guard loss.isFinite, validation?.loss.isFinite ?? true, try areFinite.read(UInt32.self)[0] != 0 else {
        throw DivergedError(epoch: epoch + 1, loss: loss.isFinite ? validation?.loss ?? loss : loss)
      }
      let isBest = validation.map { noteBest($0.metric, epoch: epoch + 1) } ?? false
      let isOver = validation.map { stopping?.shouldStop(after: $0.metric) ?? false } ?? false
      let going = try progress(
        Progress(
          epoch: epoch + 1, epochs: configuration.epochs, updates: Int(try updates.read(UInt32.self)[0]),
          samples: (epoch + 1) * loader.samplesPerEpoch, seconds: (clock.now - start).seconds,
          samplesPerSecond: sums[2] / max(seconds, 1e-9), learningRate: Double(try rate.read(Float.self)[0]),
          trainLoss: loss, trainAccuracy: objective.isBetterLarge ? sums[1] / sums[2] : nil,
          validationLoss: validation?.loss, validationAccuracy: validation?.classification?.accuracy,
          isBest: isBest))
      if isOver || !going { return }
    }
  }

  /// Keeps a result if it is the best so far, and says whether it is.
  private func noteBest(_ metric: Double, epoch: Int) -> Bool {
    let isBetter = best.map { objective.isBetterLarge ? metric > $0.metric : metric < $0.metric } ?? true
    if isBetter { best = (metric, epoch) }
    return isBetter
  }

  private func moment(_ epoch: Int) -> Moment {
    let sums = (0..<4).map { self.sums.buffer.pointer?.load(fromByteOffset: 4 * $0, as: Float.self) ?? 0 }
    let samples = Double(max(1, sums[2]))
    return Moment(
      epoch: epoch + 1, batch: Int(sums[3]), batches: loader.batchesPerEpoch, loss: Double(sums[0]) / samples,
      accuracy: objective.isBetterLarge ? Double(sums[1]) / samples : nil)
  }

  /// The weights that are evaluated, with running statistics, under PyTorch's names. Waits for the device.
  public func model() throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file, weights: weights)
    return file
  }

  /// Everything that the run is made of: weights, optimizer, counters. Waits for the device.
  public func checkpoint() throws -> Safetensors {
    var file = Safetensors()
    try network.save(into: &file)
    let state =
      optimizer.state + (average?.state ?? []) + (accumulation.map { [$0.mean] } ?? [])
      + [updates, loader.epochCounter, loader.batchCounter]
    for variable in state { try file.add(variable) }
    return file
  }
}
