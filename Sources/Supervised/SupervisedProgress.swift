import Learning

extension Objective {
  /// Whether the metric that selects grows as models get better.
  public var isBetterLarge: Bool {
    if case .classification = self { true } else { false }
  }
}

/// Training went wrong: a loss or weights are infinite or no numbers.
public struct DivergedError: Error, CustomStringConvertible {
  /// Where it was seen, counted from 1.
  public let epoch: Int
  /// The mean loss of the epoch, or that on the validation split.
  public let loss: Double

  /// A sentence for people.
  public var description: String {
    let found =
      loss.isFinite ? "its last updates made weights that are not finite" : "the mean loss is \(loss)"
    return
      "training diverged in epoch \(epoch): \(found); a smaller learning rate or --clip-norm may help, and the checkpoints are from before"
  }
}

extension SupervisedTrainer {
  /// What an epoch gave.
  public struct Progress: Codable, Sendable {
    /// Epochs done, and those of the whole run.
    public let epoch, epochs: Int
    /// Updates and samples so far.
    public let updates, samples: Int
    /// Seconds since training began, and samples a second within this epoch's training.
    public let seconds, samplesPerSecond: Double
    /// The learning rate of the epoch's last update.
    public let learningRate: Double
    /// Means over the epoch's batches as they were learnt, with augmentation and dropout.
    public let trainLoss: Double
    /// Accuracies are of classifications.
    public let trainAccuracy: Double?
    /// The result on the validation split, if there is one.
    public let validationLoss, validationAccuracy: Double?
    /// Whether it is the best so far.
    public let isBest: Bool

    enum CodingKeys: String, CodingKey {
      case epoch, epochs, updates, samples, seconds
      case samplesPerSecond = "samples_per_second"
      case learningRate = "learning_rate"
      case trainLoss = "train_loss"
      case trainAccuracy = "train_accuracy"
      case validationLoss = "val_loss"
      case validationAccuracy = "val_accuracy"
      case isBest = "best"
    }
  }

  /// Where an epoch is that runs.
  public struct Moment: Sendable {
    /// The epoch, counted from 1.
    public let epoch: Int
    /// Batches done, and those of an epoch.
    public let batch, batches: Int
    /// The mean over the batches so far.
    public let loss: Double
    /// The same of a classification's accuracy.
    public let accuracy: Double?
  }
}
