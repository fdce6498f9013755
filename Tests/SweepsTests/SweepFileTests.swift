import Runs
import Sweeps
import TestSupport
import Testing

/// What the file of a sweep may say.
@Suite struct SweepFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ text: String) throws -> SweepFile {
    try SweepFile(folder.write(text, to: "sweep.yaml"))
  }

  @Test func whatAFileSays() throws {
    let file = try file(
      """
      train: sac
      options: {environment: pendulum, evaluate_every: 100, normalize: true, hidden: [8, 8]}
      seeds: [1, 4]
      method: halving
      trials: 5
      seed: 9
      parameters:
        learning-rate: {min: 1e-4, max: 1e-2, scale: log}
        batch-size: {min: 4, max: 8}
        hidden-layers: [[8, 8], 16]
      metric: return_mean
      goal: minimize
      halving: {minimum: 100}
      """)
    #expect(file.train == .reinforcement("sac"))
    #expect(file.options.map(\.name) == ["environment", "evaluate-every", "normalize", "hidden"])
    #expect(file.options.map(\.value) == [.text("pendulum"), .text("100"), .flag(true), .list(["8", "8"])])
    #expect(file.seeds == "1,4" && file.metric == "return_mean" && file.goal == .minimize)
    #expect(file.method == .halving(trials: 5, seed: 9, factor: 3, minimum: 100))
    #expect(file.parameters.map(\.name) == ["learning-rate", "batch-size", "hidden-layers"])
    #expect(file.parameters.map(\.line) == [8, 9, 10])
    #expect(
      file.parameters[0].space
        == .range(SweepRange(low: 1e-4, high: 1e-2, isLogarithmic: true, isWhole: false, count: nil)))
    #expect(
      file.parameters[1].space
        == .range(SweepRange(low: 4, high: 8, isLogarithmic: false, isWhole: true, count: nil)))
    #expect(file.parameters[2].space == .choices([.list(["8", "8"]), .text("16")]))
  }

  private static let head = "train: ppo\nparameters:\n  gamma: [0.9, 0.99]\n"

  /// Files that can't be used: the line, and what is said.
  private static let refused: [(text: String, line: Int, parts: [String])] = [
    ("", 1, ["no settings"]),
    ("train: [", 2, ["no YAML"]),
    (head + "metod: grid\n", 4, ["metod", "method"]),
    ("train: pppo\nparameters: {gamma: [1]}\n", 1, ["train", "pppo", "ppo"]),
    ("parameters: {gamma: [1]}\n", 1, ["\"train\""]),
    ("train: ppo\n", 1, ["\"parameters\""]),
    ("train: ppo\nparameters: {}\n", 2, ["parameters", "empty"]),
    ("train: ppo\nparameters: [gamma]\n", 2, ["parameters", "a list"]),
    ("train: ppo\nparameters:\n  gamma: []\n", 3, ["parameters.gamma", "empty list"]),
    ("train: ppo\nparameters:\n  gamma: 0.9\n", 3, ["parameters.gamma", "0.9", "a list of values"]),
    ("train: ppo\nparameters:\n  gamma: [0.9, 0.5, 0.9]\n", 3, ["0.9 twice"]),
    ("train: ppo\nparameters:\n  a-b: [1]\n  a_b: [1]\n", 4, ["a-b", "more than once"]),
    ("train: ppo\nparameters:\n  gamma: [1]\n  gamma: [2]\n", 3, ["gamma", "more than once"]),
    (head + "options:\n  gamma: 1\n", 3, ["gamma", "options", "line 5"]),
    (head + "options:\n  steps:\n", 5, ["options.steps", "empty"]),
    (head + "method: gird\n", 4, ["gird", "grid"]),
    (head + "trials: 3\n", 4, ["trials", "grid"]),
    (head + "method: random\n", 1, ["\"trials\""]),
    (head + "method: random\ntrials: 0\n", 5, ["trials", "0", "1 to 10000"]),
    (head + "method: random\ntrials: two\n", 5, ["trials", "two"]),
    (head + "method: random\ntrials: 2\nhalving: {minimum: 5}\n", 6, ["halving", "random"]),
    (head + "method: halving\ntrials: 2\n", 1, ["\"halving\""]),
    (head + "method: halving\ntrials: 2\nhalving: {factor: 3}\n", 6, ["\"minimum\""]),
    (head + "method: halving\ntrials: 2\nhalving: {minimum: 1, factor: 1}\n", 6, ["halving.factor", "1"]),
    (head + "method: halving\ntrials: 2\nhalving: {minimum: 1, fraction: 1}\n", 6, ["fraction", "factor"]),
    (head + "goal: best\n", 4, ["best", "maximize"]),
    ("train: ppo\nparameters:\n  gamma: {min: 0.1, max: 0.9}\n", 3, ["count"]),
    ("train: ppo\nparameters:\n  gamma: {min: 0.1, max: 0.9, count: 1}\n", 3, ["count", "1"]),
    ("train: ppo\nparameters:\n  gamma: {min: 1, max: 4, count: 9}\n", 3, ["count", "whole numbers"]),
    ("train: ppo\nparameters:\n  gamma: {min: 0.9, max: 0.1, count: 2}\n", 3, ["max", "0.1", "0.9"]),
    ("train: ppo\nparameters:\n  gamma: {min: low, max: 0.1, count: 2}\n", 3, ["min", "low", "number"]),
    ("train: ppo\nparameters:\n  gamma: {max: 0.1, count: 2}\n", 3, ["\"min\""]),
    (
      "train: ppo\nparameters:\n  gamma: {min: 0.0, max: 1.0, count: 2, scale: log}\n", 3,
      ["min", "more than 0"]
    ),
    ("train: ppo\nparameters:\n  gamma: {min: 1, max: 2, count: 2, scale: ln}\n", 3, ["scale", "ln", "log"]),
    ("train: ppo\nparameters:\n  gamma: {min: 1, max: 2, step: 1}\n", 3, ["step", "scale"]),
    (
      "train: ppo\nmethod: random\ntrials: 3\nparameters:\n  gamma: {min: 1, max: 3, count: 3}\n", 5,
      ["count", "grid"]
    ),
  ]

  @Test(arguments: refused) func whatCantBeUsedIsSaidWithItsLine(
    _ text: String, _ line: Int, _ parts: [String]
  )
    throws
  {
    let error = try #require(throws: CommandFailure.self) { try file(text) }
    #expect(error.description.hasPrefix("\(folder.path)/sweep.yaml:\(line): "), "\(error)")
    for part in parts { #expect(error.description.contains(part), "\(error)") }
  }

  @Test func theMetricIsWhatRunsAreJudgedBy() throws {
    func metric(_ text: String, _ isEvaluated: Bool, _ isValidated: Bool) throws -> SweepMetric {
      try SweepMetric(
        file(text),
        columns: ["return_mean", "value_loss", "entropy", "train_accuracy", "train_loss"]
          + (isEvaluated ? ["evaluation_return_mean"] : [])
          + (isValidated ? ["val_accuracy", "val_loss"] : []))
    }
    let classifier = Self.head.replacing("ppo", with: "classifier")
    let regressor = Self.head.replacing("ppo", with: "regressor")
    for (text, isEvaluated, isValidated, column, goal) in [
      (Self.head, true, false, "evaluation_return_mean", SweepFile.Goal.maximize),
      (Self.head, false, false, "return_mean", .maximize),
      (classifier, false, true, "val_accuracy", .maximize),
      (classifier, false, false, "train_accuracy", .maximize),
      (regressor, false, true, "val_loss", .minimize),
      (Self.head + "metric: value_loss\n", false, false, "value_loss", .minimize),
      (Self.head + "metric: entropy\ngoal: minimize\n", false, false, "entropy", .minimize),
    ] {
      let found = try metric(text, isEvaluated, isValidated)
      #expect(found.column == column && found.goal == goal)
    }
    for (text, part) in [
      ("metric: entropy", "goal"), ("metric: evaluation_return_mean", "evaluate-every"),
      ("metric: val_loss", "validation split"),
      ("metric: value_los", "which no run has; the nearest are: value_loss"),
    ] {
      let error = try #require(throws: CommandFailure.self) {
        try metric(Self.head + text + "\n", false, false)
      }
      #expect(
        error.description.contains("sweep.yaml:4: metric") && error.description.contains(part), "\(error)")
    }
  }
}
