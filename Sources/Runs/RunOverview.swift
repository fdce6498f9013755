package import Foundation

/// What a run of one agent, or of a classifier or regressor, has come to: what its files say at a glance.
package struct RunOverview: Sendable {
  /// Where a run is.
  package enum Status: String, Encodable, Sendable, CaseIterable {
    // The worst first: what is said of several seeds.
    case damaged, failed, killed, interrupted, running, finished
  }

  /// What results are of.
  package enum Metric: String, Encodable, Sendable {
    case evaluationReturn = "evaluation_return_mean"
    case episodeReturn = "return_mean"
    case accuracy, loss

    /// Whether more is better.
    package var isBetterLarge: Bool { self != .loss }
  }

  package let path: String
  package private(set) var status = Status.damaged
  /// What is wrong with the files, or why the run ended.
  package private(set) var reason: String?
  /// What trained, and the environment or the data.
  package private(set) var algorithm, task: String?
  package private(set) var seed: Int?
  /// The part of the run that is done, from 0 to 1.
  package private(set) var progress: Double?
  /// Environment steps or epochs that are done, and the seconds that they took.
  package private(set) var steps: Int?
  package private(set) var seconds: Double?
  /// Environment steps, or samples of a classifier or regressor, a second.
  package private(set) var stepsPerSecond: Double?
  package private(set) var metric: Metric?
  /// The return of the best evaluation, else the mean return of the last episodes; or the best accuracy or loss.
  package private(set) var best: Double?
  /// The same at the end.
  package private(set) var last: Double?
  /// The last sign of life.
  package let date: Date
  /// What config.yaml says; empty where it can't be read.
  package private(set) var settings: [FlatSettings.Entry] = []

  /// Reads the files of a run; what is wrong with them is part of the result.
  package init(of run: RunDirectory) {
    path = run.path
    date = [run.metrics, run.config, run.path].lazy.compactMap(modificationDate).first ?? .distantPast
    do throws(CommandFailure) {
      let root = try composedYAML(file: run.config)
      try RunFormat.refuseNewer(root, file: run.config)
      let settings = FlatSettings(root)
      self.settings = settings.entries
      algorithm = settings["algorithm"]?.description
      task = settings.task
      seed = (settings["seed"] ?? settings["training.seed"]).flatMap { Int($0.description) }
      guard algorithm != nil, task != nil else {
        throw CommandFailure("\(run.config) names no algorithm, or not what it trained on.")
      }
      // Without evaluations no line of a policy says that it is the best.
      let hasBest = settings["evaluate_every"] != nil || settings["data.name"] != nil
      read(try MetricsTail(run.metrics, hasBest: hasBest))
    } catch {
      reason = error.description
      return
    }
    if let end = RunStatus(of: run) {
      (status, reason) = (Status(rawValue: end.status.rawValue) ?? .failed, end.reason)
    } else {
      // Runs of format 1 did not say how they ended.
      status = run.isTaken ? .running : progress == 1 ? .finished : .killed
    }
  }

  private mutating func read(_ tail: MetricsTail) {
    progress = 0
    guard let line = tail.lines.first else { return }
    (seconds, stepsPerSecond) = (line.seconds, line.steps_per_second ?? line.samples_per_second)
    steps = line.steps ?? line.epoch
    if let done = line.iteration ?? line.epoch, let all = line.iterations ?? line.epochs, all > 0 {
      progress = Double(done) / Double(all)
    }
    if line.epoch != nil {
      (metric, last) = Self.result(line)
      best = tail.best.map { Self.result($0).1 } ?? last
    } else {
      last = Self.lastReturn(tail.lines)
      best = tail.best?.evaluation_return_mean ?? last
      metric = tail.best == nil ? .episodeReturn : .evaluationReturn
    }
  }

  /// The result of an epoch that models are chosen by.
  private static func result(_ line: MetricsTail.Line) -> (Metric, Double?) {
    if let accuracy = line.val_accuracy ?? (line.val_loss == nil ? line.train_accuracy : nil) {
      return (.accuracy, accuracy)
    }
    return (.loss, line.val_loss ?? line.train_loss)
  }

  /// The mean return of the last episodes, of as many iterations as make a hundred.
  private static func lastReturn(_ lines: [MetricsTail.Line]) -> Double? {
    var (sum, episodes) = (0.0, 0.0)
    for line in lines where episodes < 100 {
      guard let mean = line.return_mean, let count = line.episodes, count > 0 else { continue }
      sum += mean * count
      episodes += count
    }
    return episodes > 0 ? sum / episodes : nil
  }
}

extension [RunOverview] {
  /// What is said of several seeds: how the one stands that did worst; nil of none.
  package var worstStatus: RunOverview.Status? {
    RunOverview.Status.allCases.first { status in contains { $0.status == status } }
  }
}

/// When a file was last written to; nil where there is none.
private func modificationDate(_ path: String) -> Date? {
  var status = stat()
  guard stat(path, &status) == 0 else { return nil }
  return Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9)
}
