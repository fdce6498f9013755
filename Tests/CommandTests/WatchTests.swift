import Foundation
import Testing

/// `reprise watch`: runs that go on, have ended or were killed, seen from their files.
@Suite(.timeLimit(.minutes(5))) struct WatchTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private func arguments(steps: Int, run: String) -> [String] {
    [
      "train", "ppo", "--environments", "4", "--horizon", "16", "--hidden", "8", "--steps", "\(steps)",
      "--run", run,
      "--quiet",
    ]
  }

  /// Begins a training and waits for its first iterations.
  private func begin(steps: Int, run: String) throws -> Running {
    let training = try tool.start(arguments(steps: steps, run: run), environment: ["REPRISE_VALIDATION": "0"])
    while training.process.isRunning, ((try? tool.bytes(of: "\(run)/metrics.jsonl")) ?? Data()).count < 1000 {
      usleep(2000)
    }
    return training
  }

  @Test func `A run is followed to its end`() throws {
    let training = try begin(steps: 6000, run: "run")
    let watch = try tool.run("watch", "run")
    #expect(watch.status == 0 && watch.errors == "", "\(watch.errors)")
    #expect(watch.lines.last == "run: finished.")
    // The state at first, at least one on the way, and the end.
    let steps = watch.lines.dropLast().compactMap { $0.firstMatch(of: #/^([\d,]+) steps \((\d+)%\)/#) }
    #expect(steps.count >= 3 && steps.count == watch.lines.count - 1, "\(watch.output)")
    #expect(steps.last?.1 == "6,016" && steps.last?.2 == "100")
    #expect(try training.finish().status == 0)

    let after = try tool.run("watch", "run/")
    #expect(
      after.status == 0 && after.lines.count == 2 && after.lines[0] == watch.lines[watch.lines.count - 2])
  }

  @Test func `On a terminal it shows the block that training shows`() throws {
    #expect(try tool.run(arguments(steps: 512, run: "run")).status == 0)
    let terminal = try Terminal(columns: 80, rows: 24)
    let watch = try tool.start(["watch", "run"], environment: ["TERM": "xterm"], terminal: terminal)
    let output = terminal.read()
    #expect(try watch.finish().status == 0)
    let lines = try terminal.lines(of: output)
    #expect(lines.first?.hasPrefix("ppo on cartpole  ") == true)
    #expect(lines.count { $0.contains("100%  512/512 steps") } == 1)
    #expect(lines.contains { $0.hasPrefix("policy_loss ") } && lines.contains("run: finished."))
  }

  @Test func `A kill ends watching`() throws {
    let training = try begin(steps: 10_000_000, run: "run")
    let running = try tool.run("watch", "run", "--once")
    #expect(running.status == 0 && running.lines.last == "run: running.", "\(running.output)")
    #expect(running.output.contains("ppo on cartpole") && !running.output.contains("\u{1b}"))

    let watch = try tool.start(["watch", "run"])
    usleep(700_000)
    #expect(watch.process.isRunning)
    kill(training.process.processIdentifier, SIGKILL)
    _ = try training.finish()
    let result = try watch.finish()
    #expect(result.status == 1 && result.errors == "")
    #expect(
      result.lines.last?.hasPrefix("run: killed;") == true && result.output.contains("train --resume run"))
    #expect(try tool.run("watch", "run", "--once").status == 1)
  }

  @Test func `A run that fails or is interrupted is no success`() throws {
    #expect(try tool.run(arguments(steps: 512, run: "run")).status == 0)
    for (status, said) in [
      ("failed", "run: failed: the disk is full"), ("interrupted", "run: interrupted by the disk"),
    ] {
      try tool.write(
        #"{"status":"\#(status)","reason":"the disk is full","version":"0.1.0","time":"now"}"#.utf8,
        to: "run/status.json")
      let watch = try tool.run("watch", "run")
      #expect(watch.status == 1 && watch.lines.last?.hasPrefix(said.prefix(20)) == true, "\(watch.output)")
    }
  }

  @Test func `Seeds are one run, with their mean and range`() throws {
    #expect(
      try tool.run(arguments(steps: 256, run: "run") + ["--seeds", "1-2", "--evaluate-every", "128"]).status
        == 0)
    for (seed, mean) in [(1, 10), (2, 30)] {
      let line = { (iteration: Int) in
        #"{"iteration":\#(iteration),"iterations":2,"steps":\#(100 * iteration),"seconds":3,"steps_per_second":50,"#
          + "\n"
      }
      let text =
        line(1).replacing("\n", with: #""return_mean":1}"# + "\n")
        + line(2).replacing(
          "\n", with: #""return_mean":\#(mean),"policy_loss":NAN}"#.replacing("NAN", with: "\"NaN\"") + "\n")
        + #"{"iteration":2,"steps":200,"evaluation_return_mean":\#(10 * mean),"is_best":true}"# + "\n"
      try tool.write(text.utf8, to: "run/seed-\(seed)/metrics.jsonl")
    }
    let watch = try tool.run("watch", "run", "--once")
    #expect(watch.status == 0, "\(watch.errors)")
    for part in [
      "ppo on cartpole, 2 seeds", "100%  400/400 steps", "20.0 (10.0 to 30.0)",
      "200.0 (100.0 to 300.0), the best",
      "policy_loss  nan", "run: finished.",
    ] {
      #expect(watch.output.contains(part), "\(part): \(watch.output)")
    }
    let one = try tool.run("watch", "run/seed-2")
    #expect(
      one.lines.first?.contains("200 steps (100%)") == true && one.lines.last == "run/seed-2: finished.")
  }

  @Test func `Classifiers are watched, too`() throws {
    try tool.write(SupervisedTests.table(rows: 240).utf8, to: "flowers.csv")
    let training = try tool.run(
      "train", "classifier", "--data", "flowers.csv", "--target", "kind", "--hidden", "16", "--epochs", "3",
      "--run",
      "run")
    let last = try #require(training.lines.first { $0.hasPrefix("epoch 3/3") })
    let watch = try tool.run("watch", "run")
    #expect(watch.status == 0 && watch.lines == [last, "run: finished."], "\(watch.output)")
    let block = try tool.run("watch", "run", "--once").output
    #expect(
      block.contains("classifier on flowers.csv") && block.contains("epoch 3/3")
        && block.contains("validation"))
  }

  @Test func `What is no run is refused`() throws {
    #expect(try tool.run(arguments(steps: 256, run: "runs/cartpole")).status == 0)
    expectRefusal(
      try tool.run("watch", "runs/cartpol"), status: 1, saying: "runs/cartpol: there is no such run",
      "runs/cartpole;")
    expectRefusal(try tool.run("watch", "runs"), status: 1, saying: "runs holds no run")
    expectRefusal(try tool.run("watch", ""), status: 64)
    try tool.write("{\"steps\": 1}\nnonsense\n".utf8, to: "runs/cartpole/metrics.jsonl")
    expectRefusal(
      try tool.run("watch", "runs/cartpole"), status: 1, saying: "runs/cartpole/metrics.jsonl", "no metrics")
  }
}
