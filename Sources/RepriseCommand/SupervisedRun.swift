import ArgumentParser
import Datasets
import Learning
import Recording
import Runs
import Supervised
import Tensors
import Vulkan

/// What `train classifier` and `train regressor` share: all of their options, and the run.
struct SupervisedRun: ParsableArguments {
  @OptionGroup(title: "Data") var data: DataArguments
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Training") var options: SupervisedOptions
  @OptionGroup(title: "Transfer") var transfer: TransferOptions

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "The folder of the run. (default: runs/<data>-<model>-seed<seed>)", valueName: "folder"))
  var folder: String?

  @Flag(help: "Replace the run that the folder holds.")
  var overwrite = false

  @OptionGroup(title: "Debugging") var switches: PlanSwitches
  @OptionGroup var selection: DeviceOptions

  @Flag(help: "Print one JSON object an epoch, and the run's summary as the last line.")
  var json = false

  @Flag(help: "Add the model's layers before training, and the time of each dispatch after it.")
  var profile = false

  func validate() throws {
    if folder?.isEmpty == true {
      throw ValidationError("The value of '--run' is empty; it must name a folder")
    }
  }

  /// Trains, evaluates the test split once, and keeps everything.
  func run(_ algorithm: RunKind, _ kind: DataOptions.Task) throws {
    var configuration = options.configuration()
    transfer.apply(to: &configuration)
    try configuration.validate()
    let pretrained = try transfer.pretrained.map(Pretrained.init)
    let description = try model.description(
      usual: pretrained?.settings?.model ?? .named(LayerDescription("mlp")))
    let directory = RunDirectory(folder ?? defaultFolder(description, seed: configuration.seed))
    if !overwrite { try directory.refuseUsed() }
    let wanted = data.configuration
    let prepared = try PreparedData(wanted, kind, seed: configuration.seed)

    let device = try selection.open()
    let objective = try Objective(prepared.dataset, rows: prepared.split.training)
    let shape = configuration.augmentation.sampleShape(prepared.dataset.inputs.shape)
    let network = try Network(
      description.module(input: shape, outputs: objective.outputs), on: device, seed: configuration.seed)
    let anew = try pretrained?.load(into: network, objective: objective) ?? []
    var plan = switches.options
    plan.timestamps = profile
    let samples = try DeviceDataset(prepared.dataset, on: device)
    let trainer = try SupervisedTrainer(
      configuration, network, samples, prepared.split, normalization: pretrained?.settings?.normalization,
      options: plan)
    let settings = SupervisedSettings(
      wanted, description, configuration, inputShape: prepared.dataset.inputs.shape,
      inputColumns: prepared.columns, normalization: trainer.normalization, objective: objective)
    let kept = RunConfiguration(
      algorithm, settings, device: device.physical.name, driver: device.driver)
    let writer = try RunWriter(directory, overwrite: overwrite, config: kept.yaml())

    let console = EpochConsole(json: json)
    if !json {
      try write(introduction(settings, trainer, prepared, pretrained, anew, directory))
      if profile { try write(network.summary(input: Shape([1] + shape.dimensions)).description + "\n") }
    }
    let last = try train(trainer, writer, console)
    let test = try evaluateTest(trainer, prepared, settings, writer)
    let summary = SupervisedSummary(
      last, trainer, test: test, total: configuration.epochs, device: device.physical,
      weights: directory.weights)
    try writeLine(json ? jsonText(summary) : summary.text)
    if profile { try writer.write(profile: trainer.plans.flatMap { try $0.timings() }) }
    if profile && !json {
      for plan in trainer.plans { try write(dispatchTable(plan.timings())) }
    }
    if let signal = Interruption.signal {
      throw Interruption.exit(
        signal, after: "epoch \(last?.epoch ?? 0) of \(configuration.epochs)", file: directory.weights)
    }
  }

  private func train(_ trainer: SupervisedTrainer, _ writer: RunWriter, _ console: EpochConsole) throws
    -> SupervisedTrainer.Progress?
  {
    Interruption.begin()
    defer { console.end() }
    var last: SupervisedTrainer.Progress?
    try trainer.train(
      progress: { progress in
        last = progress
        // Without a validation split the last weights are the best that are known.
        if progress.isBest || progress.validationLoss == nil { try writer.write(best: trainer.model()) }
        try writer.write(trainer.checkpoint())
        try writer.append(jsonText(progress))
        try console.show(progress)
        return Interruption.signal == nil
      }, watch: json ? nil : console.show)
    return last
  }

  /// Evaluates the test split with the best weights: the only time that it is looked at.
  private func evaluateTest(
    _ trainer: SupervisedTrainer, _ prepared: PreparedData, _ settings: SupervisedSettings,
    _ writer: RunWriter
  ) throws -> EvaluationResult? {
    guard let test = prepared.test, Interruption.signal == nil else { return nil }
    try trainer.network.load(
      from: Safetensors(contentsOf: writer.directory.weights), named: writer.directory.weights)
    let result = try settings.evaluate(trainer.network, on: test)
    try writer.write(test: jsonText(EvaluationReport(result)))
    return result
  }

  private func defaultFolder(_ model: ModelDescription, seed: UInt64) -> String {
    let path = data.data.split(separator: "/").last.map(String.init) ?? "data"
    let name = path.split(separator: ".").first.map(String.init) ?? path
    if case .named(let named) = model { return "runs/\(name)-\(named.name)-seed\(seed)" }
    return "runs/\(name)-seed\(seed)"
  }

  private func introduction(
    _ settings: SupervisedSettings, _ trainer: SupervisedTrainer, _ prepared: PreparedData,
    _ pretrained: Pretrained?,
    _ anew: [String], _ directory: RunDirectory
  ) -> String {
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
      ("run", directory.path),
    ]
    if let pretrained {
      let head = anew.isEmpty ? "" : "; anew: \(anew.joined(separator: ", "))"
      rows.insert(("weights", "\(pretrained.file)\(head)"), at: 5)
    }
    return columns(rows, indent: "")
  }
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
