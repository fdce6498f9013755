public import ArgumentParser
import Learning
public import Supervised

/// The settings of supervised training on the command line; defaults are the library's.
struct SupervisedOptions: ParsableArguments {
  private static let defaults = SupervisedConfiguration()

  @Option(parsing: .unconditional, help: "Passes over the training split.")
  var epochs = defaults.epochs

  @Option(parsing: .unconditional, help: "Samples in a batch.")
  var batchSize = defaults.batchSize

  @Option(parsing: .unconditional, help: "Batches whose gradients make an update.")
  var accumulate = defaults.accumulate

  @Option(
    help: ArgumentHelp(
      "The rule of update: \(SupervisedConfiguration.Rule.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "name"))
  var optimizer = defaults.optimizer

  @Option(parsing: .unconditional, help: "The largest learning rate of the schedule.")
  var learningRate = defaults.learningRate

  @Option(parsing: .unconditional, help: "Momentum of sgd and rmsprop.")
  var momentum = defaults.momentum

  @Option(
    help: ArgumentHelp(
      "How the learning rate goes: \(SupervisedConfiguration.Decay.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "name"))
  var schedule = defaults.schedule

  @Option(
    parsing: .unconditional, help: "Epochs within which the learning rate rises from nothing; may be 0.5.")
  var warmup = defaults.warmup

  @Option(parsing: .unconditional, help: "Epochs between two falls of the schedule step.")
  var stepEpochs = defaults.stepEpochs

  @Option(parsing: .unconditional, help: "What the schedule step multiplies the learning rate with.")
  var stepFactor = defaults.stepFactor

  @Option(parsing: .unconditional, help: "λ of weight decay; biases and the weights of norms have none.")
  var weightDecay = defaults.weightDecay

  @Option(parsing: .unconditional, help: "Bound of the gradient's norm; 0 is none.")
  var clipNorm = defaults.clipNorm

  @Option(parsing: .unconditional, help: "Bound of each element of the gradient; 0 is none.")
  var clipValue = defaults.clipValue

  @Option(
    parsing: .unconditional,
    help: "Decay of a running mean of the weights, which is evaluated and kept in their place; 0 is none.")
  var ema = defaults.ema

  @Option(parsing: .unconditional, help: "How much of a target is spread over all classes, from 0 to 1.")
  var labelSmoothing = defaults.labelSmoothing

  @Option(
    help: ArgumentHelp(
      "How pictures are changed at random: shift[=pixels], flip[=how often], crop=side, cutout=side, mixup=α, separated by commas; or none.",
      valueName: "changes"))
  var augment = CommaSeparated<AugmentationPart>([])

  @Option(
    parsing: .unconditional,
    help: "Epochs without a better result on the validation split that end the run; 0 never ends it early.")
  var patience = defaults.patience

  @Option(
    help: ArgumentHelp(
      "Another learning rate for some parameters, as a multiple: 'features.*=0.1'. May be given again.",
      valueName: "pattern=factor"))
  var learningRateOf: [PatternValue] = []

  @Option(
    parsing: .unconditional,
    help: "Decides every random number: the same seed, device and driver give the same bits.")
  var seed = defaults.seed

  /// The settings, without what is frozen.
  func configuration() -> SupervisedConfiguration {
    var configuration = SupervisedConfiguration()
    configuration.epochs = epochs
    configuration.batchSize = batchSize
    configuration.accumulate = accumulate
    configuration.optimizer = optimizer
    configuration.learningRate = learningRate
    configuration.momentum = momentum
    configuration.weightDecay = weightDecay
    configuration.schedule = schedule
    configuration.warmup = warmup
    configuration.stepEpochs = stepEpochs
    configuration.stepFactor = stepFactor
    configuration.clipNorm = clipNorm
    configuration.clipValue = clipValue
    configuration.ema = ema
    configuration.labelSmoothing = labelSmoothing
    for part in augment.elements { part.apply(to: &configuration.augmentation) }
    configuration.patience = patience
    configuration.groups = learningRateOf.map { ParameterGroup($0.pattern, learningRateScale: $0.value) }
    configuration.seed = seed
    return configuration
  }
}

extension SupervisedConfiguration.Rule: ExpressibleByArgument {}
extension SupervisedConfiguration.Decay: ExpressibleByArgument {}
