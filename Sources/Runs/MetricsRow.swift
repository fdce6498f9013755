import Foundation
package import Reinforcement
package import Supervised

/// A line of metrics.jsonl, an iteration, an evaluation or an epoch, as numbers by their names; true is 1, false 0.
package struct MetricsRow: Sendable {
  package let values: [String: Double]

  package init(_ values: [String: Double]) { self.values = values }

  /// The line of an iteration of an agent.
  package init(_ progress: TrainingProgress) {
    var values = Dictionary(progress.metrics.map { ($0.name, $0.value) }) { $1 }
    (values["iteration"], values["iterations"]) = (Double(progress.iteration), Double(progress.iterations))
    (values["steps"], values["seconds"]) = (Double(progress.steps), progress.seconds)
    values["steps_per_second"] = progress.stepsPerSecond
    (values["return_mean"], values["length_mean"]) = (progress.returnMean, progress.lengthMean)
    (values["episodes"], values["faults"]) = (Double(progress.episodes), Double(progress.faults))
    self.values = values
  }

  /// The line of an epoch.
  package init(_ progress: SupervisedTrainer.Progress) {
    var values = [
      "epoch": Double(progress.epoch), "epochs": Double(progress.epochs), "seconds": progress.seconds,
      "samples_per_second": progress.samplesPerSecond, "learning_rate": progress.learningRate,
      "train_loss": progress.trainLoss, "best": progress.isBest ? 1 : 0,
    ]
    (values["train_accuracy"], values["val_accuracy"]) = (progress.trainAccuracy, progress.validationAccuracy)
    values["val_loss"] = progress.validationLoss
    self.values = values
  }

  /// Reads a line; nil where it is no JSON object of numbers with `steps` or `epoch`.
  package init?(line: some Sequence<UInt8>) {
    guard let cells = try? JSONDecoder().decode([String: MetricCell].self, from: Data(line)) else {
      return nil
    }
    values = cells.compactMapValues(\.number)
    guard values["steps"] ?? values["epoch"] != nil else { return nil }
  }

  /// The numbers of a policy's lines, whose iterations report `metrics`.
  package static func columns(ofIterations metrics: [String], isEvaluated: Bool) -> [String] {
    ["return_mean", "length_mean", "episodes", "faults", "steps_per_second"] + metrics
      + (isEvaluated ? ["evaluation_return_mean", "evaluation_return_std", "evaluation_length_mean"] : [])
  }

  /// The numbers of lines of epochs.
  package static func columns(ofEpochs kind: RunKind, isValidated: Bool) -> [String] {
    let parts = isValidated ? ["train", "val"] : ["train"]
    let results = kind == .classifier ? ["loss", "accuracy"] : ["loss"]
    return parts.flatMap { part in results.map { "\(part)_\($0)" } }
      + ["learning_rate", "samples_per_second"]
  }

  package subscript(name: String) -> Double? { values[name] }

  /// A value as a whole number; 0 where there is none.
  package func count(_ name: String) -> Int { values[name].flatMap { Int(exactly: $0.rounded()) } ?? 0 }

  /// Whether it is an evaluation's, and not of training.
  package var isEvaluation: Bool { values["evaluation_return_mean"] != nil }

  /// Whether it is of a classifier or regressor.
  package var isEpoch: Bool { values["epoch"] != nil }

  /// Iterations or epochs done, and those of the whole run.
  package var done: Int { count(isEpoch ? "epoch" : "iteration") }
  package var total: Int { count(isEpoch ? "epochs" : "iterations") }

  /// The names of numbers that say where a run is, not how it does.
  package static let places: Set<String> = [
    "steps", "iteration", "iterations", "seconds", "epoch", "epochs", "seed", "samples", "updates",
    "evaluation_episodes", "best", "is_best",
  ]
}

/// A value of a line: a number, true or false, or what JSON has no word for; others are no metrics.
struct MetricCell: Decodable {
  let number: Double?

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      number = flag ? 1 : 0
    } else if let number = try? container.decode(Double.self) {
      self.number = number
    } else if let word = try? container.decode(String.self) {
      switch word {
      case "NaN": number = .nan
      case "Infinity": number = .infinity
      case "-Infinity": number = -.infinity
      default:
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(word)' is no number")
      }
    } else {
      number = nil
    }
  }
}
