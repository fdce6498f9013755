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

  @OptionGroup var checkpoints: CheckpointOptions
  @OptionGroup var stop: StopOptions
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

  /// Looks at all that can be known without the data and a device; returns the settings of training.
  func checked() throws -> SupervisedConfiguration {
    try checkpoints.check()
    try stop.check()
    var configuration = options.configuration()
    transfer.apply(to: &configuration)
    try configuration.validate()
    return configuration
  }

  /// Trains, evaluates the test split once, and keeps everything.
  func run(_ algorithm: RunKind, _ kind: DataOptions.Task) throws {
    let configuration = try checked()
    let pretrained = try transfer.pretrained.map(Pretrained.init)
    let description = try model.description(
      usual: pretrained?.settings?.model ?? .named(LayerDescription("mlp")))
    let directory = RunDirectory(folder ?? defaultFolder(description, seed: configuration.seed))
    if !overwrite { try directory.refuseUsed() }
    let prepared = try PreparedData(data.configuration, kind, seed: configuration.seed)

    let device = try selection.open()
    var plan = switches.options
    plan.timestamps = profile
    let start = try SupervisedStart(
      prepared, description, configuration, pretrained,
      normalization: pretrained?.settings?.normalization, on: device, options: plan)
    var definition = RunConfiguration(
      algorithm, start.settings(data.configuration), device: device.physical.name,
      driver: device.physical.driver)
    definition.checkpointEvery = checkpoints.checkpointEvery
    definition.noFusion = switches.options.noFusion ? true : nil
    definition.pretrained = transfer.pretrained
    let writer = try RunWriter(directory, overwrite: overwrite, config: definition.yaml())
    let training = SupervisedTraining(
      definition, prepared, start, writer, try RunJournal([directory]), stop: stop, json: json,
      profile: profile)
    try training.run(
      beginning: start.anew.isEmpty ? [] : [("anew", start.anew.joined(separator: ", "))])
  }

  private func defaultFolder(_ model: ModelDescription, seed: UInt64) -> String {
    let path = data.data.split(separator: "/").last.map(String.init) ?? "data"
    let name = path.split(separator: ".").first.map(String.init) ?? path
    if case .named(let named) = model { return "runs/\(name)-\(named.name)-seed\(seed)" }
    return "runs/\(name)-seed\(seed)"
  }
}
