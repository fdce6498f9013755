public import Learning

/// How continuous actions are explored.
public enum ExplorationNoise: String, CaseIterable, Sendable {
  /// By noise of its own at each step, of a learnt deviation.
  case gaussian
  /// By a function of the state that is drawn anew now and then (gSDE; Raffin, Kober and Stulp 2021).
  case gsde
}

/// What goes down in a straight line to 0 at the end of training.
public enum Anneal: String, CaseIterable, Sendable {
  /// Adam's step size.
  case learningRate = "learning-rate"
  /// The bound of the importance ratio.
  case clip
  /// The weight of the entropy in the loss.
  case entropy
}

/// The settings of a PPO run; the defaults train CartPole.
public struct PPOConfiguration: AlgorithmConfiguration {
  /// What all algorithms have.
  public var common = CommonSettings(environment: "cartpole", steps: 200_000, environments: 64)
  /// Actions of each copy in an iteration.
  public var horizon = 32
  /// Passes over the samples of an iteration.
  public var epochs = 10
  /// Parts that a pass is cut into; each gives one update.
  public var minibatches = 8
  /// Units of the hidden layers, of the policy and of the value function alike.
  public var hidden = [64, 64]
  /// Whether policy and value function have their hidden layers in common.
  public var sharedTrunk = false
  /// Units of a GRU between shared hidden layers and both heads, which remembers an episode; 0 for none.
  public var recurrentSize = 0
  /// Steps that the gradient of a recurrent policy goes back over; 0 for the horizon.
  public var sequenceLength = 0
  /// Adam's step size.
  public var learningRate = 1e-3
  /// The KL divergence that the step size is steered to, by factors of 1.5 after each update; nil to leave it alone.
  public var adaptiveKL: Double?
  /// The KL divergence beyond which an iteration's updates end; nil for none.
  public var targetKL: Double?
  /// γ, the discount of rewards.
  public var gamma = 0.98
  /// λ of generalized advantage estimation.
  public var gaeLambda = 0.8
  /// Bound of the importance ratio's distance from 1.
  public var clip = 0.2
  /// Bound of the value function's distance from its prediction during the rollout; nil for none.
  public var valueClip: Double?
  /// Whether advantages have mean 0 and deviation 1 in each minibatch.
  public var normalizeAdvantages = true
  /// Whether observations are normalised by their running statistics, and rewards by the spread of discounted returns.
  public var normalizeObservations = false, normalizeRewards = false
  /// Bound of what normalisation gives.
  public var normalizationLimit = 10.0
  /// Weight of the entropy in the loss.
  public var entropy = 0.0
  /// Weight of the value loss.
  public var valueCoefficient = 0.5
  /// Bound of the gradient's norm.
  public var maximumGradientNorm = 0.5
  /// How continuous actions are explored.
  public var exploration = ExplorationNoise.gaussian
  /// Actions between two draws of gSDE's function; 0 for one a rollout.
  public var sampleEvery = 0
  /// Logarithm of the standard deviations that continuous actions start with.
  public var logStandardDeviation = 0.0
  /// Whether rollouts are steps of a recorded pass each, as they are where the policy can't be evaluated in one kernel.
  public var stepByStep = false
  /// What goes down in a straight line to 0.
  public var anneal: [Anneal] = [.learningRate, .clip]

  /// The defaults.
  public init() {}

  /// Samples of an iteration.
  public var batch: Int { self.environments * horizon }
  /// Environment steps of an iteration, over all copies.
  public var stepsPerIteration: Int { stepsPerAction * horizon }
  /// Updates of an iteration.
  var updates: Int { epochs * minibatches }
  /// A recurrent one does.
  public var remembers: Bool { recurrentSize > 0 }
  /// Whether policy and value function are heads on features that they have in common.
  var hasCommonFeatures: Bool { sharedTrunk || recurrentSize > 0 }
  /// Steps that a recurrent policy is unrolled over in an update, and the most of them.
  var unrolledSteps: Int { sequenceLength > 0 ? sequenceLength : horizon }
  static let maximumUnrolledSteps = 256
  /// Iterations of the whole run.
  public var iterations: Int { (self.steps + stepsPerIteration - 1) / stepsPerIteration }

