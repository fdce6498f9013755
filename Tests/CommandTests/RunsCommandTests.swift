import Foundation
import TestSupport
import Testing

/// What a run's folder says of itself, and `runs` and `compare`, which read it.
@Suite(.timeLimit(.minutes(5))) struct RunsCommandTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  private let small = ["train", "ppo", "--environments", "4", "--horizon", "16", "--hidden", "8"]

  private func rows(_ arguments: String...) throws -> [[String: Any]] {
    let result = try tool.run(["runs"] + arguments + ["--json"])
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
  }

  private func metrics(_ run: String) throws -> [[String: Any]] {
    try tool.text(of: "\(run)/metrics.jsonl").split(separator: "\n").map { try object($0) }
  }

  @Test func `TensorBoard reads what a run of PPO was`() throws {
    let result = try tool.run(
      small + [
        "--steps", "2560", "--evaluate-every", "640", "--evaluate-episodes", "3", "--run", "runs/first",
        "--normalize-observations",
      ])
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let found = try TensorBoard.read("\(tool.folder)/runs/first")
    let lines = try metrics("runs/first")
    let iterations = lines.filter { $0["evaluation_return_mean"] == nil }
    for (tag, key) in [
      ("train/policy_loss", "policy_loss"), ("train/value_loss", "value_loss"), ("train/entropy", "entropy"),
      ("train/learning_rate", "learning_rate"), ("rollout/episodes", "episodes"), ("time/seconds", "seconds"),
      ("rollout/return_mean", "return_mean"),
    ] {
      let (scalars, rows) = (found.scalars(tag), iterations.filter { $0[key] != nil })
      #expect(scalars.map(\.step) == rows.map { $0["steps"] as? Int }, "\(tag)")
      #expect(
        scalars.map { Float($0.value) } == rows.map { ($0[key] as? Double).map { Float($0) } }, "\(tag)")
      #expect(!scalars.isEmpty, "\(tag)")
    }
    let evaluations = found.scalars("eval/return_mean")
    #expect(evaluations.map(\.step) == [640, 1280, 1920, 2560])
    #expect(
      evaluations.map { Float($0.value) }
        == lines.compactMap { $0["evaluation_return_mean"] as? Double }.map { Float($0) })
    let histograms = try #require(found.value("histograms"))
    let names = ["policy.0.weight", "policy.0.bias", "policy.2.weight", "policy.2.bias"]
    for name in names + names.map({ $0.replacing("policy", with: "value") }) {
      for kind in ["weights", "gradients"] {
        let entries = try #require(histograms.value("\(kind)/\(name)")?.elements)
        #expect(
          entries.compactMap { $0.elements[0].double } == (1...10).map { 256 * Double($0) }, "\(kind)/\(name)"
        )
        let count = entries.last?.elements[1]["num"]?.double
        if name == "policy.0.weight" { #expect(count == 32) }
      }
    }
    #expect(found["start.hparams.gamma"]?.double == 0.98)
    #expect(found["start.hparams.algorithm"] == .text("ppo") && found["end.status"]?.double == 1)
    #expect(found["start.hparams.normalize_observations"] == .flag(true))

    let status = try object(tool.text(of: "runs/first/status.json"))
    #expect(status["status"] as? String == "finished" && status["version"] as? String == "0.1.0")
    let log = try tool.text(of: "runs/first/log.txt").split(separator: "\n")
    let line = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warning|error) .+/#
    #expect(log.allSatisfy { $0.wholeMatch(of: line) != nil }, "\(log)")
    #expect(log.count { $0.contains("steps: evaluated, return") } == 4)
    #expect(log[0].contains("device") && log.last?.hasSuffix(" info finished") == true)

    let row = try #require(try rows().first)
    #expect(row["path"] as? String == "runs/first" && row["status"] as? String == "finished")
    #expect(row["metric"] as? String == "evaluation_return_mean" && row["progress"] as? Double == 1)
    #expect(row["best"] as? Double == lines.compactMap { $0["evaluation_return_mean"] as? Double }.max())
  }

  @Test func `A classifier's folder says as much`() throws {
    try tool.write(SupervisedTests.table(rows: 240).utf8, to: "flowers.csv")
    let result = try tool.run(
      "train", "classifier", "--data", "flowers.csv", "--target", "kind", "--hidden", "8", "--epochs", "3",
      "--test",
      "flowers.csv", "--run", "runs/flowers")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let found = try TensorBoard.read("\(tool.folder)/runs/flowers")
    let lines = try metrics("runs/flowers")
    for (tag, key) in [
      ("train/loss", "train_loss"), ("train/accuracy", "train_accuracy"), ("val/loss", "val_loss"),
      ("val/accuracy", "val_accuracy"), ("time/samples_per_second", "samples_per_second"),
    ] {
      #expect(found.scalars(tag).map(\.step) == [1, 2, 3], "\(tag)")
      #expect(
        found.scalars(tag).map { Float($0.value) } == lines.map { ($0[key] as? Double).map { Float($0) } },
        "\(tag)")
    }
    #expect(found.scalars("test/accuracy").map(\.step) == [3])
    let histograms: JSON = try #require(found.value("histograms"))
    #expect(histograms.keys.count == 8 && histograms.keys.count { $0.hasPrefix("gradients/") } == 4)
    #expect(histograms.keys.allSatisfy { histograms.value($0)?.elements.count == 3 })
    #expect(found["start.hparams"]?.value("training.epochs")?.double == 3)
    let row = try #require(try rows().first)
    #expect(row["metric"] as? String == "accuracy" && row["task"] as? String == "flowers.csv")
    #expect(row["best"] as? Double == lines.compactMap { $0["val_accuracy"] as? Double }.max())
    #expect(try tool.text(of: "runs/flowers/log.txt").contains(" info test: accuracy "))
  }

  @Test func `A run is running, interrupted, running again, killed`() throws {
    func wait(for lines: Int, _ running: Running) {
      func count() -> Int { ((try? tool.bytes(of: "run/metrics.jsonl")) ?? Data()).count { $0 == 10 } }
      while running.process.isRunning, count() < lines { usleep(5000) }
    }
    func status() throws -> String? { try rows("run").first?["status"] as? String }
    var running = try tool.start(small + ["--steps", "1000000", "--run", "run"])
    wait(for: 3, running)
    #expect(try status() == "running")
    kill(running.process.processIdentifier, SIGTERM)
    #expect(try running.finish().status == 143)
    #expect(try status() == "interrupted" && rows("run").first?["reason"] as? String == "SIGTERM")
    #expect(try tool.text(of: "run/log.txt").hasSuffix(" info interrupted: SIGTERM\n"))

    let before = try metrics("run").count
    running = try tool.start(["train", "--resume", "run"])
    wait(for: before + 3, running)
    #expect(try status() == "running")
    #expect(!tool.names(in: "run").contains("status.json"))
    kill(running.process.processIdentifier, SIGKILL)
    _ = try running.finish()
    #expect(try status() == "killed")

    // What the kill lost is done again, and TensorBoard shows it once.
    running = try tool.start(["train", "--resume", "run"])
    wait(for: before + 5, running)
    kill(running.process.processIdentifier, SIGINT)
    #expect(try running.finish().status == 130)
    #expect(tool.allNames(in: "run").count { $0.hasPrefix("events.") } == 3)
    let steps = try TensorBoard.read("\(tool.folder)/run").scalars("train/policy_loss").map(\.step)
    #expect(try steps == metrics("run").compactMap { $0["steps"] as? Int })
  }

  /// Runs that were written by hand: two of one seed, one of two seeds.
  private func writeRuns() throws {
    func write(_ path: String, seed: Int, gamma: Double, returns: [Double], algorithm: String = "ppo") throws
    {
      try tool.write(
        "format: 2\nversion: 0.1.0\nalgorithm: \(algorithm)\nenvironment: cartpole\nseed: \(seed)\ngamma: \(gamma)\n"
          .utf8, to: "\(path)/config.yaml")
      let lines = returns.enumerated().map { index, mean in
        "{\"episodes\":100,\"iteration\":\(index + 1),\"iterations\":2,\"return_mean\":\(mean),\"seconds\":\(index + 1),"
          + "\"seed\":\(seed),\"steps\":\(100 * (index + 1)),\"steps_per_second\":150}\n"
      }
      try tool.write(lines.joined().utf8, to: "\(path)/metrics.jsonl")
    }
    try write("runs/a", seed: 1, gamma: 0.9, returns: [10, 50])
    try write("runs/b", seed: 1, gamma: 0.99, returns: [20], algorithm: "dqn")
    try write("runs/c/seed-1", seed: 1, gamma: 0.9, returns: [10, 60])
    try write("runs/c/seed-2", seed: 2, gamma: 0.9, returns: [10, 70])
    try tool.write([], to: "runs/d/picture.png")
  }

  @Test func `Runs are listed and sorted, seeds together`() throws {
    try writeRuns()
    #expect(try rows().map { $0["path"] as? String } == ["runs/a", "runs/b", "runs/c", "runs/d"])
    #expect(
      try rows("--sort", "best").map { $0["path"] as? String } == ["runs/c", "runs/a", "runs/b", "runs/d"])
    let seeds = try rows("--seeds")
    #expect(
      seeds.map { $0["path"] as? String } == ["runs/a", "runs/b", "runs/c/seed-1", "runs/c/seed-2", "runs/d"])
    let both = try rows()[2]
    #expect(
      both["best"] as? Double == 65 && both["best_min"] as? Double == 60 && both["best_max"] as? Double == 70)
    #expect(both["seeds"] as? [Int] == [1, 2] && both["steps_per_second"] as? Double == 150)
    #expect(both["status"] as? String == "finished")
    #expect(try rows()[1]["status"] as? String == "killed" && rows()[1]["progress"] as? Double == 0.5)
    #expect(try rows()[3]["reason"] as? String == "no run")
    let touched = try FileManager.default.attributesOfItem(atPath: "\(tool.folder)/runs/b/metrics.jsonl")
    let later = try #require(touched[.modificationDate] as? Date).addingTimeInterval(-3600 * 24 * 3)
    try FileManager.default.setAttributes(
      [.modificationDate: later], ofItemAtPath: "\(tool.folder)/runs/b/metrics.jsonl")
    #expect(try rows("--sort", "date").map { $0["path"] as? String }.suffix(2) == ["runs/b", "runs/d"])

    let text = try tool.run("runs").output
    #expect(text.contains("65.0 (60.0 to 70.0)") && text.contains("runs/c (2 seeds)") && text.contains("3 d"))
    #expect(text.contains("runs/d: no run"))
    try FileManager.default.createDirectory(atPath: "\(tool.folder)/empty", withIntermediateDirectories: true)
    #expect(try tool.run("runs", "empty").output == "empty holds no runs.\n")
    expectRefusal(try tool.run("runs", "nowhere"), status: 1, saying: "nowhere can't be read")
    expectRefusal(try tool.run("runs", "--sort", "size"), status: 64, saying: "size", "best")
  }

  @Test func `Comparing shows what differs, and means over seeds`() throws {
    try writeRuns()
    let result = try tool.run("compare", "runs/a", "runs/b", "runs/c", "--json")
    #expect(result.status == 0, "\(result.errors)")
    let comparison = try object(result.output)
    let settings = try #require(comparison["settings"] as? [String: [String]])
    #expect(
      settings == [
        "algorithm": ["ppo", "dqn", "ppo"], "gamma": ["0.9", "0.99", "0.9"], "seed": ["1", "1", "1,2"],
      ])
    let runs = try #require(comparison["runs"] as? [[String: Any]])
    let best = runs.compactMap { $0["best"] as? [String: Double] }
    #expect(best.map { $0["mean"] } == [50, 20, 65])
    #expect(best[0]["std"] == nil && abs((best[2]["std"] ?? 0) - 50.0.squareRoot()) < 1e-12)
    #expect((runs[2]["steps"] as? [String: Double])?["mean"] == 200)
    let text = try tool.run("compare", "runs/a", "runs/c").output
    #expect(text.contains("65.0 ± 7.1") && !text.contains("gamma") && text.contains("1,2"))

    expectRefusal(try tool.run("compare", "runs/a"), status: 64, saying: "two runs")
    expectRefusal(try tool.run("compare", "runs/a", "runs/d"), status: 1, saying: "runs/d holds no run")
    expectRefusal(try tool.run("compare", "runs/a", "runs/e"), status: 1, saying: "runs/e", "no such run")
  }

  @Test func `A newer version's run is refused by every command that reads one`() throws {
    #expect(try tool.run(small + ["--steps", "64", "--run", "run"]).status == 0)
    let config = try tool.text(of: "run/config.yaml")
    #expect(config.contains("format: 2\n"))
    let before = tool.allNames(in: "")
    for (newer, name) in [
      (config.replacing("version: 0.1.0", with: "version: 3.2.1"), "3.2.1"),
      (config.replacing("format: 2", with: "format: 77"), "format 77"),
    ] {
      try tool.write(newer.utf8, to: "run/config.yaml")
      for command in [
        ["evaluate", "run"], ["plot", "run"], ["export", "run", "-o", "out.reprise"],
        ["predict", "run", "--input", "x"],
        ["train", "--resume", "run"], ["compare", "run", "run"],
      ] {
        expectRefusal(try tool.run(command), status: 1, saying: "run/config.yaml: ", name, "newer")
      }
      #expect(try rows("run").first?["status"] as? String == "damaged")
      #expect((try rows("run").first?["reason"] as? String)?.contains(name) == true)
    }
    #expect(tool.allNames(in: "") == before)
    // As runs were before there was a number.
    try tool.write(config.replacing("format: 2\n", with: "").utf8, to: "run/config.yaml")
    #expect(try tool.run("evaluate", "run", "--episodes", "2").status == 0)
  }
}
