import Recording
import Runs
import Supervised
import Vulkan

/// What a supervised run came to: the last line of `train classifier` and `train regressor`.
struct SupervisedSummary: Encodable {
  let epochs, updates: Int
  let seconds, trainLoss: Double
  /// The epoch of the weights that were kept, counted from 1.
  let bestEpoch: Int
  let valLoss, valAccuracy: Double?
  /// The result of the best weights on the test split.
  let test: EvaluationReport?
  /// Submissions to the device an epoch, since the last change of what is frozen.
  let submissionsPerEpoch: Double
  /// Bytes of the device that the run had taken at its end.
  let deviceBytes: Int
  let device, driver: String
  let weights: String
  /// Whether a signal, or --stop-after, ended it before the last epoch.
  let interrupted: Bool
  /// Whether the validation split ended it before the last epoch.
  let stoppedEarly: Bool

  init(
    _ last: SupervisedTrainer.Progress?, _ trainer: SupervisedTrainer, test: EvaluationResult?, total: Int,
    seconds: Double, device: Device, weights: String
  ) {
    epochs = trainer.epochsDone
    updates = last?.updates ?? 0
    self.seconds = last?.seconds ?? seconds
    trainLoss = last?.trainLoss ?? .nan
    bestEpoch = trainer.best?.epoch ?? epochs
    valLoss = last?.validationLoss
    valAccuracy = last?.validationAccuracy
    self.test = test.map(EvaluationReport.init)
    submissionsPerEpoch = Double(trainer.profile.submissions) / Double(max(1, trainer.profile.replays))
    self.device = device.physical.name
    driver = device.physical.driver
    deviceBytes = device.allocatedBytes
    self.weights = weights
    interrupted = !trainer.isFinished
    stoppedEarly = trainer.isFinished && epochs < total
  }

  var text: String {
    let end = interrupted ? "Stopped" : stoppedEarly ? "Stopped early" : "Trained"
    let best = bestEpoch > 0 ? "; the weights of epoch \(bestEpoch) are kept" : ""
    return "\(end): \(epochs) epochs in \(seconds.fixed(1)) s\(best).\n"
      + (test.map { "Test: \($0.line).\n" } ?? "") + "Weights: \(weights)"
  }
}
