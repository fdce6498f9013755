import ArgumentParser
import Datasets
import Learning
import Recording
import Runs
import Supervised
import Tensors
import Vulkan

/// What a supervised run begins with: a model on a device, its data, and what trains it.
struct SupervisedStart {
  let trainer: SupervisedTrainer
  /// Parameters that begin anew although there are weights for the others.
  let anew: [String]
  private let model: ModelDescription
  private let prepared: PreparedData

  /// - Parameter normalization: what inputs are shifted and scaled by; measured when nil.
  init(
    _ prepared: PreparedData, _ model: ModelDescription, _ configuration: SupervisedConfiguration,
    _ pretrained: Pretrained?, normalization: Normalization?, on device: Device, options: PlanOptions
  ) throws {
    let objective = try Objective(prepared.dataset, rows: prepared.split.training)
    let shape = configuration.augmentation.sampleShape(prepared.dataset.inputs.shape)
    let network = try Network(
      model.module(input: shape, outputs: objective.outputs), on: device, seed: configuration.seed)
    anew = try pretrained?.load(into: network, objective: objective) ?? []
    let samples = try DeviceDataset(prepared.dataset, on: device)
    trainer = try SupervisedTrainer(
      configuration, network, samples, prepared.split, normalization: normalization, options: options)
    (self.model, self.prepared) = (model, prepared)
  }

  /// The settings, with what was measured of the data that `data` names.
  func settings(_ data: DataConfiguration) -> SupervisedSettings {
    SupervisedSettings(
      data, model, trainer.configuration, inputShape: prepared.dataset.inputs.shape,
      inputColumns: prepared.columns, normalization: trainer.normalization, objective: trainer.objective)
  }
}

/// The training of a classifier or regressor: its files, and what is shown of it.
final class SupervisedTraining {
  /// Time between two checkpoints of an epoch that takes long.
  private static var interval: Duration { .seconds(30) }

  private let definition: RunConfiguration<SupervisedSettings>
  private let prepared: PreparedData
  private let trainer: SupervisedTrainer
  private let writer: RunWriter
  private let journal: RunJournal
  private let output: TrainingOutput
  private let stop: StopOptions
  private var seconds = 0.0
  private var lastSave = ContinuousClock.now

  init(
    _ definition: RunConfiguration<SupervisedSettings>, _ prepared: PreparedData, _ start: SupervisedStart,
    _ writer: RunWriter, _ journal: RunJournal, _ output: TrainingOutput, stop: StopOptions
  ) {
    (self.definition, self.prepared, trainer, self.writer) = (definition, prepared, start.trainer, writer)
    self.journal = journal
    (self.output, self.stop) = (output, stop)
  }

  /// Goes on with the run of a folder from its last checkpoint, or from its beginning where there is none.
  ///
  /// - Throws: `CommandFailure` for data that is not as it was, `CheckpointError`, `DataError`, `VulkanError`.
  static func resume(
    _ directory: RunDirectory, on device: Device, options: PlanOptions, _ output: TrainingOutput,
    stop: StopOptions
  ) throws {
    let writer = try RunWriter(resuming: directory)
    let definition = try RunConfiguration<SupervisedSettings>(of: directory)
    let settings = definition.settings
    let kind: DataOptions.Task = definition.algorithm == .classifier ? .classification : .regression
    let prepared = try PreparedData(settings.data, kind, seed: settings.training.seed)
    var plan = options
    plan.timestamps = output.profile
    plan.noFusion = plan.noFusion || definition.options.noFusion
    let start = try SupervisedStart(
      prepared, settings.model, settings.training, definition.options.pretrained.map(Pretrained.init),
      normalization: settings.normalization, on: device, options: plan)
    guard start.settings(settings.data) == settings else {
      throw CommandFailure(
        "\(settings.data.name) is not as it was when \(directory.path) began: its classes, its columns or its numbers are others."
      )
    }
    let trainer = start.trainer
    if RunDirectory.hasFile(directory.checkpoint) {
      try trainer.restore(from: Safetensors(contentsOf: directory.checkpoint), named: directory.checkpoint)
    }
    let kept = try writer.goOn(after: trainer.epochsDone)
    let journal = try RunJournal([directory], from: trainer.epochsDone + 1, console: output.log)
    warnOfOtherDevice(definition.device, definition.driver, device.physical, directory, journal.log)
    let training = SupervisedTraining(
      definition, prepared, start, writer, journal, output, stop: stop)
    training.seconds = kept.seconds
    try training.keepCheckpoint()
    let hasPlace = RunDirectory.hasFile(directory.checkpoint)
    try training.run(
      beginning: [("goes on from", hasPlace ? trainer.place : "the beginning: it has no checkpoint")])
  }

