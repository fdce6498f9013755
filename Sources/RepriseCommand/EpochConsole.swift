import Runs
import Supervised
import Vulkan

/// Shows supervised training as it goes: a line an epoch, on a terminal one that moves within it, or JSON.
final class EpochConsole {
  private let console: Console
  private var secondsPerEpoch: Double?

  init(json: Bool) { console = Console(json: json) }

  /// Shows an epoch that has ended.
  func show(_ progress: SupervisedTrainer.Progress) throws {
    secondsPerEpoch = progress.seconds / Double(progress.epoch)
    if console.style == .json { return try writeLine(jsonText(progress)) }
    let left = Double(progress.epochs - progress.epoch) * (secondsPerEpoch ?? 0)
    try console.line(
      Self.text(progress) + (progress.epoch < progress.epochs ? "  \(left.clock) left" : ""))
  }

  /// An epoch that has ended, in a line.
  static func text(_ progress: SupervisedTrainer.Progress) -> String {
    let validation = progress.validationLoss.map {
      result("validation", $0, progress.validationAccuracy) + (progress.isBest ? ", the best" : "")
    }
    return [
      "epoch \(progress.epoch)/\(progress.epochs)",
      result("training", progress.trainLoss, progress.trainAccuracy), validation,
      "\(progress.samplesPerSecond.short) samples/s",
    ].compactMap(\.self).joined(separator: "  ")
  }

  /// Shows where an epoch is that runs.
  func show(_ moment: SupervisedTrainer.Moment) {
    guard console.style == .live else { return }
    let part = Double(moment.batch) / Double(max(1, moment.batches))
    let left = secondsPerEpoch.map { "  \(((1 - part) * $0).clock) left in it" } ?? ""
    // A terminal that is gone is noticed when the epoch's line is written.
    try? console.live(
      "epoch \(moment.epoch)  batch \(moment.batch.grouped)/\(moment.batches.grouped) (\(Int(100 * part))%)  "
        + Self.result("training", moment.loss, moment.accuracy) + left)
  }

  /// Ends the live line.
  func end() { console.end() }

  private static func result(_ split: String, _ loss: Double, _ accuracy: Double?) -> String {
    "\(split) loss \(loss.fixed(4))" + (accuracy.map { " accuracy \((100 * $0).fixed(2))%" } ?? "")
  }
}
