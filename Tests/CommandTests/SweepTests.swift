import Foundation
import TestSupport
import Testing
import Vulkan

@testable import RepriseCommand

/// `reprise sweep`: many runs, and which did best.
@Suite(.timeLimit(.minutes(10))) struct SweepTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  /// Three trials of a policy with two seeds each, of which one goes on after five iterations of ten.
  private static let halving = """
    train: ppo
    options: {environments: 4, horizon: 16, steps: 640, hidden: 8, evaluate-every: 300, evaluate-episodes: 2}
    seeds: 1-2
    method: halving
    trials: 3
    halving: {minimum: 300, factor: 2}
    parameters:
      learning-rate: {min: 1e-4, max: 1e-2, scale: log}
      gamma: [0.95, 0.99]

    """

  /// What results.json says, without times.
  private func results(_ sweep: String) throws -> [String] {
    let trials = try #require(
      try object(tool.text(of: "\(sweep)/results.json"))["trials"] as? [[String: Any]])
    return try trials.map { trial in
      var trial = trial
      trial["rungs"] = (trial["rungs"] as? [[String: Any]])?.map { $0.filter { $0.key != "seconds" } }
      return String(
        decoding: try JSONSerialization.data(withJSONObject: trial, options: .sortedKeys), as: UTF8.self)
    }
  }

  /// Expects the trials of two sweeps to be the same, to the bit.
  private func expectSame(_ one: String, _ other: String) throws {
    #expect(try results(one) == results(other))
    for trial in 1...3 {
      for seed in 1...2 {
        let file = "trial-000\(trial)/seed-\(seed)/checkpoint.safetensors"
        #expect(try tool.bytes(of: "\(one)/\(file)") == tool.bytes(of: "\(other)/\(file)"), "\(file)")
      }
    }
  }

  @Test func `Halving gives a table, a report and the best command`() throws {
    try tool.write(Self.halving.utf8, to: "rates.yaml")
    let result = try tool.run("sweep", "rates.yaml", "--jobs", "2")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    #expect(
      tool.names(in: "runs/rates") == [
        "report.html", "results.csv", "results.json", "sweep.yaml", "trial-0001", "trial-0001.log",
        "trial-0002",
        "trial-0002.log", "trial-0003", "trial-0003.log",
      ])
    #expect(try tool.text(of: "runs/rates/sweep.yaml") == Self.halving)
    let rows = try tool.text(of: "runs/rates/results.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(
      rows[0].joined(separator: ",")
        == "rank,trial,learning-rate,gamma,mean,std,seed_1,seed_2,steps,seconds,status,failure")
    #expect(rows.dropFirst().map { $0[0] } == ["1", "2", "3"])
    #expect(rows.dropFirst().map { $0[8] } == ["640", "320", "320"])
    #expect(rows.dropFirst().map { $0[10] } == ["finished", "stopped", "stopped"])
    // The results are those of the runs.
    for row in rows.dropFirst() {
      for seed in 1...2 {
        let evaluations = try ResumeTests.metrics(tool, "runs/rates/trial-000\(row[1])/seed-\(seed)")
          .compactMap {
            try object($0)["evaluation_return_mean"] as? Double
          }
        #expect(Double(row[5 + seed]) == evaluations.max())
      }
      let (first, second) = try (#require(Double(row[6])), #require(Double(row[7])))
      #expect(Double(row[4]) == (first + second) / 2)
      #expect(abs((Double(row[5]) ?? -1) - abs(first - second) / 2.0.squareRoot()) < 1e-9)
    }
    // Of the first rung the best went on.
    let rungs = try results("runs/rates").map { try object($0)["rungs"] as? [[String: Any]] ?? [] }
    let means = rungs.map { ($0[0]["values"] as? [Double] ?? []).reduce(0, +) }
    #expect(rungs[means.firstIndex(of: means.max() ?? 0) ?? 0].count == 2)
    let best = try #require(
      result.lines.last?.firstRange(of: "reprise ").map { result.lines.last?[$0.upperBound...] })
    #expect(result.lines.contains("Report: runs/rates/report.html"))
    let list = try tool.run("runs", "runs/rates", "--json")
    let runs = try #require(
      JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]], "\(list.output)")
    #expect(
      runs.compactMap { $0["status"] as? String }.sorted() == ["finished", "interrupted", "interrupted"])
    let page = try tool.text(of: "runs/rates/report.html")
    for part in [
      "<h1>rates</h1>", "Trials, the best first", "Mean return in evaluations by learning-rate", "by gamma",
      "Learning curves",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    // The command that is printed trains the best again.
    let words = try #require(best).split(separator: " ").map(String.init)
    #expect(try tool.run(words + ["--run", "again", "--cpu-threads", "1"]).status == 0)
    #expect(
      try tool.bytes(of: "again/seed-2/checkpoint.safetensors")
        == tool.bytes(of: "runs/rates/trial-000\(rows[1][1])/seed-2/checkpoint.safetensors"))

    // The same command again has nothing to do; another number of jobs gives the same bits.
    let again = try tool.run("sweep", "rates.yaml", "--json")
    #expect(again.status == 0 && again.lines.count == 1)
    #expect(try again.output == tool.text(of: "runs/rates/results.json"))
    #expect(try tool.run("sweep", "rates.yaml", "--run", "other", "--jobs", "1").status == 0)
    try expectSame("runs/rates", "other")

    // Another file is another sweep.
    try tool.write(Self.halving.replacing("0.95", with: "0.9").utf8, to: "rates.yaml")
    expectRefusal(
      try tool.run("sweep", "rates.yaml"), status: 1, saying: "runs/rates/sweep.yaml",
      "parameters.gamma was 0.95,0.99, and is 0.9,0.99")
  }

  @Test func `Killed at any moment, a sweep comes to the same table`() throws {
    try tool.write(Self.halving.utf8, to: "rates.yaml")
    let environment = ["REPRISE_VALIDATION": "0"]
    // Another that was killed before its first file was whole.
    try tool.write([1, 2, 3], to: "whole/sweep.yaml.aB3xYz")
    #expect(
      try tool.run(["sweep", "rates.yaml", "--run", "whole", "--jobs", "1"], environment: environment).status
        == 0)
    var random = SeededRandom(5)
    var ended = false
    for number in 0..<4 where !ended {
      let running = try tool.start(
        ["sweep", "rates.yaml", "--run", "killed", "--jobs", "2"], environment: environment)
      usleep(UInt32.random(in: 200_000...(number == 0 ? 1_000_000 : 3_000_000), using: &random))
      kill(running.process.processIdentifier, SIGKILL)
      ended = try running.finish().status == 0
    }
    try tool.write([1, 2, 3], to: "killed/results.json.aB3xYz")
    // Trials that outlive their sweep are waited for, and end by themselves.
    let last = try tool.run(["sweep", "--resume", "killed/"], environment: environment)
    #expect(last.status == 0, "\(last.errors)")
    try expectSame("whole", "killed")
    #expect(try !tool.text(of: "killed/results.csv").contains("failed"))
    #expect(tool.names(in: "killed") == tool.names(in: "whole"))
  }

  @Test func `A signal stops all trials, and the sweep goes on`() throws {
    let text = Self.halving.replacing("steps: 640", with: "steps: 6400")
    try tool.write(text.utf8, to: "rates.yaml")
    let environment = ["REPRISE_VALIDATION": "0"]
    func written() -> Int {
      (1...3).reduce(0) { sum, trial in
        sum + ((try? tool.bytes(of: "stopped/trial-000\(trial)/seed-1/metrics.jsonl")) ?? Data()).count
      }
    }
    for signal in [SIGINT, SIGTERM] {
      let before = written()
      let running = try tool.start(
        ["sweep", "rates.yaml", "--run", "stopped", "--jobs", "2"], environment: environment)
      while running.process.isRunning, written() <= before { usleep(2000) }
      if signal == SIGINT {
        expectRefusal(
          try tool.run("sweep", "rates.yaml", "--run", "stopped"), status: 1, saying: "Another reprise",
          "stopped")
      }
      kill(running.process.processIdentifier, signal)
      let result = try running.finish()
      #expect(result.status == 128 + signal, "\(result.errors)")
      #expect(
        result.errors.hasSuffix("It goes on with: reprise sweep --resume stopped\n"), "\(result.errors)")
      // No trial is left, and none counts as failed.
      let status = try object(tool.text(of: "stopped/trial-0001/seed-1/status.json"))
      #expect(status["status"] as? String == "interrupted")
      #expect(try results("stopped").allSatisfy { !$0.contains("failure") })
    }
    #expect(try tool.run(["sweep", "--resume", "stopped"], environment: environment).status == 0)
    #expect(try tool.run(["sweep", "rates.yaml", "--run", "whole"], environment: environment).status == 0)
    try expectSame("stopped", "whole")
  }

  @Test func `A trial that fails is listed last with its reason`() throws {
    try ResumeTests.writeData(tool)
    let text = """
      train: regressor
      options: {data: heights.csv, target: height, hidden: 8, epochs: 10, optimizer: sgd, batch-size: 16}
      seeds: 1,2
      parameters: {learning-rate: [10, 0.1]}

      """
    try tool.write(text.utf8, to: "kinds.yaml")
    let result = try tool.run("sweep", "kinds.yaml")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    let rows = try tool.text(of: "runs/kinds/results.csv").split(separator: "\n")
    #expect(rows[1].hasPrefix("1,2,0.1,") && rows[1].contains(",finished,"), "\(rows[1])")
    #expect(rows[2].hasPrefix("2,1,10,,,,,,,failed,") && rows[2].contains("seed-1: "), "\(rows[2])")
    #expect(result.output.contains("trial 1  failed: seed-1: "))
    #expect(result.lines.last?.contains("--learning-rate=0.1 --seed=1") == true, "\(result.output)")

    try tool.write(text.replacing("[10, 0.1]", with: "[10, 9]").utf8, to: "bad.yaml")
    let bad = try tool.run("sweep", "bad.yaml", "--json")
    #expect(bad.status == 1 && bad.lines.count == 3, "\(bad.output)")
    let retried = try tool.run("sweep", "bad.yaml", "--json", "--retry-failed")
    #expect(retried.status == 1 && retried.lines.count == 3)
    #expect(try tool.run("sweep", "bad.yaml", "--json").lines.count == 1)
  }

  private static let small = "train: ppo\noptions: {steps: 64}\nparameters:\n  gamma: [0.9, 0.99]\n"

  /// Files that parse, and can't be trained: the line, and what is said.
  private static let refused: [(text: String, line: Int, parts: [String])] = [
    (small.replacing("gamma", with: "gama"), 4, ["gama", "gamma"]),
    (small.replacing("steps", with: "step"), 2, ["step", "steps"]),
    (small.replacing("0.99", with: "1.5"), 4, ["trial 2", "gamma", "1.5"]),
    (small.replacing("64", with: "many"), 2, ["steps", "many"]),
    (small.replacing("64", with: "64, minibatches: 3"), 2, ["minibatches", "2048"]),
    (small.replacing("64", with: "64, environment: moon"), 2, ["environment", "moon", "cartpole"]),
    (small.replacing("64", with: "64, run: here"), 2, ["run", "decided by the sweep"]),
    (small.replacing("64", with: "64, seed: 1"), 2, ["seed", "seeds"]),
    (small + "seeds: 3-1\n", 5, ["seeds", "3-1"]),
    (small + "metric: evaluation_return_mean\n", 5, ["evaluate-every"]),
    (small + "metric: entropi\n", 5, ["entropi", "entropy"]),
    (small + "method: halving\ntrials: 2\nhalving: {minimum: 40}\n", 7, ["minimum", "40", "64", "21"]),
    (
      small.replacing("64", with: "64, evaluate-every: 20")
        + "method: halving\ntrials: 2\nhalving: {minimum: 10}\n",
      7, ["minimum", "10", "evaluate-every", "20"]
    ),
    (
      small.replacing("gamma: [0.9, 0.99]", with: "steps: [64, 128]").replacing(
        "steps: 64", with: "hidden: 8")
        + "method: halving\ntrials: 2\nhalving: {minimum: 10}\n", 4, ["steps", "halving"]
    ),
    ("train: classifier\nparameters: {hidden: [8, 16]}\n", 1, ["trial 1", "--data"]),
    (
      "train: classifier\noptions: {data: none.csv, target: kind}\nparameters: {hidden: [8]}\n", 2,
      ["none.csv"]
    ),
    ("train: classifier\noptions: {data: a.csv}\nparameters: {optimizer: [adm]}\n", 3, ["optimizer", "adm"]),
    (
      "train: classifier\noptions: {data: a.csv}\nparameters: {optimzer: [adam]}\n", 3,
      ["optimzer", "optimizer"]
    ),
  ]

  @Test(arguments: refused) func `What can't be trained is said before anything starts`(
    _ text: String, _ line: Int, _ parts: [String]
  ) throws {
    try tool.write(text.utf8, to: "file.yaml")
    let result = try tool.run("sweep", "file.yaml")
    expectRefusal(result, status: 1, saying: "file.yaml:\(line): ")
    for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
    #expect(tool.names() == ["file.yaml"])
  }

  @Test func `Folders and files of something else are refused`() throws {
    try tool.write(Self.small.utf8, to: "file.yaml")
    expectRefusal(try tool.run("sweep", "none.yaml"), status: 1, saying: "none.yaml", "No such file")
    expectRefusal(try tool.run("sweep", "--resume", "none"), status: 1, saying: "none", "no sweep")
    try tool.write("mine".utf8, to: "used/notes.txt")
    expectRefusal(
      try tool.run("sweep", "file.yaml", "--run", "used"), status: 1, saying: "used already holds notes.txt")
    expectRefusal(
      try tool.run("sweep", "file.yaml", environment: withoutDevice), status: 1, saying: "No Vulkan device")
    for (arguments, part) in [
      ([], "file"), (["file.yaml", "--resume", "used"], "--resume"),
      (["file.yaml", "--jobs", "0"], "--jobs"),
      (["--resume", "used", "--run", "other"], "--run"), (["file.yaml", "--run", ""], "--run"),
    ] {
      expectRefusal(try tool.run(["sweep"] + arguments), status: 64, saying: part)
    }
    #expect(tool.names() == ["file.yaml", "used"] && tool.names(in: "used") == ["notes.txt"])
  }

  @Test func `As many run as memory and cores have room for`() {
    let (cores, mebibyte) = (sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1 << 20)
    func jobs(_ kind: PhysicalDevice.Kind, asked: Int? = nil, threads: Int = 1, host: Int, device: Int) -> Int
    {
      var capacity = SweepCapacity(
        jobs: asked,
        on: PhysicalDevice(index: 0, name: "made up", kind: kind, deviceLocalBytes: 1000 * mebibyte),
        threads: threads)
      #expect(asked != nil || capacity.jobs == 1)
      capacity.note(hostBytes: host, deviceBytes: device)
      return capacity.jobs
    }
    #expect(jobs(.cpu, host: mebibyte, device: 0) == cores)
    #expect(jobs(.cpu, threads: cores, host: mebibyte, device: 0) == 1)
    // A device's memory counts where it is its own.
    #expect(jobs(.cpu, host: mebibyte, device: 900 * mebibyte) == cores)
    // Two fit, but not their evaluations.
    #expect(jobs(.discrete, host: mebibyte, device: 500 * mebibyte) == 1)
    #expect(jobs(.discrete, host: mebibyte, device: mebibyte) == cores)
    #expect(jobs(.discrete, host: 1 << 50, device: mebibyte) == 1)
    #expect(jobs(.discrete, asked: 7, host: 1 << 50, device: 900 * mebibyte) == 7)
  }
}