  /// All settings.
  public static var settings: [Setting<PPOConfiguration>] {
    common + [
      .integer(
        "environments", \.environments, in: 1...1 << 20,
        "Copies of the environment that are stepped side by side."),
      .integer("horizon", \.horizon, in: 1...1 << 15, "Actions of each copy in an iteration."),
      .integer("epochs", \.epochs, in: 1...1000, "Passes over the samples of an iteration."),
      .integer(
        "minibatches", \.minibatches, in: 1...1 << 20,
        "Parts that each pass is cut into, one update each; must divide environments × horizon."),
      .integers(
        "hidden", \.hidden, count: 0...32, in: 1...1 << 16,
        "Units of the hidden layers, of the policy and of the value function alike."),
      .flag(
        "shared_trunk", \.sharedTrunk, "Whether policy and value function have their hidden layers in common."
      ),
      .integer(
        "recurrent_size", \.recurrentSize, in: 0...1 << 12,
        "Units of a GRU that remembers the episode, between hidden layers and heads that policy and value function then have in common; 0 for none."
      ),
      .integer(
        "sequence_length", \.sequenceLength, in: 0...maximumUnrolledSteps,
        "Steps that a recurrent policy's gradient goes back over; must divide horizon; 0 for all of it."),
      .number("learning_rate", \.learningRate, in: 1e-12...10, "Adam's step size."),
      .optional(
        "adaptive_kl", \.adaptiveKL, in: 1e-9...1e3,
        "KL divergence that the step size is steered to, by factors of 1.5 after each update."),
      .optional(
        "target_kl", \.targetKL, in: 1e-9...1e3,
        "KL divergence beyond 1.5 times which an iteration's updates end, decided on the device."),
      .number("gamma", \.gamma, in: 0...1, "γ, the discount of rewards an action."),
      .number("gae_lambda", \.gaeLambda, in: 0...1, "λ of generalized advantage estimation."),
      .number("clip", \.clip, in: 1e-6...1e6, "Bound of the probability ratio's distance from 1."),
      .optional(
        "value_clip", \.valueClip, in: 1e-9...1e9,
        "Bound of the value function's distance from its prediction during the rollout."),
      .flag(
        "normalize_advantages", \.normalizeAdvantages,
        "Whether advantages have mean 0 and deviation 1 in each minibatch."),
      .flag(
        "normalize_observations", \.normalizeObservations,
        "Whether observations are normalised by their running mean and variance."),
      .flag(
        "normalize_rewards", \.normalizeRewards,
        "Whether rewards are divided by the running deviation of discounted returns."),
      .number(
        "normalization_limit", \.normalizationLimit, in: 1e-3...1e9, "Bound of what normalisation gives."),
      .number("entropy", \.entropy, in: 0...1e6, "Weight of the entropy in the loss."),
      .number("value_coefficient", \.valueCoefficient, in: 0...1e6, "Weight of the value loss in the loss."),
      .number("max_gradient_norm", \.maximumGradientNorm, in: 1e-12...1e12, "Bound of the gradient's norm."),
      .number(
        "log_standard_deviation", \.logStandardDeviation, in: -20...5,
        "Logarithm of the standard deviations that continuous actions start with."),
      .choice("exploration", \.exploration, "How continuous actions are explored"),
      .integer(
        "sample_every", \.sampleEvery, in: 0...1 << 20,
        "Actions between two draws of gSDE's function; 0 for one a rollout."),
      .flag(
        "step_by_step", \.stepByStep,
        "Whether rollouts are steps of a recorded pass each, as they are with gSDE, with a recurrent policy, with a frame_stack above 1, and where the policy is too large for one kernel."
      ),
      .choices("anneal", \.anneal, "What goes down in a straight line to 0 over the run"),
    ]
  }

  /// Whether a rollout is one dispatch, in which the policy is evaluated.
  var isRolloutFused: Bool {
    !stepByStep && recurrentSize == 0 && exploration == .gaussian && self.frameStack == 1
      && hidden.count < MultilayerPerceptron.maximumLayers
      && hidden.allSatisfy { $0 <= 1024 }
  }

  /// What settings can't tell alone.
  public func checkTogether(in environment: any Environment) throws(ConfigurationError) {
    guard batch <= 1 << 28 else {
      throw ConfigurationError(
        field: "environments",
        reason: "times horizon is \(batch) samples an iteration; the most is \(1 << 28)")
    }
    guard batch % minibatches == 0 else {
      throw ConfigurationError(
        field: "minibatches",
        reason:
          "\(minibatches) do not divide the \(batch) samples of an iteration (\(self.environments) environments × \(horizon) actions)"
      )
    }
    try checkSequences()
    guard batch / minibatches > 1 || !normalizeAdvantages else {
      throw ConfigurationError(
        field: "minibatches", reason: "of one sample have no spread to normalise advantages by; use fewer")
    }
    let space = environment.actionSpace
    guard exploration == .gaussian || space.counts == nil else {
      throw ConfigurationError(
        field: "exploration",
        reason: "gsde is for continuous actions; \(environment.name) has \(space.description)")
    }
  }

  /// That recurrent policies can be unrolled, and that minibatches are of whole sequences.
  private func checkSequences() throws(ConfigurationError) {
    guard recurrentSize > 0 else {
      guard sequenceLength == 0 else {
        throw ConfigurationError(
          field: "sequence-length",
          reason: "is \(sequenceLength), but the policy does not remember; set recurrent-size")
      }
      return
    }
    guard unrolledSteps <= Self.maximumUnrolledSteps else {
      throw ConfigurationError(
        field: "sequence-length",
        reason:
          "is the whole horizon, \(horizon) steps; a recurrent policy is unrolled over at most \(Self.maximumUnrolledSteps)"
      )
    }
    guard horizon % unrolledSteps == 0 else {
      throw ConfigurationError(
        field: "sequence-length",
        reason: "of \(sequenceLength) does not divide the \(horizon) steps of the horizon")
    }
    let sequences = batch / unrolledSteps
    guard sequences % minibatches == 0 else {
      throw ConfigurationError(
        field: "minibatches",
        reason:
          "\(minibatches) do not divide the \(sequences) sequences of an iteration (\(self.environments) environments × \(horizon / unrolledSteps) of \(unrolledSteps) steps)"
      )
    }
  }
}
