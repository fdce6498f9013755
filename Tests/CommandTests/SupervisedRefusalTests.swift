import Foundation
import Testing

/// What `train classifier` and its like say to data, models and settings that can't be used; nothing is written then.
@Suite(.timeLimit(.minutes(5))) struct SupervisedRefusalTests {
  private let tool: Tool

  init() throws {
    tool = try Tool()
    let rows = (0..<40).map { "\($0),\($0 * 7 % 11),\(["a", "b"][$0 % 2])" }
    try tool.write((["x,y,kind"] + rows).joined(separator: "\n").utf8, to: "table.csv")
  }

  private func train(_ more: [String], data: String = "table.csv") throws -> Tool.Result {
    try tool.run(["train", "classifier", "--data", data, "--run", "run", "--epochs", "1"] + more)
  }

  @Test(arguments: [
    ("x,y,kind\n1,2,a\n3,b\n", ["bad.csv:3", "2"]),
    ("x,y,kind\n1,two,a\n3,4,b\n", ["bad.csv:2", "two", "y"]),
    ("x,y,kind\n1,nan,a\n3,4,b\n", ["bad.csv:2", "y", "nan"]),
    ("x,y\n1,2\n", ["bad.csv", "kind"]),
    ("x,y,kind\n", ["bad.csv"]),
    ("", ["bad.csv"]),
  ])
  func `Bad tables are refused by line and column`(_ text: String, _ parts: [String]) throws {
    try tool.write(text.utf8, to: "bad.csv")
    let result = try train(["--target", "kind"], data: "bad.csv")
    expectRefusal(result, status: 1)
    for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
    #expect(tool.names() == ["bad.csv", "table.csv"])
  }

  @Test(arguments: [
    (["--target", "colour"], 1, ["table.csv", "colour", "kind"]),
    ([], 1, ["table.csv"]),
    (["--target", "kind", "--classes", "0,5"], 1, ["5", "0 to 1"]),
    (["--target", "kind", "--samples-per-class", "100"], 1, ["20", "100"]),
    (["--target", "kind", "--augment", "flip"], 1, ["pictures"]),
    (["--target", "kind", "--resize", "32"], 1, ["table.csv", "pictures to resize"]),
    (["--target", "kind", "--model", "transformer"], 1, ["transformer"]),
    (["--target", "kind", "--model", "separable"], 1, ["[2]"]),
    (["--target", "kind", "--batch-size", "0"], 64, ["batch-size", "0"]),
    (["--target", "kind", "--epochs", "0"], 64, ["epochs", "0"]),
    (["--target", "kind", "--learning-rate", "nan"], 64, ["learning-rate"]),
    (["--target", "kind", "--optimizer", "sgdd"], 64, ["sgdd", "--optimizer"]),
    (["--target", "kind", "--schedule", "cosin"], 64, ["cosin", "--schedule"]),
    (["--target", "kind", "--augment", "spin"], 64, ["spin", "--augment"]),
    (["--target", "kind", "--validation", "1"], 64, ["validation", "below 1"]),
    (["--target", "kind", "--validation", "0", "--patience", "2"], 64, ["patience", "validation"]),
    (["--target", "kind", "--freeze", "backbone.*"], 1, ["backbone.*", "features.1.weight"]),
    (["--target", "kind", "--unfreeze", "features.*=2"], 64, ["--freeze"]),
    (["--target", "kind", "--freeze", "features.*", "--unfreeze", "back.*=1"], 1, ["back.*"]),
    (["--target", "kind", "--pretrained", "nowhere"], 1, ["nowhere"]),
    (["--target", "kind", "--dropout", "2"], 1, ["dropout", "2"]),
  ])
  func `Settings that can't be used are named`(_ arguments: [String], _ status: Int, _ parts: [String]) throws
  {
    let result = try train(arguments)
    expectRefusal(result, status: Int32(status))
    for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
    #expect(tool.names() == ["table.csv"])
  }

  @Test func `Data that is not there says what is`() throws {
    let folder = try train([], data: "nowhere")
    expectRefusal(folder, status: 1, saying: "nowhere")
    let fashion = try tool.run(
      [
        "train", "classifier", "--data", "table.csv", "--target", "kind", "--test", "missing.csv", "--run",
        "run",
      ])
    expectRefusal(fashion, status: 1, saying: "missing.csv")
    #expect(tool.names() == ["table.csv"])
  }

  @Test func `A checkpoint for another model is refused by key and shape`() throws {
    #expect(try train(["--target", "kind", "--hidden", "8"]).status == 0)
    let result = try tool.run(
      "train", "classifier", "--data", "table.csv", "--target", "kind", "--pretrained", "run", "--hidden",
      "9",
      "--run", "other")
    expectRefusal(result, status: 1, saying: "features.1.weight", "[8, 2]", "[9, 2]", "features.1.bias")
    #expect(!tool.names().contains("other"))

    let last = try tool.bytes(of: "run/best.safetensors")
    try tool.write(last.dropLast(5), to: "run/best.safetensors")
    try tool.copy("table.csv", to: "again.csv")
    expectRefusal(
      try tool.run("evaluate", "run", "--data", "again.csv"), status: 1, saying: "best.safetensors")
    expectRefusal(try tool.run("predict", "run", "--input", "nothing.png"), status: 1, saying: "nothing.png")
  }

  @Test func `A policy is no classifier, and a classifier no policy`() throws {
    #expect(
      try tool.run(
        "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "64", "--hidden", "8", "--run",
        "policy"
      ).status == 0)
    expectRefusal(
      try tool.run("predict", "policy", "--input", "table.csv"), status: 1, saying: "policy", "ppo")
    expectRefusal(
      try tool.run("evaluate", "policy", "--data", "table.csv"), status: 64, saying: "data", "ppo")
    expectRefusal(
      try train(["--target", "kind", "--pretrained", "policy"]), status: 1, saying: "policy")
    #expect(try train(["--target", "kind", "--hidden", "8"]).status == 0)
    expectRefusal(
      try tool.run("evaluate", "run", "--parameters", "gravity=9"), status: 64,
      saying: "parameters", "a run of a classifier")
  }

  @Test func `A sample of another shape is not predicted`() throws {
    #expect(try train(["--target", "kind"]).status == 0)
    try tool.write("x\n1\n".utf8, to: "narrow.csv")
    expectRefusal(
      try tool.run("predict", "run", "--input", "narrow.csv"), status: 1, saying: "narrow.csv", "y")
  }
}
