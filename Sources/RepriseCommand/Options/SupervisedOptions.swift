public import ArgumentParser
import Datasets
import Learning
public import Supervised

/// The settings of supervised training on the command line; what isn't given is as the file or the library has it.
struct SupervisedOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("epochs"))
  var epochs: Int?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("batch_size"))
  var batchSize: Int?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("accumulate"))
  var accumulate: Int?

  @Option(help: SupervisedConfiguration.help("optimizer", valueName: "name"))
  var optimizer: SupervisedConfiguration.Rule?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("learning_rate"))
  var learningRate: Double?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("momentum"))
  var momentum: Double?

  @Option(help: SupervisedConfiguration.help("schedule", valueName: "name"))
  var schedule: SupervisedConfiguration.Decay?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("warmup"))
  var warmup: Double?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("step_epochs"))
  var stepEpochs: Int?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("step_factor"))
  var stepFactor: Double?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("weight_decay"))
  var weightDecay: Double?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("clip_norm"))
  var clipNorm: Double?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("clip_value"))
  var clipValue: Double?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("ema"))
  var ema: Double?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("label_smoothing"))
  var labelSmoothing: Double?

  @Option(
    help: ArgumentHelp(
      "How pictures are changed at random: shift[=pixels], flip[=how often], crop=side, cutout=side, mixup=α, separated by commas; or none. (default: none)",
      valueName: "changes"))
  var augment: CommaSeparated<AugmentationPart>?

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("patience"))
  var patience: Int?

  @Option(
    help: ArgumentHelp(
      "Another learning rate for some parameters, as a multiple: 'features.*=0.1'. May be given again.",
      valueName: "pattern=factor"))
  var learningRateOf: [PatternValue] = []

  @Option(parsing: .unconditional, help: SupervisedConfiguration.help("seed"))
  var seed: UInt64?

  /// What is said here, but for lists.
  var given: [SettingArgument] {
    .given(
      ("epochs", epochs), ("batch_size", batchSize), ("accumulate", accumulate),
      ("optimizer", optimizer?.rawValue), ("learning_rate", learningRate), ("momentum", momentum),
      ("schedule", schedule?.rawValue), ("warmup", warmup), ("step_epochs", stepEpochs),
      ("step_factor", stepFactor), ("weight_decay", weightDecay), ("clip_norm", clipNorm),
      ("clip_value", clipValue), ("ema", ema), ("label_smoothing", labelSmoothing), ("patience", patience),
      ("seed", seed)) + (augment.map { Self.given($0.elements) } ?? [])
  }

  /// All changes of pictures: what the option doesn't name isn't done.
  private static func given(_ parts: [AugmentationPart]) -> [SettingArgument] {
    var configuration = SupervisedConfiguration()
    for part in parts { part.apply(to: &configuration.augmentation) }
    return SupervisedConfiguration.settings.filter { $0.name.hasPrefix("augmentation.") }
      .map { SettingArgument($0.name, $0.text(configuration)) }
  }

  /// Sets learning rates of parts.
  ///
  /// - Returns: the names of what was set.
  func apply(to configuration: inout SupervisedConfiguration) -> [String] {
    guard !learningRateOf.isEmpty else { return [] }
    configuration.groups = learningRateOf.map { ParameterGroup($0.pattern, learningRateScale: $0.value) }
    return ["groups"]
  }
}

extension Configurable {
  /// The help of an option for a setting: what it means, what it may be, its default.
  static func help(_ name: String, valueName: String? = nil) -> ArgumentHelp {
    guard let setting = setting(name) else { preconditionFailure("\(name) is in no table") }
    // The parser lists the words of a choice itself.
    let values = if case .choice = setting.kind { "" } else { setting.values }
    let facts = [values, "default: \(setting.text(Self()))"].filter { !$0.isEmpty }
    return ArgumentHelp("\(setting.help) (\(facts.joined(separator: "; ")))", valueName: valueName)
  }
}

extension SupervisedConfiguration.Rule: ExpressibleByArgument {}
extension SupervisedConfiguration.Decay: ExpressibleByArgument {}
