import Runs
import Supervised

/// What is shown of a run that goes on, from the lines of its metrics: the same for who trains and who watches.
struct ViewState {
  /// The best result of an agent so far, and the steps or the epoch that it is of.
  struct Best: Equatable {
    let value: Double
    let place: Int
  }

  /// What trains on what, and the device.
  let task, device: String
  let isSupervised: Bool
  /// The last iteration of each agent, or the last epoch.
  private(set) var rows: [MetricsRow] = []
  /// The last evaluation of each agent.
  private(set) var evaluations: [MetricsRow] = []
  /// The best evaluation of each agent, or the best epoch.
  private(set) var bests: [Best] = []
  /// The mean return of each agent's episodes, of the last iteration in which any ended.
  private(set) var returns: [Double?] = []
  /// How each number went, on average over the agents.
  private(set) var histories: [String: MetricHistory] = [:]
  /// Steps that went wrong.
  private(set) var faults = 0
  /// Where an epoch is that runs, and the seconds since the last one ended.
  private(set) var moment: (SupervisedTrainer.Moment, seconds: Double)?
  /// Bytes that the run holds on the device, where that is known.
  var deviceBytes: Int?

  /// Iterations or epochs of the whole run; 0 where that isn't known yet.
  private(set) var total: Int

  init(task: String, device: String, isSupervised: Bool, total: Int = 0) {
    (self.task, self.device, self.isSupervised, self.total) = (task, device, isSupervised, total)
  }

  /// Takes a line of training of each agent, all of one iteration, or one of an epoch.
  mutating func note(_ rows: [MetricsRow]) {
    self.rows = rows
    moment = nil
    if returns.count != rows.count { returns = Array(repeating: nil, count: rows.count) }
    for (index, row) in rows.enumerated() {
      returns[index] = row["return_mean"] ?? returns[index]
      faults += row.count("faults")
    }
    guard let row = rows.first else { return }
    if row.total > 0 { total = row.total }
    for name in row.values.keys where !MetricsRow.places.contains(name) {
      histories[name, default: MetricHistory()].append(mean(name) ?? .nan)
    }
    // Where no episode of the first agent ended there is no key.
    if row["return_mean"] == nil, let mean = mean("return_mean") {
      histories["return_mean", default: MetricHistory()].append(mean)
    }
    if row["best"] == 1 || row.isEpoch && row["val_loss"] == nil, let result = row.result {
      bests = [Best(value: result, place: row.done)]
    }
  }

  /// Takes an evaluation of each agent.
  mutating func note(evaluations rows: [MetricsRow]) {
    evaluations = rows
    let found = rows.map { Best(value: $0["evaluation_return_mean"] ?? .nan, place: $0.count("steps")) }
    histories["evaluation_return_mean", default: MetricHistory()].append(found.map(\.value).mean ?? .nan)
    bests = bests.count == found.count ? zip(bests, found).map { $1.value > $0.value ? $1 : $0 } : found
  }

  /// Takes all that the files of a run say.
  mutating func note(_ steps: [RunFollower.Step]) {
    for step in steps {
      switch step {
      case .training(let rows): note(rows)
      case .evaluations(let rows): note(evaluations: rows)
      }
    }
  }

  /// Takes where an epoch is, so many seconds after the last one.
  mutating func note(_ moment: SupervisedTrainer.Moment, after seconds: Double) {
    self.moment = (moment, seconds)
  }

  /// A number of the last iteration, on average over the agents that have it.
  func mean(_ name: String) -> Double? { rows.compactMap { $0[name] }.mean }

  /// Environment steps of all agents.
  static func steps(of rows: [MetricsRow]) -> Int { rows.reduce(0) { $0 + $1.count("steps") } }

  /// Iterations or epochs done.
  var done: Int { rows.map(\.done).min() ?? 0 }

  /// The part that is done, from 0 to 1.
  var part: Double {
    guard total > 0 else { return 0 }
    let within = moment.map { Double($0.0.batch) / Double(max(1, $0.0.batches)) } ?? 0
    return min(1, (Double(done) + within) / Double(total))
  }

  /// Seconds of training.
  var seconds: Double { (rows.first?["seconds"] ?? 0) + (moment?.seconds ?? 0) }

  /// Steps of all agents, or samples, a second; nil where that isn't known yet.
  var rate: Double? {
    rows.first.flatMap { $0["steps_per_second"] ?? $0["samples_per_second"] }.flatMap { $0 > 0 ? $0 : nil }
  }

  /// Seconds to the end; nil where that can't be said yet.
  var secondsLeft: Double? {
    guard part > 0 else { return nil }
    guard !isSupervised else { return seconds / part * (1 - part) }
    return rate.map { Double(Self.steps(of: rows)) / part * (1 - part) / $0 }
  }

  /// The names of what algorithms say of their updates, what matters most first.
  var metrics: [String] {
    let known = [
      "loss", "policy_loss", "actor_loss", "value_loss", "critic_loss", "alpha_loss", "q_mean", "td_error",
      "entropy",
    ]
    let shown: Set = [
      "return_mean", "length_mean", "episodes", "faults", "steps_per_second", "samples_per_second",
      "train_loss", "train_accuracy", "val_loss", "val_accuracy", "evaluation_return_mean",
    ]
    let names = histories.keys.filter { !shown.contains($0) }
    return known.filter(names.contains) + names.filter { !known.contains($0) }.sorted()
  }
}

extension MetricsRow {
  /// The result of an epoch that models are chosen by.
  var result: Double? {
    self["val_accuracy"] ?? self["val_loss"] ?? self["train_accuracy"] ?? self["train_loss"]
  }
}
