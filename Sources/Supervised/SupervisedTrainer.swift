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
  /// Epochs done, those before a checkpoint that training goes on from too.
  public private(set) var epochsDone = 0

  private let options: PlanOptions
  private let evaluator: SupervisedEvaluator?
  private let average: ExponentialMovingAverage?
  private let accumulation: GradientAccumulation?
  private let schedule: Schedule
  private let updates, rate, sums, areFinite: Variable
  private var optimizer: any Optimizer
  private var recorded: (frozen: Set<String>, epoch: Epoch)?
  private var probe: (frozen: Set<String>, probe: GradientProbe)?
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
    rate = try Variable([], on: device, label: "training.learning_rate")
    // The host looks at it while an epoch runs.
    sums = try Variable([4], on: device, domain: .readback, label: "training.sums")
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

  /// The parameters, and their gradients on a batch as they are before they are clipped, computed apart from training.
  ///
  /// - Throws: `GraphError`, `RecordingError`, `VulkanError`.
  public func readGradients() throws -> [GradientProbe.Values] {
    try prepareGradients()
    return try probe?.probe.read()[0] ?? []
  }

  /// Records what `readGradients` replays, where that is not as it has to be.
  package func prepareGradients() throws {
    guard probe?.frozen != network.frozen else { return }
    let part = GradientProbe.Part(network)
    let recorded = try GradientProbe([part], "epoch gradients", options: options) { graph in
      let batch = loader.firstBatch(in: graph)
      let output = network(batch.inputs, mode: .training(batch.generator))
      let loss = objective.loss(output, batch, labelSmoothing: configuration.labelSmoothing)
      return [network.gradient(of: loss)]
    }
    probe = (network.frozen, recorded)
  }

  /// Records the epoch anew where other parameters are frozen in it than in the one before.
  func prepare(epoch: Int) throws {
    for unfreezing in configuration.unfreeze where unfreezing.epoch <= epoch + 1 {
      try network.unfreeze([unfreezing.pattern])
    }
    guard recorded?.frozen != network.frozen else { return }
    // Moments of parameters that were frozen begin at nothing, and so must the corrections of their bias.
    if recorded != nil { optimizer = try configuration.makeOptimizer(network) }
    recorded = (network.frozen, try record())
  }

  /// Batches done of the epoch in which training is; nil between epochs.
  public var batchesDone: Int? { recorded?.epoch.cut }

  /// What goes on from epoch to epoch beside the network's parameters; within an epoch there is more.
  func state(isCut: Bool) -> [Variable] {
    optimizer.state + (average?.state ?? []) + (accumulation.map { [$0.mean] } ?? [])
      + [updates, loader.epochCounter, loader.batchCounter] + (isCut ? [rate, sums, loader.position] : [])
  }

  /// Takes `epochs` epochs for done, and so many batches of the next where that was cut; `state` must be as it was then.
  func resume(after epochs: Int, best: (metric: Double, epoch: Int)?, cut: Int?) throws {
    (epochsDone, self.best) = (epochs, best)
    stopping?.resume(after: epochs, best: best?.metric, bestEpoch: best?.epoch ?? 0)
    if let cut { try recorded?.epoch.enter(after: cut) }
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

extension SupervisedTrainer {
  /// Whether nothing is left to do: all epochs are done, or the validation split has ended training.
  public var isFinished: Bool { epochsDone >= configuration.epochs || stopping?.isOver ?? false }

  /// Trains to the end of the run, or until the validation split stops it early; from its beginning, or from where a restored one
  /// was.
  ///
  /// - Parameters:
  ///   - seconds: what training has taken before.
  ///   - progress: called after each epoch; returning false ends training.
  ///   - watch: called about five times a second while the device works.
  ///   - isCut: asked about once a second, or more often; true calls `pause`.
  ///   - pause: called within an epoch while the device is idle; returning false ends training there.
  /// - Throws: what `progress` and `pause` throw; `DivergedError`; `VulkanError` when the device fails.
  public func train(
    after seconds: Double = 0, progress: (Progress) throws -> Bool = { _ in true },
    watch: ((Moment) -> Void)? = nil, isCut: () -> Bool = { false }, pause: () throws -> Bool = { true }
  ) throws {
    let clock = ContinuousClock()
    let (start, before) = (clock.now, seconds)
    while !isFinished {
      let epoch = epochsDone
      try prepare(epoch: epoch)
      guard let running = recorded?.epoch else { return }
      let begin = clock.now
      let learnt = running.cut == nil ? 0 : Double(try sums.read(Float.self)[2])
      while try !running.run(watch: watch.map { watch in { watch(self.moment(epoch)) } }, isCut: isCut) {
        guard try pause() else { return }
      }
      let seconds = (clock.now - begin).seconds
      let sums = try sums.read(Float.self).map(Double.init)
      let validation = try evaluator?.run()
      // A loss is of the weights before an update, so the last one shows in the weights alone.
      let loss = sums[0] / sums[2]
      guard loss.isFinite, validation?.loss.isFinite ?? true, try areFinite.read(UInt32.self)[0] != 0 else {
        throw DivergedError(epoch: epoch + 1, loss: loss.isFinite ? validation?.loss ?? loss : loss)
      }
      let isBest = validation.map { noteBest($0.metric, epoch: epoch + 1) } ?? false
      if let validation { _ = stopping?.shouldStop(after: validation.metric) }
      epochsDone = epoch + 1
      let going = try progress(
        Progress(
          epoch: epoch + 1, epochs: configuration.epochs, updates: Int(try updates.read(UInt32.self)[0]),
          samples: (epoch + 1) * loader.samplesPerEpoch, seconds: before + (clock.now - start).seconds,
          samplesPerSecond: (sums[2] - learnt) / max(seconds, 1e-9),
          learningRate: Double(try rate.read(Float.self)[0]),
          trainLoss: loss, trainAccuracy: objective.isBetterLarge ? sums[1] / sums[2] : nil,
          validationLoss: validation?.loss, validationAccuracy: validation?.classification?.accuracy,
          isBest: isBest))
      if !going { return }
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
}
