/// Ends training when a metric of the validation split has not improved for some epochs.
public struct EarlyStopping: Sendable, Equatable {
  /// Which way a metric improves.
  public enum Mode: String, Codable, CaseIterable, Sendable {
    /// Downwards, as a loss.
    case min
    /// Upwards, as an accuracy.
    case max
  }

  /// Epochs in a row without an improvement that end training.
  public let patience: Int
  /// What counts as an improvement is more than this.
  public let minimumDelta: Double
  /// Which way the metric improves.
  public let mode: Mode
  /// The best metric so far; nil before the first number.
  public private(set) var best: Double?
  /// The epoch of the best metric, counted from 1; 0 before there is one.
  public private(set) var bestEpoch = 0
  /// Epochs so far.
  public private(set) var epochs = 0

  /// - Throws: `ConfigurationError` for a patience below 1 or a difference below 0.
  public init(patience: Int, minimumDelta: Double = 0, mode: Mode = .min) throws(ConfigurationError) {
    try ConfigurationError.check("patience", patience, in: 1...1 << 30)
    try ConfigurationError.check("minimum-delta", minimumDelta, in: 0...Double.greatestFiniteMagnitude)
    self.patience = patience
    self.minimumDelta = minimumDelta
    self.mode = mode
  }

  /// Goes on after `epochs` epochs, of which `bestEpoch`, counted from 1, had the best metric; 0 where none had a number.
  public mutating func resume(after epochs: Int, best: Double?, bestEpoch: Int) {
    (self.epochs, self.best, self.bestEpoch) = (epochs, best, bestEpoch)
  }

  /// Whether there have been enough epochs without an improvement.
  public var isOver: Bool { epochs - bestEpoch >= patience }

  /// Takes the metric of the next epoch, and says whether training should end. NaN is no improvement.
  public mutating func shouldStop(after metric: Double) -> Bool {
    epochs += 1
    let gain = best.map { mode == .min ? $0 - metric : metric - $0 } ?? .infinity
    if gain > minimumDelta && !metric.isNaN {
      best = metric
      bestEpoch = epochs
    }
    return isOver
  }
}
