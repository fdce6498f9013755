public import ArgumentParser
import Learning
public import Reinforcement

/// The settings of PPO on the command line; defaults are the library's.
struct PPOOptions: ParsableArguments {
  private static let defaults = PPOConfiguration()

  @Option(
    help: ArgumentHelp("The environment: \(Environments.names.joined(separator: ", ")).", valueName: "name"))
  var environment = defaults.environment

  @Option(
    parsing: .unconditional,
    help: "Environment steps of the whole run, over all copies; rounded up to whole iterations.")
  var steps = defaults.steps

  @Option(parsing: .unconditional, help: "Copies of the environment that are stepped side by side.")
  var environments = defaults.environments

  @Option(parsing: .unconditional, help: "Steps of each copy in an iteration.")
  var horizon = defaults.horizon

  @Option(parsing: .unconditional, help: "Passes over the samples of an iteration.")
  var epochs = defaults.epochs

  @Option(
    parsing: .unconditional,
    help: "Parts that each pass is cut into, one update each; must divide environments × horizon.")
  var minibatches = defaults.minibatches

  @Option(help: ArgumentHelp("Units of the hidden layers, separated by commas.", valueName: "units"))
  var hidden = CommaSeparated(defaults.hidden)

  @Option(parsing: .unconditional, help: "Adam's step size.")
  var learningRate = defaults.learningRate

  @Option(parsing: .unconditional, help: "γ, the discount of rewards a step, from 0 to 1.")
  var gamma = defaults.gamma

  @Option(parsing: .unconditional, help: "λ of generalized advantage estimation, from 0 to 1.")
  var gaeLambda = defaults.gaeLambda

  @Option(parsing: .unconditional, help: "Bound of the probability ratio's distance from 1.")
  var clip = defaults.clip

  @Option(parsing: .unconditional, help: "Weight of the entropy in the loss.")
  var entropy = defaults.entropy

  @Option(parsing: .unconditional, help: "Weight of the value loss in the loss.")
  var valueCoefficient = defaults.valueCoefficient

  @Option(parsing: .unconditional, help: "Bound of the gradient's norm.")
  var maxGradientNorm = defaults.maximumGradientNorm

  @Option(
    parsing: .unconditional,
    help: "Logarithm of the standard deviations that continuous actions start with.")
  var logStandardDeviation = defaults.logStandardDeviation
  @Option(
    help: ArgumentHelp(
      "What goes down in a straight line to 0 over the run, separated by commas: "
        + "\(Anneal.allCases.map(\.rawValue).joined(separator: ", ")); or none.", valueName: "what"))
  var anneal = CommaSeparated(defaults.anneal)

  @Option(
    parsing: .unconditional,
    help: "Decides every random number: the same seed, device and driver give the same bits.")
  var seed = defaults.seed

  /// The settings, looked at one by one.
  ///
  /// - Throws: `ConfigurationError` for the first that can't be used.
  func configuration() throws(ConfigurationError) -> PPOConfiguration {
    var configuration = PPOConfiguration()
    configuration.environment = environment
    configuration.steps = steps
    configuration.environments = environments
    configuration.horizon = horizon
    configuration.epochs = epochs
    configuration.minibatches = minibatches
    configuration.hidden = hidden.elements
    configuration.learningRate = learningRate
    configuration.gamma = gamma
    configuration.gaeLambda = gaeLambda
    configuration.clip = clip
    configuration.entropy = entropy
    configuration.valueCoefficient = valueCoefficient
    configuration.maximumGradientNorm = maxGradientNorm
    configuration.logStandardDeviation = logStandardDeviation
    configuration.anneal = anneal.elements
    configuration.seed = seed
    try configuration.validate()
    return configuration
  }
}

extension Anneal: ExpressibleByArgument {}

/// A list in one argument: `64,64`; `none` is the empty list.
struct CommaSeparated<Element: ExpressibleByArgument & Sendable>: ExpressibleByArgument, Sendable {
  let elements: [Element]

  init(_ elements: [Element]) { self.elements = elements }

  init?(argument: String) {
    var elements: [Element] = []
    for part in argument == "none" ? [] : argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let element = Element(argument: String(part)) else { return nil }
      elements.append(element)
    }
    self.elements = elements
  }

  var defaultValueDescription: String {
    elements.isEmpty ? "none" : elements.map(\.defaultValueDescription).joined(separator: ",")
  }
}
