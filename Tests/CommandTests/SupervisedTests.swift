import Bundles
import Foundation
import Recording
import TestSupport
import Testing

/// `train classifier`, `train regressor`, `evaluate` and `predict` on tables: what a run leaves behind and comes to.
@Suite(.timeLimit(.minutes(5))) struct SupervisedTests {
  private let tool: Tool

  init() throws {
    tool = try Tool()
    try tool.write(Self.table(rows: 240).utf8, to: "flowers.csv")
    try tool.write(Self.table(rows: 60, from: 1000).utf8, to: "more.csv")
  }

  /// Flowers whose kind follows from two of three columns, and whose height is a sum.
  static func table(rows: Int, from first: Int = 0) -> String {
    let lines = (first..<first + rows).map { row in
      let (a, b) = (Double(row * 37 % 101) / 101, Double(row * 53 % 97) / 97)
      let kind = a + b > 1.2 ? "lily" : a > b ? "rose" : "aster"
      return "\(a),\(b),\(Double(row % 7)),\(kind),\(10 + 3 * a - 2 * b)"
    }
    return (["petal,sepal,noise,kind,height"] + lines).joined(separator: "\n") + "\n"
  }

  private let classifier = [
    "train", "classifier", "--data", "flowers.csv", "--test", "more.csv", "--target", "kind", "--hidden",
    "16",
    "--epochs", "30", "--batch-size", "16", "--learning-rate", "0.02",
  ]
  // The table's last column would tell nothing new, but its first line has to go.
  private func withoutHeight() throws {
    for name in ["flowers.csv", "more.csv"] {
      let lines = try tool.text(of: name).split(separator: "\n").map { $0.split(separator: ",").dropLast() }
      try tool.write((lines.map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n").utf8, to: name)
    }
  }

  @Test func `A classifier is trained, evaluated and asked`() throws {
    try withoutHeight()
    let result = try tool.run(classifier + ["--run", "run"])
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    #expect(
      tool.names(in: "run") == [
        "best.safetensors", "checkpoint.safetensors", "config.yaml", "gradients.json", "log.txt",
        "metrics.jsonl", "status.json", "test.json",
      ])
    for part in ["3 classes", "216 to learn", "24 to choose by", "60 to test", "Test: accuracy"] {
      #expect(result.output.contains(part), "\(result.output)")
    }
    let metrics = try tool.text(of: "run/metrics.jsonl").split(separator: "\n").map { try object($0) }
    #expect(metrics.map { $0["epoch"] as? Int } == Array(1...30))
    for key in [
      "train_loss", "train_accuracy", "val_loss", "val_accuracy", "learning_rate", "samples_per_second",
    ] {
      #expect(metrics.allSatisfy { $0[key] is Double }, "\(key)")
    }

    let test = try object(tool.text(of: "run/test.json"))
    let evaluation = try tool.run("evaluate", "run", "--data", "more.csv", "--json")
    #expect(evaluation.status == 0, "\(evaluation.errors)")
    let evaluated = try object(evaluation.output)
    #expect(evaluated["accuracy"] as? Double == test["accuracy"] as? Double)
    #expect(try #require(evaluated["accuracy"] as? Double) > 0.85)
    let classes = try #require(evaluated["per_class"] as? [[String: Any]])
    #expect(classes.map { $0["name"] as? String } == ["aster", "lily", "rose"])
    #expect(classes.reduce(0) { $0 + ($1["support"] as? Int ?? 0) } == 60)
    let text = try tool.run("evaluate", "run")
    for part in ["accuracy", "precision", "aster", "rows"] {
      #expect(text.output.contains(part), "\(text.output)")
    }

    // What is to be predicted has no kind.
    let unknown = Self.table(rows: 5, from: 3000).split(separator: "\n").map {
      $0.split(separator: ",").prefix(3).joined(separator: ",")
    }
    try tool.write((unknown.joined(separator: "\n") + "\n").utf8, to: "unknown.csv")
    let prediction = try tool.run("predict", "run", "--input", "unknown.csv")
    #expect(prediction.status == 0, "\(prediction.errors)")
    #expect(prediction.lines.first == "sample,label,aster,lily,rose")
    for (row, line) in prediction.lines.dropFirst().enumerated() {
      let cells = line.split(separator: ",")
      let probabilities = cells.suffix(3).compactMap { Double($0) }
      #expect(cells.first == "\(row)" && abs(probabilities.reduce(0, +) - 1) < 1e-4)
      let largest = probabilities.indices.max { probabilities[$0] < probabilities[$1] }
      #expect(largest.map { ["aster", "lily", "rose"][$0] } == String(cells[1]))
    }
    #expect(prediction.lines.count == 6)

    let export = try tool.run("export", "run", "-o", "flowers.reprise", "--batch", "5")
    #expect(export.status == 0 && export.output == "" && export.errors == "", "\(export.errors)")
    let plan = try BundledPlan(
      KernelBundle(contentsOf: "\(tool.folder)/flowers.reprise"), on: TestDevice.shared)
    let rows = try tool.text(of: "unknown.csv").split(separator: "\n").dropFirst()
    try plan.write(rows.flatMap { $0.split(separator: ",").compactMap { Float($0) } }, to: "inputs")
    try plan.run()
    let predicted = prediction.lines.dropFirst().flatMap { $0.split(separator: ",").suffix(3) }
    let exported = try plan.read("probabilities", as: Float.self)
    #expect(zip(predicted, exported).allSatisfy { abs((Float($0) ?? .nan) - $1) <= 1e-6 })
    #expect(
      predicted.count == exported.count && plan.metadata["input_columns"] == #"["petal","sepal","noise"]"#)
    expectRefusal(
      try tool.run("export", "run", "-o", "a.onnx", "--format", "onnx"), status: 64, saying: "format",
      "best.safetensors")
    expectRefusal(
      try tool.run("export", "run", "-o", "a.reprise", "--batch", "0"), status: 64, saying: "batch")
    #expect(!tool.names().contains("a.onnx") && !tool.names().contains("a.reprise"))
    #expect(try tool.run("plot", "run").output.contains("validation accuracy against epochs"))
  }

  @Test func `The same seed gives the same files`() throws {
    try withoutHeight()
    for run in ["a", "b"] { #expect(try tool.run(classifier + ["--epochs", "3", "--run", run]).status == 0) }
    #expect(try tool.run(classifier + ["--epochs", "3", "--seed", "2", "--run", "c"]).status == 0)
    let files = try ["a", "b", "c"].map { try tool.bytes(of: "\($0)/checkpoint.safetensors") }
    #expect(files[0] == files[1] && files[0] != files[2])
  }

  @Test func `With --json standard output is JSON only`() throws {
    try withoutHeight()
    let result = try tool.run(classifier + ["--epochs", "2", "--json", "--run", "run"])
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let lines = try result.lines.map { try object($0) }
    #expect(lines.map { $0["epoch"] as? Int } == [1, 2, nil])
    let summary = try #require(lines.last)
    #expect(summary["epochs"] as? Int == 2 && summary["interrupted"] as? Bool == false)
    #expect((summary["test"] as? [String: Any])?["accuracy"] is Double)
  }

  @Test func `A regressor speaks in units of its targets`() throws {
    try tool.write(
      try tool.text(of: "flowers.csv").replacing(#/,(lily|rose|aster)|,kind/#, with: "").utf8,
      to: "heights.csv")
    let result = try tool.run(
      "train", "regressor", "--data", "heights.csv", "--target", "height", "--hidden", "16", "--epochs", "40",
      "--batch-size", "16", "--learning-rate", "0.02", "--run", "run")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let evaluation = try tool.run("evaluate", "run", "--data", "heights.csv", "--json")
    // The run's own data has no test split: all of it is only evaluated under another name.
    expectRefusal(evaluation, status: 1, saying: "heights.csv", "no test split")
    try tool.copy("heights.csv", to: "again.csv")
    let again = try object(tool.run("evaluate", "run", "--data", "again.csv", "--json").output)
    #expect(try #require(again["r2"] as? Double) > 0.9)
    #expect(try #require(again["rmse"] as? Double) < 0.4)
  }

  @Test func `Transfer begins with a run's weights, and what is frozen stays`() throws {
    try withoutHeight()
    #expect(try tool.run(classifier + ["--epochs", "2", "--run", "before"]).status == 0)
    let result = try tool.run(
      classifier + [
        "--epochs", "2", "--classes", "0,2", "--pretrained", "before", "--freeze", "features.*", "--run",
        "after",
      ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.output.contains(#/anew +classifier\.0\.weight, classifier\.0\.bias/#), "\(result.output)")
    #expect(result.output.contains("learn at first"), "\(result.output)")
    let (before, after) = (try tensors("before"), try tensors("after"))
    #expect(before.count == 4)
    for (name, bytes) in before where name.hasPrefix("features.") { #expect(after[name] == bytes, "\(name)") }
    #expect(after["classifier.0.weight"]?.count == 4 * 2 * 16)

    let unfrozen = try tool.run(
      classifier + [
        "--epochs", "3", "--pretrained", "before", "--freeze", "features.*", "--head-only-epochs", "1",
        "--run", "later",
      ])
    #expect(unfrozen.status == 0, "\(unfrozen.errors)")
    #expect(try tensors("later")["features.1.weight"] != before["features.1.weight"])
  }

  /// The tensors of a run's best weights.
  private func tensors(_ run: String) throws -> [String: Data] {
    let file = try tool.bytes(of: "\(run)/best.safetensors")
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try object(String(decoding: file.dropFirst(8).prefix(length), as: UTF8.self))
    return try header.filter { $0.key != "__metadata__" }.mapValues { entry in
      let offsets = try #require((entry as? [String: Any])?["data_offsets"] as? [Int])
      return file[8 + length + offsets[0]..<8 + length + offsets[1]]
    }
  }

  @Test func `A model may be written in YAML`() throws {
    try withoutHeight()
    let model = "features:\n  - linear: 12\n  - gelu\nclassifier:\n  - linear\n"
    try tool.write(model.utf8, to: "model.yaml")
    let result = try tool.run(
      "train", "classifier", "--data", "flowers.csv", "--target", "kind", "--model", "model.yaml", "--epochs",
      "1",
      "--run", "run")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try tool.text(of: "run/config.yaml").contains("gelu"))
    #expect(try tool.run("evaluate", "run", "--data", "more.csv").status == 0)
  }
}
