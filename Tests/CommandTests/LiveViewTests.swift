import Foundation
import Testing

/// Training on a terminal: a block of lines that is drawn over and over, and stays in the end.
@Suite(.timeLimit(.minutes(5))) struct LiveViewTests {
  private let tool: Tool
  private let small = [
    "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "2048", "--epochs", "1",
    "--minibatches", "2", "--hidden", "8", "--run", "run",
  ]

  init() throws { tool = try Tool() }

  /// Trains on a terminal; gives all bytes and the lines that stay.
  private func train(
    _ arguments: [String], columns: Int = 100, rows: Int = 30, environment: [String: String] = [:]
  ) throws -> (output: String, lines: [String]) {
    let terminal = try Terminal(columns: columns, rows: rows)
    let running = try tool.start(
      arguments, environment: ["TERM": "xterm", "NO_COLOR": ""].merging(environment) { $1 },
      terminal: terminal)
    let output = terminal.read()
    #expect(try running.finish().status == 0, "\(output)")
    return (output, try terminal.lines(of: output))
  }

  @Test func `A block of lines is drawn over and over, and its last state stays`() throws {
    let (output, lines) = try train(small + ["--evaluate-every", "1024"])
    #expect(output.count { $0 == "━" } > 100)
    // Nothing that was drawn before is left beside the block.
    for part in [
      "ppo on cartpole  ", "100%  2,048/2,048 steps", "elapsed", "return  ", "evaluation ", "memory ",
    ] {
      #expect(lines.count { $0.contains(part) } == 1, "\(part): \(lines)")
    }
    #expect(lines.contains { $0.hasPrefix("policy_loss ") && $0.contains("█") && $0.contains("▁") })
    let end = try #require(lines.firstIndex { $0.hasPrefix("Trained: 2,048 steps") })
    #expect(lines[end - 1].hasPrefix("learning_rate "))
    #expect(output.contains("\u{1b}[32m") && output.contains("\u{1b}[1m"))
    // The cursor is never hidden, so that a signal leaves it.
    #expect(!output.contains("\u{1b}[?"))
  }

  @Test func `It fits the terminal`() throws {
    let (_, lines) = try train(small, columns: 40, rows: 10)
    let first = try #require(lines.firstIndex { $0.hasPrefix("ppo on cartpole") })
    let end = try #require(lines.firstIndex { $0.hasPrefix("Trained:") })
    #expect(end - first == 9)
    #expect(lines[first..<end].allSatisfy { $0.count <= 39 }, "\(lines)")
  }

  @Test func `Without colours there are none`() throws {
    let (output, lines) = try train(small, environment: ["NO_COLOR": "1"])
    #expect(output.contains("\u{1b}[") && !output.contains(#/\u{1b}\[[0-9;]*m/#))
    #expect(lines.contains { $0.contains("100%  2,048/2,048 steps") })
  }

  @Test(arguments: ["dumb", ""]) func `A terminal that can't move its cursor gets lines`(name: String) throws
  {
    let (output, lines) = try train(small, environment: ["TERM": name])
    #expect(!output.contains("\u{1b}"))
    #expect(lines.contains { $0.hasPrefix("2,048 steps (100%)") })
  }

  @Test func `What is told meanwhile stands above the block`() throws {
    let (_, lines) = try train(small + ["--verbose", "--evaluate-every", "512"])
    let block = try #require(lines.firstIndex { $0.hasPrefix("ppo on cartpole") })
    let told = lines.indices.filter { lines[$0].hasPrefix("reprise: seed 1: 20 episodes evaluated in ") }
    #expect(told.count == 4 && told.allSatisfy { $0 < block }, "\(lines)")
    #expect(lines.count { $0.contains("2,048/2,048 steps") } == 1)
    // The introduction stands there already.
    #expect(!lines.contains { $0.hasPrefix("reprise: device") })
  }

  @Test func `Seeds are shown by their mean and range`() throws {
    let (_, lines) = try train(small + ["--seeds", "1-2"])
    #expect(lines.contains { $0.hasPrefix("ppo on cartpole, 2 seeds") })
    #expect(lines.contains { $0.contains(#/^return .*\d \(\d.* to \d.*\)/#) }, "\(lines)")
  }

  @Test func `A run that goes on is shown from its beginning`() throws {
    let fast = ["REPRISE_VALIDATION": "0"]
    let first = try tool.start(small + ["--evaluate-every", "256"], environment: fast)
    func metrics() -> String { (try? tool.text(of: "run/metrics.jsonl")) ?? "" }
    while first.process.isRunning, !metrics().contains("evaluation_return_mean") { usleep(2000) }
    first.process.interrupt()
    #expect(try first.finish().status == 130)
    let (_, lines) = try train(["train", "--resume", "run"], environment: fast)
    let evaluations = try #require(lines.first { $0.hasPrefix("evaluation ") })
    #expect(evaluations.count { "▁▂▃▄▅▆▇█".contains($0) } == 8, "\(lines)")
  }

  @Test func `Classifiers show epochs, losses and the best`() throws {
    try tool.write(SupervisedTests.table(rows: 240).utf8, to: "flowers.csv")
    let (_, lines) = try train([
      "train", "classifier", "--data", "flowers.csv", "--target", "kind", "--hidden", "16", "--epochs", "5",
      "--run", "run",
    ])
    for part in [
      "classifier on flowers.csv", "100%  epoch 5/5", "samples/s", "training", "validation", "best  ",
      "memory",
    ] {
      #expect(lines.contains { $0.contains(part) }, "\(part): \(lines)")
    }
  }
}
