import Bundles
import FoundationEssentials
import Learning
import Recording
import Reinforcement
import TestSupport
import Testing

/// `export`, and the player in C that runs what it writes.
@Suite(.timeLimit(.minutes(5))) struct ExportTests {
  private let tool: Tool
  private let rows: [[Float]]

  /// A small run in `run`, its policy in `policy.reprise` for batches of three, and five observations in `observations`.
  init() throws {
    tool = try Tool()
    let run = try tool.run(
      "train", "ppo", "--environment", "pendulum", "--environments", "4", "--horizon", "16", "--steps", "128",
      "--hidden", "8", "--normalize-observations", "true", "--run", "run")
    try #require(run.status == 0, "\(run.errors)")
    let export = try tool.run("export", "run", "-o", "policy.reprise", "--batch", "3")
    try #require(export.status == 0, "\(export.errors)")
    #expect(export.output == "" && export.errors == "")
    var random = SeededRandom(11)
    rows = (0..<5).map { _ in random.values(3).map { Float($0) } }
    let lines = rows.map { row in row.map { "\($0)" }.joined(separator: " ") + "\n" }
    try tool.write(lines.joined().utf8, to: "observations")
    let player = #filePath.replacing(
      "Tests/CommandTests/ExportTests.swift", with: "Tools/Examples/player/player.c")
    let compiled = try tool.start(
      ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", player, "-lvulkan", "-o", "player"],
      of: "/usr/bin/env"
    ).finish()
    try #require(compiled.status == 0, "\(compiled.errors)")
  }

  private func play(_ policy: String, _ observations: String = "observations") throws -> Tool.Result {
    try tool.start([policy], of: "\(tool.folder)/player", input: observations).finish()
  }

  @Test func `The player takes the same actions, bit for bit`() throws {
    let plan = try BundledPlan(
      KernelBundle(contentsOf: "\(tool.folder)/policy.reprise"), on: TestDevice.shared)
    var expected: [UInt32] = []
    for first in [0, 3] {
      let batch = (first..<first + 3).flatMap { $0 < rows.count ? rows[$0] : [0, 0, 0] }
      try plan.write(batch, to: "observations")
      try plan.run()
      expected += try plan.read("actions", as: UInt32.self)
    }
    let result = try play("policy.reprise")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let actions = try result.lines.map { try #require(Float($0)).bitPattern }
    #expect(actions == Array(expected.prefix(rows.count)))
    #expect(Set(actions).count == rows.count)
  }

  @Test func `Files and observations that it can't use`() throws {
    let whole = Array(try tool.bytes(of: "policy.reprise"))
    func expectRefused(_ bytes: [UInt8], saying part: String) throws {
      try tool.write(bytes, to: "other.reprise")
      let result = try play("other.reprise")
      #expect(result.status == 1 && result.output == "" && result.lines.isEmpty)
      #expect(result.errors.hasPrefix("player: other.reprise: "), "\(result.errors)")
      #expect(result.errors.contains(part), "\(result.errors)")
    }
    for length in [0, 20, 40, whole.count / 2, whole.count - 1] {
      try expectRefused(Array(whole[..<length]), saying: length < 32 ? "no file" : "header")
    }
    var bytes = whole
    bytes[whole.count - 100] ^= 1
    try expectRefused(bytes, saying: "damaged")
    bytes = whole
    bytes[8] = 2
    try expectRefused(bytes, saying: "version 2")
    let kernels = KernelBundle(.kernels, kernels: [], contents: [Int]()).encoded()
    try expectRefused(kernels, saying: "no program")

    for (text, part) in [("1 2\n", "3 numbers"), ("1 2 3 4\n", "more than 3"), ("1 two 3\n", "two")] {
      try tool.write(text.utf8, to: "text")
      let result = try play("policy.reprise", "text")
      #expect(result.status == 1 && result.errors.contains("line 1"), "\(result.errors)")
      #expect(result.errors.contains(part), "\(result.errors)")
    }
  }

  @Test func `Weights and normaliser alone, as the checkpoint has them`() throws {
    let result = try tool.run("export", "run", "--format", "safetensors", "-o", "policy.safetensors")
    #expect(result.status == 0 && result.output == "", "\(result.errors)")
    let file = try Safetensors(contentsOf: "\(tool.folder)/policy.safetensors")
    let checkpoint = try Safetensors(contentsOf: "\(tool.folder)/run/checkpoint.safetensors")
    let statistics = ["mean", "variance", "count"].map { "normalizer.observations.\($0)" }
    let layers = ["0", "2"].flatMap { ["policy.\($0).weight", "policy.\($0).bias"] }
    #expect(Set(file.tensors.keys) == Set(statistics + layers + ["log_std.weight"]))
    #expect(file.tensors.allSatisfy { checkpoint.tensors[$0.key] == $0.value })
    #expect(file.metadata["environment"] == "pendulum")
  }

  @Test func `ONNX, of the last weights`() throws {
    let result = try tool.run("export", "run", "--format", "onnx", "-o", "policy.onnx")
    #expect(result.status == 0 && result.output == "", "\(result.errors)")
    var configuration = PPOConfiguration()
    (configuration.environment, configuration.hidden, configuration.normalizeObservations) = (
      "pendulum", [8], true
    )
    let checkpoint = "\(tool.folder)/run/checkpoint.safetensors"
    let expected = try PPO.onnx(
      configuration, weights: Safetensors(contentsOf: checkpoint), file: checkpoint,
      version: String(tool.run("--version").lines[0]))
    #expect(try Array(tool.bytes(of: "policy.onnx")) == expected)
  }

  @Test func `What can't be exported is refused`() throws {
    expectRefusal(
      try tool.run("export", "nowhere", "-o", "a.reprise"), status: 1, saying: "nowhere", "no such run")
    expectRefusal(try tool.run("export", "run", "-o", "a.reprise", "--best"), status: 1, saying: "best")
    expectRefusal(
      try tool.run("export", "run", "-o", "a.reprise", "--batch", "0"), status: 64, saying: "batch")
    expectRefusal(
      try tool.run("export", "run", "-o", "a.reprise", "--batch", "2", "--format", "safetensors"), status: 64,
      saying: "batch")
    expectRefusal(
      try tool.run("export", "run", "-o", "a.reprise", "--batch", "2", "--format", "onnx"), status: 64,
      saying: "batch")
    expectRefusal(try tool.run("export", "run", "-o", "no/a.reprise"), status: 1, saying: "no/a.reprise")
    #expect(!tool.names().contains("a.reprise"))
  }
}
