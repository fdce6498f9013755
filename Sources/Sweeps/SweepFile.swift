package import Runs
import Yams

/// What a sweep tries: the file that `reprise sweep` reads.
package struct SweepFile: Sendable {
  /// Which trials there are.
  package enum Method: Equatable, Sendable {
    /// All combinations.
    case grid
    /// So many, drawn by a seed.
    case random(trials: Int, seed: UInt64)
    /// So many, drawn by a seed, of which the best part of `factor` goes on after `minimum` steps or epochs, and again after
    /// `factor` times as many.
    case halving(trials: Int, seed: UInt64, factor: Int, minimum: Int)
  }

  /// Whether more is better.
  package enum Goal: String, Codable, CaseIterable, Sendable {
    case maximize, minimize
  }

  package let path: String
  /// What trains, and its line.
  package let train: RunKind
  package let trainLine: Int
  /// Options of all trials.
  package let options: [SweepOption]
  package let parameters: [SweepParameter]
  /// The seeds of each trial, as `1-3`, and their line.
  package let seeds: String
  package let seedsLine: Int
  package let method: Method
  /// A column of metrics.jsonl, and its line; nil for what runs are usually judged by.
  package let metric: String?
  package let metricLine: Int
  package let goal: Goal?
  /// The line of `minimum`, of halving.
  package let minimumLine: Int

  /// More are a mistake.
  package static let maximumTrials = 10_000

  /// Reads a file.
  ///
  /// - Throws: `CommandFailure` with the file, the line and what is wrong there.
  package init(_ path: String) throws(CommandFailure) {
    self.path = path
    let root = try SweepNode(composedYAML(file: path), "the file", path)
    try root.refuseUnknown([
      "train", "options", "seeds", "method", "parameters", "trials", "seed", "metric", "goal", "halving",
    ])
    let train = try root.require("train")
    let kind = try train.word(of: RunKind.names)
    guard let kind = RunKind(rawValue: kind) else { throw train.failure("is not known") }
    (self.train, trainLine) = (kind, train.line)
    options =
      try root["options"]?.entries().map { name, node throws(CommandFailure) in
        SweepOption(name: name, value: try node.value(), line: node.line)
      } ?? []
    seeds = try root["seeds"]?.value().description ?? "1"
    seedsLine = root["seeds"]?.line ?? train.line
    let name = try root["method"]?.word(of: ["grid", "random", "halving"]) ?? "grid"
    let isGrid = name == "grid"
    let parameters = try root.require("parameters")
    self.parameters = try parameters.entries().map { name, node throws(CommandFailure) in
      SweepParameter(name: name, space: try node.space(isGrid: isGrid), line: node.line)
    }
    guard !self.parameters.isEmpty else {
      throw parameters.failure("is empty; expected a parameter at least")
    }
    for option in options {
      guard let twice = self.parameters.first(where: { $0.name == option.name }) else { continue }
      throw yamlFailure(
        path, twice.line, "parameters: \(option.name) stands in options as well (line \(option.line))")
    }
    (method, minimumLine) = try Self.method(name, root)
    metric = try root["metric"]?.text()
    metricLine = root["metric"]?.line ?? train.line
    let goal = try root["goal"]?.word(of: Goal.allCases.map(\.rawValue))
    self.goal = goal.flatMap { Goal(rawValue: $0) }
  }

  private static func method(_ name: String, _ root: SweepNode) throws(CommandFailure) -> (Method, Int) {
    for key in name == "grid" ? ["trials", "seed", "halving"] : name == "random" ? ["halving"] : [] {
      guard let node = root[key] else { continue }
      throw node.failure("has no meaning where method is \(name)")
    }
    guard name != "grid" else { return (.grid, 0) }
    let trials = try root.require("trials").whole(in: 1...maximumTrials)
    let seed = UInt64(try root["seed"]?.whole(in: 0...Int.max) ?? 1)
    guard name == "halving" else { return (.random(trials: trials, seed: seed), 0) }
    let halving = try root.require("halving")
    try halving.refuseUnknown(["factor", "minimum"])
    let minimum = try halving.require("minimum")
    return (
      .halving(
        trials: trials, seed: seed, factor: try halving["factor"]?.whole(in: 2...1000) ?? 3,
        minimum: try minimum.whole(in: 1...1_000_000_000_000)), minimum.line
    )
  }

  /// What is wrong with a line of this file.
  package func failure(_ line: Int, _ reason: String) -> CommandFailure { yamlFailure(path, line, reason) }
}
