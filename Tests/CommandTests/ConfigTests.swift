import Foundation
import Runs
import Testing

@testable import RepriseCommand

/// `train --config`: files make runs again, options stand over them, and what can't be used is refused by line.
@Suite(.timeLimit(.minutes(5))) struct ConfigTests {
  private let tool: Tool
  private let small = [
    "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "256", "--hidden", "8",
  ]

  init() throws {
    tool = try Tool()
    try ResumeTests.writeData(tool)
  }

  @Test(arguments: ResumeTests.kinds.keys.sorted())
  func `A run is foretold, its configuration fits the schema, and makes the same run again`(
    kind: String
  ) throws {
    var arguments = try #require(ResumeTests.kinds[kind])
    // A few iterations say as much as many.
    for (option, value) in [
      ("--steps", kind == "dqn" ? "300" : kind == "ppo" || kind == "seeds" ? "640" : "140"),
      ("--epochs", "3"),
    ] {
      if let place = arguments.firstIndex(of: option), arguments[1] != "ppo" || option == "--steps" {
        arguments[place + 1] = value
      }
    }
    arguments += arguments[1] == "ppo" ? ["--no-fusion", "--on-nan", "stop", "--gamma", "0.9"] : []

    let dry = try object(tool.run(arguments + ["--run", "first", "--dry-run", "--json"]).output)
    #expect(tool.names() == ["heights.csv", "kinds.csv"])
    #expect(dry["fits"] as? Bool == true && dry["run"] as? String == "first")
    let first = try tool.run(arguments + ["--run", "first", "--json"])
    #expect(first.status == 0 && first.errors == "", "\(first.errors)")
    let summary = try object(#require(first.lines.last))
    let (predicted, taken) = try (
      #require(dry["device_bytes"] as? Int), #require(summary["device_bytes"] as? Int)
    )
    // All but what evaluations and the last look at gradients had.
    #expect(abs(Double(predicted - taken)) <= 0.05 * Double(taken), "\(predicted) \(taken)")

    // What a sweep may judge by is what there is.
    let columns = try RunMetrics(of: RunDirectory("\(tool.folder)/\(ResumeTests.folders(kind, "first")[0])"))
      .columns
    let known = try sweptCommand(arguments).checkedRun().columns
    // A return is missing as long as no episode has ended.
    #expect(Set(columns).subtracting(MetricsRow.places).isSubset(of: known), "\(columns) \(known)")
    #expect(Set(known).subtracting(columns).isSubset(of: ["return_mean", "length_mean", "updates"]))

    let more = try tool.text(of: "first/config.yaml") + "unheard_of: 1\n"
    try tool.write(more.utf8, to: "more.yaml")
    let other = arguments[1] == "ppo" ? "dqn" : "ppo"
    for schema in [[], [arguments[1]], [other]] {
      let answers = try SchemaTests.check(tool, schema, ["first/config.yaml", "more.yaml"])
      #expect((answers["first/config.yaml"] is NSNull) == (schema != [other]), "\(answers)")
      #expect(answers["more.yaml"] is String)
    }

    let second = try tool.run("train", "--config", "first/config.yaml", "--run", "second")
    #expect(second.status == 0 && second.errors == "", "\(second.errors)")
    #expect(second.output.contains("first/config.yaml") && !second.output.contains("note "))
    try ResumeTests.expectSame(tool, kind, "second", "first")
  }

  @Test func `A run's own environment is kept beside its configuration`() throws {
    let source = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Tools/Examples/point_mass/point_mass.glsl").standardized.path
    #expect(try tool.compile("environment", source, "-o", "mine.reprise").status == 0)
    #expect(
      try tool.run(small + ["--environment", "./mine.reprise", "--run", "first"]).status == 0)
    try FileManager.default.removeItem(atPath: "\(tool.folder)/mine.reprise")
    let result = try tool.run("train", "--config", "first/config.yaml", "--run", "second")
    #expect(result.status == 0, "\(result.errors)")
    for file in ["checkpoint.safetensors", "environment.reprise"] {
      #expect(try tool.bytes(of: "second/\(file)") == tool.bytes(of: "first/\(file)"), "\(file)")
    }
    // A file of one's own names what it names.
    try tool.write("algorithm: ppo\nenvironment: ./mine.reprise\n".utf8, to: "first/mine.yaml")
    expectRefusal(
      try tool.run("train", "--config", "first/mine.yaml", "--run", "third"), status: 1,
      saying: "first/mine.yaml:2: environment", "mine.reprise")
  }

  @Test func `Options stand over a file, that over the recipe, and both over defaults`() throws {
    try tool.write(
      """
      algorithm: ppo
      environments: 4
      horizon: 16
      steps: 128
      hidden: [8, 8]
      clip: 0.5
      entropy: 0.5
      seeds: [3, 4]
      checkpoint_every: 64
      """.utf8, to: "mine.yaml")
    let result = try tool.run(
      "train", "--entropy", "0.25", "--config", "mine.yaml", "--set", "clip=0.4", "--run", "run", "--seed",
      "7")
    #expect(result.status == 0, "\(result.errors)")
    let config = try tool.text(of: "run/config.yaml").split(separator: "\n")
    for line in [
      "entropy: 0.25", "clip: 0.4", "hidden: 8,8", "gae_lambda: 0.8", "seed: 7", "checkpoint_every: 64",
      "recurrent_size: 0",
    ] { #expect(config.contains(Substring(line)), "\(line)") }
    #expect(!config.contains { $0.hasPrefix("seeds") })
    let many = try object(
      tool.run(
        "train", "ppo", "--config", "mine.yaml", "--no-recipe", "--checkpoint-every", "128", "--dry-run",
        "--json"
      ).output)
    let values = try origins(many)
    #expect(values["seeds"]?.value as? String == "3,4" && values["seeds"]?.origin == "mine.yaml:8")
    #expect(values["clip"]?.value as? Double == 0.5 && values["clip"]?.origin == "mine.yaml:6")
    #expect(
      values["checkpoint_every"]?.value as? Int == 128 && values["checkpoint_every"]?.origin == "option")
    #expect(values["gae_lambda"]?.origin == "default")
    #expect(many["run"] as? String == "runs/cartpole-ppo-seeds3-4")
  }

  @Test func `Of a supervised file any part will do, and options stand over it`() throws {
    try tool.write(
      """
      algorithm: classifier
      data: {name: kinds.csv, target_columns: [kind]}
      model: {mlp: {hidden: [4], dropout: 0.1}}
      training:
        epochs: 2
        batch_size: 32
        learning_rate: 0.05
        unfreeze: []
        augmentation: {flip: 0}
        groups:
        - pattern: 'classifier.*'
          learningRateScale: 0.5
      """.utf8, to: "mine.yaml")
    let result = try tool.run(
      "train", "--config", "mine.yaml", "--hidden", "5", "--epochs", "1", "--run", "run", "--freeze",
      "features.*")
    #expect(result.status == 0, "\(result.errors)")
    let config = try tool.text(of: "run/config.yaml")
    for part in [
      "epochs: 1\n", "batch_size: 32\n", "learning_rate: 0.05\n", "hidden: [5]\n", "dropout: 0.1\n",
      "learningRateScale: 0.5\n", "accumulate: 1\n", "freeze: [features.*]\n",
    ] { #expect(config.contains(part), "\(part) \(config)") }
    let dry = try tool.run(
      "train", "classifier", "--config", "mine.yaml", "--seed", "4", "--dry-run", "--json")
    let values = try origins(object(dry.output))
    #expect(
      values["training.epochs"]?.value as? Int == 2 && values["training.epochs"]?.origin == "mine.yaml:5")
    #expect(values["training.seed"]?.value as? Int == 4 && values["training.seed"]?.origin == "option")
    #expect(values["model"]?.origin == "mine.yaml:3" && values["training.ema"]?.origin == "default")
    #expect(tool.names() == ["heights.csv", "kinds.csv", "mine.yaml", "run"])

    expectRefusal(
      try tool.run("train", "regressor", "--config", "mine.yaml"), status: 1,
      saying: "mine.yaml:1: is of a run of classifier; expected one of regressor")
  }

  private func origins(_ dry: [String: Any]) throws -> [String: (value: Any?, origin: String?)] {
    let rows = try #require(dry["settings"] as? [[String: Any]])
    return Dictionary(
      uniqueKeysWithValues: rows.map { ($0["name"] as? String ?? "", ($0["value"], $0["origin"] as? String)) }
    )
  }

  @Test(arguments: [
    ("algorithm: poo\n", ["mine.yaml:1: algorithm: poo is not known", "ppo, dqn"]),
    (
      "gamma: 0.9\n", ["mine.yaml: \"algorithm\" is missing", "reprise train <algorithm> --config mine.yaml"]
    ),
    ("algorithm: ppo\nversion: 9.0.1\n", ["mine.yaml: ", "9.0.1", "newer"]),
    ("algorithm: ppo\ngama: 0.9\n", ["mine.yaml:2: gama: is no setting; the nearest are: gamma"]),
    ("algorithm: ppo\nevaluate_evry: 9\n", ["mine.yaml:2: evaluate_evry", "evaluate_every"]),
    ("algorithm: ppo\npretrained: x\n", ["mine.yaml:2: pretrained: is no setting"]),
    ("algorithm: ppo\ngae-lambda: 0.9\n", ["mine.yaml:2: gae-lambda: is no setting", "gae_lambda"]),
    ("algorithm: ppo\ngamma: high\n", ["mine.yaml:2: gamma: is \"high\"; expected a number", "discount"]),
    ("algorithm: ppo\n\ngamma: 1.5\n", ["mine.yaml:3: gamma: is 1.5; it must be from 0.0 to 1.0"]),
    (
      "algorithm: ppo\nsteps: 1e5\n",
      ["mine.yaml:2: steps: is \"1e5\"; expected a whole number", "Environment steps"]
    ),
    ("algorithm: ppo\ngamma: {a: 1}\n", ["mine.yaml:2: gamma: is no single value; expected from 0 to 1"]),
    ("algorithm: ppo\ngamma: 0.9\ngamma: 0.8\n", ["mine.yaml:2: gamma stands there more than once"]),
    ("algorithm: ppo\non_nan: go\n", ["mine.yaml:2: on_nan: is \"go\"; expected one of reset, stop"]),
    ("algorithm: ppo\nseeds: [1, 1]\n", ["mine.yaml:2: seeds: has one of them twice"]),
    ("algorithm: ppo\nseeds: [1, -1]\n", ["mine.yaml:2: seeds: is \"1,-1\""]),
    ("algorithm: ppo\nevaluate_every: 0\n", ["mine.yaml:2: evaluate_every: is 0; it must be from 1"]),
    ("algorithm: ppo\nminibatches: 3\n", ["minibatches", "3"]),
    ("algorithm: [ppo\n", ["mine.yaml:2: it is no YAML"]),
    ("- ppo\n", ["mine.yaml:1: found no settings"]),
    ("algorithm: classifier\nepochs: 3\n", ["mine.yaml:2: epochs: is no setting"]),
    (
      "algorithm: classifier\ntraning: {}\n",
      ["mine.yaml:2: traning: is no setting; the nearest are: training"]
    ),
    ("algorithm: classifier\ntraining: 3\n", ["mine.yaml:2: training: is no mapping"]),
    (
      "algorithm: classifier\ntraining:\n  epoch: 3\n",
      ["mine.yaml:3: epoch: is no setting; the nearest are: epochs"]
    ),
    (
      "algorithm: classifier\ntraining:\n  ema: 1\n",
      ["mine.yaml:3: ema: is 1.0; it must be from 0.0 to below 1.0"]
    ),
    (
      "algorithm: classifier\ntraining:\n  augmentation:\n    flop: 1\n",
      ["mine.yaml:4: augmentation.flop", "augmentation.flip"]
    ),
    ("algorithm: classifier\ntraining:\n  unfreeze: 3\n", ["mine.yaml:3: unfreeze: is no list"]),
    (
      "algorithm: classifier\ntraining:\n  unfreeze:\n  - patern: a\n",
      ["mine.yaml:4: patern: is no setting", "pattern"]
    ),
    ("algorithm: classifier\ndata: {nam: x}\n", ["mine.yaml:2: nam: is no setting; the nearest are: name"]),
    (
      "algorithm: classifier\ndata: {name: x, resize: [1]}\n",
      ["mine.yaml:2: resize: has 1 numbers; expected 2 to 2"]
    ),
    ("algorithm: classifier\nmodel: transformer\n", ["mine.yaml:2: model: found \"transformer\""]),
    (
      "algorithm: classifier\nmodel: {mlp: {hiden: [3]}}\n",
      ["mine.yaml:2: model mlp: found an argument \"hiden\"", "hidden"]
    ),
    (
      "algorithm: classifier\nmodel:\n  features: [flaten]\n  classifier: [linear]\n",
      ["mine.yaml:3: features[0]: found a layer \"flaten\"", "flatten"]
    ),
    ("algorithm: classifier\nevaluate_every: 3\n", ["mine.yaml:2: evaluate_every: is no setting"]),
  ])
  func `What can't be used is refused by line, and nothing is written`(text: String, parts: [String]) throws {
    try tool.write(text.utf8, to: "mine.yaml")
    for more in [[], ["--dry-run"]] {
      let result = try tool.run(["train", "--config", "mine.yaml", "--run", "run"] + more)
      expectRefusal(result, status: parts[0] == "minibatches" ? 64 : 1)
      for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
    }
    #expect(tool.names() == ["heights.csv", "kinds.csv", "mine.yaml"])
  }

  @Test func `The command line of a file is that of its algorithm`() throws {
    try tool.write("algorithm: dqn\n".utf8, to: "mine.yaml")
    expectRefusal(
      try tool.run("train", "--config", "mine.yaml", "--gama", "1"), status: 64,
      saying: "--gama", "--gamma", "reprise train dqn --help")
    expectRefusal(
      try tool.run("train", "--config", "mine.yaml", "--resume", "run"), status: 64, saying: "--config",
      "--resume")
    expectRefusal(
      try tool.run("train", "--resume", "run", "--gamma", "1"), status: 64, saying: "Unknown option '--gamma'"
    )
    expectRefusal(
      try tool.run("train", "--config", "none.yaml"), status: 1, saying: "none.yaml can't be read")
    #expect(tool.names() == ["heights.csv", "kinds.csv", "mine.yaml"])
  }

  @Test func `A file of another device is taken, with a note`() throws {
    #expect(try tool.run(small + ["--run", "first"]).status == 0)
    let text = try tool.text(of: "first/config.yaml")
    try tool.write(
      text.replacing(/device: .*/, with: "device: Some GPU").utf8, to: "first/config.yaml")
    let result = try tool.run("train", "--config", "first/config.yaml", "--run", "second")
    #expect(result.status == 0 && result.output.contains("is of Some GPU ("), "\(result.output)")
    #expect(
      try tool.bytes(of: "second/checkpoint.safetensors") == tool.bytes(of: "first/checkpoint.safetensors"))
  }
}
