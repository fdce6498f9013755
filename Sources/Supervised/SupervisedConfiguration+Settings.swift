import Datasets
public import Learning

extension SupervisedConfiguration {
  /// All settings but for lists of what has settings itself, `unfreeze` and `groups`; those of pictures begin with
  /// `augmentation.`.
  public static var settings: [Setting<SupervisedConfiguration>] {
    [
      .integer("epochs", \.epochs, in: 1...1_000_000, "Passes over the training split."),
      .integer("batch_size", \.batchSize, in: 1...1 << 20, "Samples in a batch."),
      .integer("accumulate", \.accumulate, in: 1...1 << 16, "Batches whose gradients make an update."),
      .choice("optimizer", \.optimizer, "The rule of update."),
      .number("learning_rate", \.learningRate, in: 1e-12...10, "The largest learning rate of the schedule."),
      .number("momentum", \.momentum, in: 0..<1, "Momentum of sgd and rmsprop."),
      .choice("schedule", \.schedule, "How the learning rate goes."),
      .number(
        "warmup", \.warmup, in: 0...1_000_000,
        "Epochs within which the learning rate rises from nothing; may be 0.5."),
      .integer(
        "step_epochs", \.stepEpochs, in: 1...1_000_000, "Epochs between two falls of the schedule step."),
      .number(
        "step_factor", \.stepFactor, in: 1e-6...1, "What the schedule step multiplies the learning rate with."
      ),
      .number(
        "weight_decay", \.weightDecay, in: 0...10,
        "λ of weight decay; biases and the weights of norms have none."),
      .number("clip_norm", \.clipNorm, in: 0...1e12, "Bound of the gradient's norm; 0 is none."),
      .number("clip_value", \.clipValue, in: 0...1e12, "Bound of each element of the gradient; 0 is none."),
      .number(
        "ema", \.ema, in: 0..<1,
        "Decay of a running mean of the weights, which is evaluated and kept in their place; 0 is none."),
      .number(
        "label_smoothing", \.labelSmoothing, in: 0...1, "How much of a target is spread over all classes."),
      .integer(
        "patience", \.patience, in: 0...1_000_000,
        "Epochs without a better result on the validation split that end the run; 0 never ends it early."),
      .integer(
        "augmentation.shift", \.augmentation.shift, in: 0...4096,
        "Pixels by which pictures are shifted at most, each way."),
      .number(
        "augmentation.flip", \.augmentation.flip, in: 0...1, "How often a picture is mirrored left to right."),
      .optional(
        "augmentation.crop", \.augmentation.crop, in: 1...4096,
        "Side of the squares that are cropped, in pixels."),
      .integer(
        "augmentation.cutout", \.augmentation.cutout, in: 0...4096,
        "Side of a square that is set to the mean, in pixels; 0 is none."),
      .number(
        "augmentation.mixup", \.augmentation.mixup, in: 0...100,
        "α of the Beta distribution that weights two samples of a batch; 0 is none."),
      .words("freeze", \.freeze, "Globs over the names of parameters that keep their values: 'features.*'."),
      .seed(
        "seed", \.seed, "Decides every random number: the same seed, device and driver give the same bits."),
    ]
  }
}

extension SupervisedConfiguration.Unfreezing {
  /// What a line of `unfreeze` says.
  public static var settings: [Setting<Self>] {
    [
      .word("pattern", \.pattern, "Frozen parameters: 'features.*'.") { _ in },
      .integer("epoch", \.epoch, in: 1...1_000_000, "The epoch, counted from 1, from which on they learn."),
    ]
  }
}
