import Foundation
import Testing

/// How much training says: `--quiet`, `--verbose`, `--log-level`.
@Suite(.timeLimit(.minutes(5))) struct LogTests {
  private let tool: Tool
  private let small = [
    "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "256", "--hidden", "8", "--run",
    "run",
  ]

  init() throws { tool = try Tool() }

  @Test func `Quietly nothing is printed but warnings and errors`() throws {
    let result = try tool.run(small + ["--quiet", "--profile"])
    #expect(result.status == 0 && result.output == "" && result.errors == "")
    #expect(try tool.text(of: "run/log.txt").contains(" info finished\n"))

    let config = try tool.text(of: "run/config.yaml")
    let device = try #require(config.split(separator: "\n").first { $0.hasPrefix("device: ") })
    try tool.write(config.replacing(device, with: "device: another").utf8, to: "run/config.yaml")
    let warned = try tool.run("train", "--resume", "run", "--quiet")
    #expect(warned.status == 0 && warned.output == "")
    #expect(
      warned.errors.hasPrefix("reprise: Warning: run began on another")
        && warned.errors.count { $0 == "\n" } == 1)
    let silent = try tool.run("train", "--resume", "run", "--quiet", "--log-level", "error")
    #expect(silent.status == 0 && silent.output == "" && silent.errors == "")
    expectRefusal(try tool.run(small + ["--quiet"]), status: 1, saying: "run already holds a run")

    try tool.write(SupervisedTests.table(rows: 60).utf8, to: "flowers.csv")
    let classifier = try tool.run(
      "train", "classifier", "--data", "flowers.csv", "--target", "kind", "--hidden", "8", "--epochs", "2",
      "--run",
      "flowers", "--quiet")
    #expect(classifier.status == 0 && classifier.output == "" && classifier.errors == "")
  }

  @Test func `The level says what goes to standard error`() throws {
    let usual = try tool.run(small + ["--evaluate-every", "128"])
    #expect(usual.errors == "" && usual.output.contains("128 steps: evaluated"))
    #expect(try !tool.text(of: "run/log.txt").contains(" debug "))

    // With JSON on standard output the introduction is told as well.
    let info = try tool.run(
      small + ["--evaluate-every", "128", "--overwrite", "--json", "--log-level", "info"])
    for part in ["reprise: environment", "reprise: 128 steps: evaluated", "reprise: finished"] {
      #expect(info.errors.contains(part), "\(info.errors)")
    }
    #expect(
      !info.errors.contains(" ms")
        && info.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("reprise: ") })

    for options in [["--verbose"], ["--log-level", "debug"]] {
      let debug = try tool.run(small + ["--evaluate-every", "128", "--overwrite"] + options)
      for part in [
        #/reprise: seed 1: 20 episodes evaluated in [\d.]+ ms\n/#,
        #/reprise: run/checkpoint\.safetensors: [\d.]+ KiB written in [\d.]+ ms\n/#,
        #/reprise: pause after iteration 2: 2 replays in \d+ submissions/#,
      ] {
        #expect(debug.errors.contains(part), "\(debug.errors)")
      }
      // What standard output says isn't said twice.
      #expect(!debug.errors.contains("128 steps: evaluated") && debug.output.contains("128 steps: evaluated"))
      #expect(try tool.text(of: "run/log.txt").contains(" debug seed 1: 20 episodes evaluated"))
    }
  }

  @Test(arguments: [
    (["--quiet", "--verbose"], ["--quiet", "--verbose"]),
    (["--quiet", "--json"], ["--quiet", "--json"]),
    (["--quiet", "--log-level", "info"], ["--quiet", "--log-level info"]),
    (["--verbose", "--log-level", "error"], ["--verbose", "--log-level error"]),
    (["--log-level", "loud"], ["'loud'", "debug"]),
  ]) func `Contradictions are refused`(options: [String], parts: [String]) throws {
    for command in [
      ["train", "ppo"], ["train", "classifier", "--data", "x"], ["train", "--resume", "run"],
    ] {
      let result = try tool.run(command + options)
      expectRefusal(result, status: 64)
      for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
    }
    #expect(tool.names() == [])
  }
}