  /// Trains, evaluates the test split once, and keeps everything.
  func run(beginning: [(String, String)]) throws {
    let (network, total) = (trainer.network, definition.settings.training.epochs)
    let wasFinished = trainer.isFinished
    let introduction =
      wasFinished ? "\(writer.directory.path) is finished.\n" : introduction(beginning)
    journal.log.write(.info, introduction, isPrinted: output.style.printsText)
    try output.printText(introduction)
    if output.profile {
      let input = Shape([1] + definition.settings.sampleShape.dimensions)
      try output.printText(network.summary(input: input).description + "\n")
    }
    var (last, test): (SupervisedTrainer.Progress?, EvaluationResult?)
    let isStopped = { !self.trainer.isFinished && self.isAtStop }
    try journal.record(interruption: { Interruption.name ?? (isStopped() ? self.stop.reason : nil) }) {
      if !isStopped() { last = try train() }
      // A finished run was killed before this, or has done it.
      if !(wasFinished && RunDirectory.hasFile(writer.directory.test)) { test = try evaluateTest() }
    }
    let summary = SupervisedSummary(
      last, trainer, test: test, total: total, seconds: seconds, device: network.flat.device,
      weights: writer.directory.weights)
    if output.json { try writeLine(jsonText(summary)) }
    try output.printText(summary.text + "\n")
    if output.profile { try writer.write(profile: trainer.plans.flatMap { try $0.timings() }) }
    if output.profile {
      for plan in trainer.plans { try output.printText(dispatchTable(plan.timings())) }
    }
    if let signal = Interruption.signal {
      throw Interruption.exit(
        signal, after: trainer.place, file: writer.directory.checkpoint, run: writer.directory)
    }
    if isStopped() { try output.printText(Interruption.goingOn(writer.directory.path) + "\n") }
  }

  /// Whether as many epochs are done as were asked for.
  private var isAtStop: Bool { stop.stopAfter.map { trainer.epochsDone >= $0 } ?? false }

  private func train() throws -> SupervisedTrainer.Progress? {
    Interruption.begin()
    let device = trainer.network.flat.device
    let state = ViewState(
      task: "\(definition.algorithm.rawValue) on \(definition.settings.data.name)",
      device: device.physical.name, isSupervised: true, total: definition.settings.training.epochs)
    let console = try RunConsole(
      training: writer.directory, state, isBegun: trainer.epochsDone > 0, output.style, on: device,
      log: journal.log)
    defer { console.end() }
    var last: SupervisedTrainer.Progress?
    try trainer.train(
      after: seconds,
      progress: { progress in
        last = progress
        // Without a validation split the last weights are the best that are known.
        if progress.isBest || progress.validationLoss == nil { try writer.write(best: trainer.model()) }
        try writer.append(jsonText(progress))
        try journal.append(
          progress, ViewState.text(epoch: MetricsRow(progress)), isPrinted: output.style == .lines)
        try writeHistograms()
        try save()
        try keepCheckpoint()
        try console.show(progress)
        return Interruption.signal == nil && !isAtStop
      }, watch: output.style == .live ? { console.show($0) } : nil,
      isCut: { Interruption.signal != nil || ContinuousClock.now - self.lastSave >= Self.interval },
      pause: {
        try save()
        return Interruption.signal == nil
      })
    return last
  }

  private func save() throws {
    try journal.log.timed("\(writer.directory.checkpoint): \(writer.checkpointSize) written") {
      try writer.write(trainer.checkpoint())
    }
    journal.log.write(.debug, trainer.profile.text)
    lastSave = .now
  }

