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
  @OptionGroup var config: ConfigOptions
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

  @OptionGroup var dry: DryRunOptions
  @OptionGroup var checkpoints: CheckpointOptions
  @OptionGroup var stop: StopOptions
  @OptionGroup(title: "Debugging") var switches: PlanSwitches
  @OptionGroup var selection: DeviceOptions

  @OptionGroup(title: "Messages") var log: LogOptions

  @Flag(help: "Print one JSON object an epoch, and the run's summary as the last line.")
  var json = false

  @Flag(help: "Add the model's layers before training, and the time of each dispatch after it.")
  var profile = false

  func validate() throws {
    if folder?.isEmpty == true {
      throw ValidationError("The value of '--run' is empty; it must name a folder")
    }
    try log.check(json: json)
  }

  /// What a run is made of, known without its data and a device.
  struct Checked {
    let file: SettingsFile?
    let resolved: ResolvedDefinition
    let pretrained: Pretrained?
    let description: ModelDescription

    var definition: SupervisedDefinition { resolved.definition }
  }

  /// Looks at all that can be known without the data and a device.
  func checked(_ algorithm: RunKind) throws -> Checked {
    let file = try config.config.map { try SettingsFile($0) }
    var resolved = try ResolvedDefinition(file, algorithm)
    try resolved.take(
      data: data.given, training: options.given,
      options: checkpoints.given + switches.given + .given(("pretrained", transfer.pretrained)))
    resolved.take(options.apply)
    try resolved.take(transfer.apply)
    guard !resolved.definition.data.name.isEmpty else {
      throw ValidationError("Missing expected argument '--data <name|path>'")
    }
    try resolved.validate()
    try stop.check()
    let pretrained = try resolved.definition.options.pretrained.map(Pretrained.init)
    let description = try model.description(
      usual: resolved.definition.model ?? pretrained?.settings?.model ?? .named(LayerDescription("mlp")))
    resolved.take(description, isSaid: model.isSaid)
    return Checked(file: file, resolved: resolved, pretrained: pretrained, description: description)
  }

  /// Trains, evaluates the test split once, and keeps everything.
  func run(_ algorithm: RunKind, _ kind: DataOptions.Task) throws {
    let checked = try checked(algorithm)
    let (definition, pretrained, description) = (checked.definition, checked.pretrained, checked.description)
    let directory = RunDirectory(
      folder ?? defaultFolder(definition.data.name, description, seed: definition.training.seed))
    if !overwrite { try directory.refuseUsed() }
    let prepared = try PreparedData(definition.data, kind, seed: definition.training.seed)

    let device = try selection.open()
    var plan = switches.options
    plan.timestamps = profile
    plan.noFusion = definition.options.noFusion
    func make() throws -> SupervisedStart {
      try SupervisedStart(
        prepared, description, definition.training, pretrained,
        normalization: pretrained?.settings?.normalization, on: device, options: plan)
    }
    guard !dry.dryRun else {
      return try DryRun(algorithm, directory, checked.resolved.values, on: device) { measure in
        let start = try make()
        try start.trainer.prepareGradients()
        withExtendedLifetime(start) { measure() }
      }.show(json: json)
    }
    let start = try make()
    let kept = RunConfiguration(
      algorithm, start.settings(definition.data), definition.options, device: device.physical.name,
      driver: device.physical.driver)
    let writer = try RunWriter(directory, overwrite: overwrite, config: kept.yaml())
    let training = SupervisedTraining(
      kept, prepared, start, writer, try RunJournal([directory], console: log.console),
      TrainingOutput(log, json: json, profile: profile), stop: stop)
    try training.run(
      beginning: (start.anew.isEmpty ? [] : [("anew", start.anew.joined(separator: ", "))])
        + (checked.file.map { rows(of: $0, checked.resolved, kept.settings, device.physical) } ?? []))
  }

  /// What is said of a file's run: where values are from, and what is not as it was.
  private func rows(
    of file: SettingsFile, _ resolved: ResolvedDefinition, _ settings: SupervisedSettings,
    _ physical: PhysicalDevice
  ) -> [(String, String)] {
    var rows = resolved.values.filter { $0.origin != .defaults }.rows + file.deviceRows(on: physical)
    if let old = file.settings, old.data == settings.data, old.training == settings.training,
      old.model == settings.model, old != settings
    {
      rows.append(("note", "\(settings.data.name) is not as it was for \(file.path)"))
    }
    return rows
  }

  private func defaultFolder(_ data: String, _ model: ModelDescription, seed: UInt64) -> String {
    let path = data.split(separator: "/").last.map(String.init) ?? "data"
    let name = path.split(separator: ".").first.map(String.init) ?? path
    if case .named(let named) = model { return "runs/\(name)-\(named.name)-seed\(seed)" }
    return "runs/\(name)-seed\(seed)"
  }
}
