public import Datasets
public import Learning

/// The settings of a supervised run, beside its data and its model.
public struct SupervisedConfiguration: Configurable, Codable, Equatable {
  /// A rule of update, by PyTorch's name.
  public enum Rule: String, Codable, CaseIterable, Sendable {
    /// Gradient descent with momentum.
    case sgd
    /// Adam (Kingma and Ba 2015).
    case adam
    /// Adam whose weight decay bypasses the moments (Loshchilov and Hutter 2019).
    case adamw
    /// Gradients divided by the root of their mean square (Tieleman and Hinton 2012).
    case rmsprop
  }

  /// How the learning rate goes over the run.
  public enum Decay: String, Codable, CaseIterable, Sendable {
    /// It stays.
    case constant
    /// In a straight line to 0.
    case linear
    /// Along half a cosine to 0.
    case cosine
    /// By `stepFactor` every `stepEpochs`.
    case step
    /// Up and down once (Smith and Topin 2018).
    case oneCycle = "one-cycle"
  }

  /// From which epoch on frozen parameters learn.
  public struct Unfreezing: Configurable, Codable, Equatable {
    /// A glob over PyTorch's names.
    public var pattern: String
    /// Counted from 1.
    public var epoch: Int

    /// Nothing, from the first epoch on.
    public init() { self.init(pattern: "", epoch: 1) }
    /// Parameters that learn from `epoch` on.
    public init(pattern: String, epoch: Int) { (self.pattern, self.epoch) = (pattern, epoch) }
  }

  /// Passes over the training split.
  public var epochs = 10
  /// Samples in a batch.
  public var batchSize = 32
  /// Batches whose gradients make an update.
  public var accumulate = 1
  /// The rule of update.
  public var optimizer = Rule.adamw
  /// The largest learning rate of the schedule.
  public var learningRate = 1e-3
  /// Momentum of SGD and RMSprop.
  public var momentum = 0.9
  /// λ of weight decay; biases and the weights of norms have none.
  public var weightDecay = 1e-2
  /// How the learning rate goes.
  public var schedule = Decay.cosine
  /// Epochs within which the learning rate rises from nothing.
  public var warmup = 0.0
  /// Of the schedule `step`: epochs between two falls.
  public var stepEpochs = 3
  /// Of the schedule `step`: what the rate is multiplied with at a fall.
  public var stepFactor = 0.1
  /// Bound of the gradient's norm; 0 is none.
  public var clipNorm = 0.0
  /// Bound of each element of the gradient; 0 is none.
  public var clipValue = 0.0
  /// Decay of the running mean of the weights that is evaluated and kept; 0 is none.
  public var ema = 0.0
  /// How much of a target is spread over all classes.
  public var labelSmoothing = 0.0
  /// How pictures are changed.
  public var augmentation = Augmentation()
  /// Epochs without a better result on the validation split that end the run; 0 is none.
  public var patience = 0
  /// Globs over the names of parameters that keep their values.
  public var freeze: [String] = []
  /// Parts of what is frozen that learn later.
  public var unfreeze: [Unfreezing] = []
  /// Learning rates of parts, as multiples.
  public var groups: [ParameterGroup] = []
  /// Decides every random number of the run.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}

  enum CodingKeys: String, CodingKey {
    case epochs, accumulate, optimizer, momentum, schedule, warmup, ema, augmentation, patience, freeze,
      unfreeze,
      groups, seed
    case batchSize = "batch_size"
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case stepEpochs = "step_epochs"
    case stepFactor = "step_factor"
    case clipNorm = "clip_norm"
    case clipValue = "clip_value"
    case labelSmoothing = "label_smoothing"
  }

  /// Looks at every setting.
  ///
  /// - Throws: `ConfigurationError` for the first that can't be used.
  public func validate() throws(ConfigurationError) {
    for setting in Self.settings { try setting.check(self) }
    try ConfigurationError.check("warmup", warmup, in: 0...Double(epochs))
    for unfreezing in unfreeze {
      try ConfigurationError.check("unfreeze", unfreezing.epoch, in: 1...epochs)
    }
    guard schedule != .oneCycle || warmup == 0 else {
      throw ConfigurationError(field: "warmup", reason: "is \(warmup); a one-cycle schedule has its own")
    }
  }

  /// The schedule of a run whose epochs have `updates` updates.
  func schedule(updatesPerEpoch updates: Int) throws(ConfigurationError) -> Schedule {
    let warm = Int((warmup * Double(updates)).rounded())
    let total = max(1, epochs * updates - warm)
    let course: Schedule.Course =
      switch schedule {
      case .constant: .constant
      case .linear: .linear(endFactor: 0, total: total)
      case .cosine: .cosine(minimum: 0, total: total)
      case .step: .step(size: stepEpochs * updates, gamma: stepFactor)
      case .oneCycle: .oneCycle(total: total)
      }
    return try Schedule(
      course, learningRate: learningRate, warmup: warm, warmupFactor: 1 / Double(max(1, warm)))
  }

  /// An optimizer of `network` with these settings; frozen parameters stay as they are.
  func makeOptimizer(_ network: Network) throws -> any Optimizer {
    let groups = try ParameterGroups(network, weightDecay: weightDecay, rules: groups)
    return switch optimizer {
    case .sgd: try SGD(network, momentum: momentum, groups: groups)
    case .adam: try Adam(network, groups: groups)
    case .adamw: try Adam(network, groups: groups, decoupledWeightDecay: true)
    case .rmsprop: try RMSprop(network, momentum: momentum, groups: groups)
    }
  }
}