  /// Adds how weights and gradients are spread to the events, after each epoch, or about ten times in a run of more.
  private func writeHistograms() throws {
    let done = trainer.epochsDone
    guard done % max(1, trainer.configuration.epochs / 10) == 0 else { return }
    try journal.events[0].append(trainer.readGradients(), step: done)
  }

  /// Keeps the checkpoint of an epoch that has ended for good, where that is due.
  private func keepCheckpoint() throws {
    let done = trainer.epochsDone
    guard let every = definition.options.checkpointEvery, done > 0, done % every == 0, !trainer.isWithinEpoch
    else {
      return
    }
    try writer.keepCheckpoint(as: "epoch-\(padded(done, to: 6))")
  }

  /// Evaluates the test split with the best weights: the only time that it is looked at.
  private func evaluateTest() throws -> EvaluationResult? {
    guard let test = prepared.test, Interruption.signal == nil, trainer.isFinished else { return nil }
    try trainer.network.load(
      from: Safetensors(contentsOf: writer.directory.weights), named: writer.directory.weights)
    let result = try journal.log.timed("\(test.count.grouped) samples of the test split evaluated") {
      try definition.settings.evaluate(trainer.network, on: test)
    }
    let report = EvaluationReport(result)
    try writer.write(test: jsonText(report))
    try journal.append(
      test: result, epoch: trainer.epochsDone, report.line, isPrinted: output.style.printsText)
    return result
  }

  private func introduction(_ beginning: [(String, String)]) -> String {
    let settings = definition.settings
    let device = trainer.network.flat.device
    let configuration = settings.training
    let (frozen, network) = (trainer.network.frozen, trainer.network)
    let parameters = network.parameters.reduce(0) { $0 + $1.shape.count }
    let learning = network.parameters.reduce(0) { $0 + (frozen.contains($1.name) ? 0 : $1.shape.count) }
    var rows = [
      ("device", "\(device.physical.name), \(device.reason)"),
      ("driver", device.driver),
      (
        "data",
        "\(prepared.dataset.source), \(prepared.split.training.count.grouped) to learn, "
          + "\(prepared.split.validation.count.grouped) to choose by, \((prepared.test?.count ?? 0).grouped) to test; "
          + (trainer.loader.dataset.isResident ? "on the device" : "streamed")
      ),
      ("samples", "\(prepared.dataset.inputs.shape), \(settings.objective.summary)"),
      (
        "model",
        "\(settings.model.summary), \(parameters.grouped) parameters"
          + (learning < parameters ? ", of which \(learning.grouped) learn at first" : "")
      ),
      (
        "training",
        "\(configuration.epochs) epochs, batches of \(configuration.batchSize), \(configuration.optimizer.rawValue), "
          + "learning rate \(configuration.learningRate), \(configuration.schedule.rawValue)"
      ),
      ("seed", "\(configuration.seed)"),
    ]
    if let pretrained = definition.options.pretrained { rows.append(("weights", pretrained)) }
    rows += beginning + [("run", writer.directory.path)]
    return columns(rows, indent: "")
  }
}

extension SupervisedTrainer {
  /// Where training is, in words.
  fileprivate var place: String {
    let (total, batches) = (configuration.epochs, loader.batchesPerEpoch)
    guard let batch = batchesDone else { return "epoch \(epochsDone) of \(total)" }
    return "batch \(batch.grouped) of \(batches.grouped) in epoch \(epochsDone + 1) of \(total)"
  }

  /// Whether training is in the middle of an epoch.
  fileprivate var isWithinEpoch: Bool { batchesDone != nil }
}

extension Objective {
  /// What is learnt, in a few words.
  var summary: String {
    switch self {
    case .classification(let names): "\(names.count) classes"
    case .regression(let shape, _): shape.count == 1 ? "a number" : "\(shape.count) numbers"
    }
  }
}

extension ModelDescription {
  /// Its name.
  var summary: String {
    if case .named(let named) = self { named.name } else { "layers of your own" }
  }
}
