import Runs
import Supervised
import Vulkan

/// Progress in a line each: what is printed where no block can be, and what log.txt has.
extension ViewState {
  /// The last iteration of all agents, or the last epoch.
  var line: String {
    guard let row = rows.first else { return "nothing yet" }
    guard !row.isEpoch else {
      return Self.text(epoch: row) + (done < total ? "  \((secondsLeft ?? 0).clock) left" : "")
    }
    let metrics = metrics.prefix(3).map { "\($0) \((mean($0) ?? .nan).fixed(3))" }
    return [
      "\(Self.steps(of: rows).grouped) steps (\(percent)%)", "\(rate?.short ?? "–")/s",
      "\(secondsLeft?.clock ?? "–:––") left",
      "return \(meanAndRange(rows.compactMap { $0["return_mean"] }))", metrics.joined(separator: ", "),
    ].joined(separator: "  ")
  }

  /// Evaluations of all agents.
  static func text(evaluations: [MetricsRow]) -> String {
    let best = evaluations.count { $0["is_best"] == 1 }
    let returns = meanAndRange(evaluations.compactMap { $0["evaluation_return_mean"] })
    return "\(steps(of: evaluations).grouped) steps: evaluated, return \(returns)"
      + (best == 0 ? "" : evaluations.count == 1 ? ", the best so far" : ", the best so far of \(best)")
  }

  /// An epoch that has ended.
  static func text(epoch row: MetricsRow) -> String {
    let validation = row["val_loss"].map {
      "validation \(result($0, row["val_accuracy"]))" + (row["best"] == 1 ? ", the best" : "")
    }
    return [
      "epoch \(row.done)/\(row.total)",
      "training \(result(row["train_loss"] ?? .nan, row["train_accuracy"]))", validation,
      "\((row["samples_per_second"] ?? 0).short) samples/s",
    ].compactMap(\.self).joined(separator: "  ")
  }

  /// `loss 0.1234 accuracy 98.76%`.
  static func result(_ loss: Double, _ accuracy: Double?) -> String {
    "loss \(loss.fixed(4))" + (accuracy.map { " accuracy \((100 * $0).fixed(2))%" } ?? "")
  }

  /// Whole percents that are done.
  var percent: Int { Int(100 * part) }

  /// Whether the last iteration made another tenth of the run full.
  var completesTenth: Bool {
    done == total || total > 0 && 10 * done / total > 10 * max(0, done - 1) / total
  }
}

/// `200.0`, or of several numbers `200.0 (100.0 to 300.0)`.
func meanAndRange(_ values: [Double]) -> String {
  guard let mean = values.mean, let least = values.min(), let most = values.max() else { return "–" }
  return values.count == 1 ? mean.fixed(1) : "\(mean.fixed(1)) (\(least.fixed(1)) to \(most.fixed(1)))"
}
