import Foundation
import Learning
import Testing

/// `train --resume`: a run that was stopped, by a signal or with `--stop-after`, goes on to the bytes of one that was not.
@Suite(.timeLimit(.minutes(5))) struct ResumeTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  /// Arguments of runs of some forty iterations or epochs, by name. A checkpoint after each makes that one the last when a
  /// signal comes; without, a machine that is fast would have done many more by then.
  static let kinds: [String: [String]] = [
    "ppo": [
      "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "2560", "--hidden", "8",
      "--epochs", "1",
      "--minibatches", "2", "--normalize-observations", "--evaluate-every", "600", "--evaluate-episodes", "2",
      "--checkpoint-every", "64",
    ],
    "seeds": [
      "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "2560", "--hidden", "8",
      "--epochs", "1",
      "--minibatches", "2", "--seeds", "3,5", "--evaluate-every", "1000", "--evaluate-episodes", "2",
      "--checkpoint-every", "64",
    ],
    "dqn": [
      "train", "dqn", "--steps", "1400", "--learning-starts", "100", "--hidden", "8", "--buffer-size", "400",
      "--gradient-steps", "4", "--prioritized", "--checkpoint-every", "32",
    ],
    "sac": [
      "train", "sac", "--steps", "420", "--learning-starts", "100", "--hidden", "8", "--buffer-size", "200",
      "--gradient-steps", "2", "--checkpoint-every", "8",
    ],
    "td3": [
      "train", "td3", "--steps", "420", "--learning-starts", "100", "--hidden", "8", "--buffer-size", "200",
      "--gradient-steps", "2", "--noise-correlation", "0.5", "--checkpoint-every", "8",
    ],
    "classifier": [
      "train", "classifier", "--data", "kinds.csv", "--target", "kind", "--hidden", "8", "--dropout", "0.1",
      "--epochs", "40", "--batch-size", "16", "--ema", "0.9", "--checkpoint-every", "7",
    ],
    "regressor": [
      "train", "regressor", "--data", "heights.csv", "--target", "height", "--hidden", "8", "--epochs", "40",
      "--batch-size", "16", "--optimizer", "rmsprop",
    ],
  ]

  static func writeData(_ tool: Tool) throws {
    let lines = SupervisedTests.table(rows: 240).split(separator: "\n").map { $0.split(separator: ",") }
    func table(_ columns: [Int]) -> String {
      lines.map { line in columns.map { String(line[$0]) }.joined(separator: ",") }.joined(separator: "\n")
        + "\n"
    }
    try tool.write(table([0, 1, 2, 3]).utf8, to: "kinds.csv")
    try tool.write(table([0, 1, 2, 4]).utf8, to: "heights.csv")
  }

  /// The folders of a run's agents.
  static func folders(_ kind: String, _ run: String) -> [String] {
    kind == "seeds" ? ["\(run)/seed-3", "\(run)/seed-5"] : [run]
  }

  /// Lines of metrics.jsonl without what is of time.
  static func metrics(_ tool: Tool, _ run: String) throws -> [String] {
    try tool.text(of: "\(run)/metrics.jsonl").split(separator: "\n").map { line in
      var row = try object(line)
      for key in ["seconds", "steps_per_second", "samples_per_second"] { row[key] = nil }
      return String(
        decoding: try JSONSerialization.data(withJSONObject: row, options: .sortedKeys), as: UTF8.self)
    }
  }

  /// Expects two folders to hold the same run, but for times.
  static func expectSame(
    _ tool: Tool, _ kind: String, _ run: String, _ whole: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (a, b) in zip(folders(kind, run) + [run], folders(kind, whole) + [whole]) {
      #expect(tool.names(in: a) == tool.names(in: b), sourceLocation: sourceLocation)
      #expect(
        tool.names(in: "\(a)/checkpoints") == tool.names(in: "\(b)/checkpoints"),
        sourceLocation: sourceLocation)
      let kept = tool.names(in: "\(a)/checkpoints").map { "checkpoints/\($0)" }
      for name in tool.names(in: a) + kept
      where !["metrics.jsonl", "log.txt", "status.json"].contains(name) && name.contains(".") {
        #expect(
          try tool.bytes(of: "\(a)/\(name)") == tool.bytes(of: "\(b)/\(name)"), "\(kind): \(name)",
          sourceLocation: sourceLocation)
      }
    }
    for (a, b) in zip(folders(kind, run), folders(kind, whole)) {
      #expect(try metrics(tool, a) == metrics(tool, b), "\(kind)", sourceLocation: sourceLocation)
    }
  }

  private func lines(_ run: String) -> Int {
    ((try? tool.bytes(of: "\(run)/metrics.jsonl")) ?? Data()).count { $0 == 10 }
  }

  /// After how many steps or epochs each kind of run is told to stop, and where it is then: whole iterations, behind the steps
  /// that fill a replay buffer.
  private static let stops: [String: [(after: Int, place: Int)]] = [
    "ppo": [(700, 704), (1300, 1344)], "seeds": [(64, 64), (1300, 1344)], "dqn": [(500, 616), (900, 1032)],
    "sac": [(150, 252), (304, 404)], "td3": [(150, 252), (304, 404)], "classifier": [(7, 7), (20, 20)],
    "regressor": [(1, 1), (20, 20)],
  ]

  @Test(arguments: kinds.keys.sorted()) func `Stopped and resumed, a run comes to the same bytes`(
    kind: String
  ) throws {
    try Self.writeData(tool)
    let arguments = try #require(Self.kinds[kind])
    let whole = try tool.run(arguments + ["--run", "whole"])
    #expect(whole.status == 0 && whole.errors == "", "\(whole.errors)")
    try stopBySignals(kind, arguments)
    try FileManager.default.removeItem(atPath: "\(tool.folder)/run")
    try stopWhereTold(kind, arguments)
  }

  private func stopBySignals(_ kind: String, _ arguments: [String]) throws {
    var running = try tool.start(arguments + ["--run", "run"])
    let signals = [SIGINT, SIGTERM, SIGINT]
    for (number, signal) in signals.enumerated() {
      let folder = Self.folders(kind, "run")[0]
      let before = number == 0 ? 0 : lines(folder)
      while running.process.isRunning, lines(folder) <= before { usleep(2000) }
      kill(running.process.processIdentifier, signal)
      let result = try running.finish()
      #expect(result.status == 128 + signal, "\(result.errors)")
      #expect(result.errors.hasSuffix("It goes on with: reprise train --resume run\n"), "\(result.errors)")
      #expect(lines(folder) < lines(folder.replacing("run", with: "whole")))
      running = try tool.start(["train", "--resume", "run"])
    }
    let last = try running.finish()
    #expect(last.status == 0 && last.errors == "", "\(last.errors)")
    #expect(last.output.contains("goes on from"))
    try Self.expectSame(tool, kind, "run", "whole")

    let before = try tool.bytes(of: "\(Self.folders(kind, "run")[0])/checkpoint.safetensors")
    let again = try tool.run("train", "--resume", "run")
    #expect(again.status == 0 && again.output.contains("run is finished"), "\(again.output)\(again.errors)")
    #expect(try tool.bytes(of: "\(Self.folders(kind, "run")[0])/checkpoint.safetensors") == before)
    try Self.expectSame(tool, kind, "run", "whole")
  }

  private func stopWhereTold(_ kind: String, _ arguments: [String]) throws {
    var command = arguments + ["--run", "run"]
    for (after, place) in try #require(Self.stops[kind]) {
      // The second time there is nothing left to do.
      for _ in 0..<2 {
        let result = try tool.run(command + ["--stop-after", "\(after)"])
        #expect(result.status == 0 && result.errors == "", "\(result.errors)")
        #expect(
          result.output.hasSuffix("\nIt goes on with: reprise train --resume run\n"), "\(result.output)")
        for folder in Self.folders(kind, "run") {
          let status = try object(tool.text(of: "\(folder)/status.json"))
          #expect(status["status"] as? String == "interrupted")
          #expect(status["reason"] as? String == "stop-after \(after)")
          let last = try Self.metrics(tool, folder).last.map { try object($0) }
          #expect(last?["steps"] as? Int ?? last?["epoch"] as? Int == place)
        }
        #expect(!tool.names(in: "run").contains("test.json"))
        command = ["train", "--resume", "run"]
      }
    }
    let last = try tool.run(command + ["--stop-after", "1000000"])
    #expect(last.status == 0 && last.errors == "" && !last.output.contains("goes on with"), "\(last.errors)")
    try Self.expectSame(tool, kind, "run", "whole")
    for folder in Self.folders(kind, "run") {
      #expect(try object(tool.text(of: "\(folder)/status.json"))["status"] as? String == "finished")
    }
  }

  @Test(arguments: ["0", "-5", "many"]) func `A place to stop that is none is refused`(place: String) throws {
    for command in [["ppo"], ["classifier", "--data", "kinds.csv"], ["--resume", "run"]] {
      expectRefusal(
        try tool.run(["train"] + command + ["--stop-after", place]), status: 64, saying: "stop-after", place)
    }
    #expect(tool.names() == [])
  }

  private let small = [
    "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "512", "--hidden", "8",
  ]

  @Test func `What is later than the checkpoint, and half a line, is cut off`() throws {
    #expect(try tool.run(small + ["--run", "whole", "--checkpoint-every", "64"]).status == 0)
    let names = tool.names(in: "whole/checkpoints")
    #expect(names == (1...8).map { String(format: "step-%012d.safetensors", 64 * $0) })
    // A run as it is killed after its fifth checkpoint, in its eighth line.
    try tool.write([], to: "run/notes.txt")
    for name in ["config.yaml", "metrics.jsonl"] { try tool.copy("whole/\(name)", to: "run/\(name)") }
    try tool.copy("whole/checkpoints/\(names[4])", to: "run/checkpoint.safetensors")
    let text = try tool.text(of: "whole/metrics.jsonl")
    try tool.write(text.utf8.dropLast(30), to: "run/metrics.jsonl")
    try tool.write([1, 2, 3], to: "run/checkpoint.safetensors.aB3xYz")
    let result = try tool.run("train", "--resume", "run/", "--json")
    #expect(result.status == 0 && result.errors == "", "\(result.errors)")
    #expect(try Self.metrics(tool, "run") == Self.metrics(tool, "whole"))
    #expect(try result.lines.compactMap { try object($0)["iteration"] as? Int } == [6, 7, 8])
    #expect(
      try tool.bytes(of: "run/checkpoint.safetensors") == tool.bytes(of: "whole/checkpoint.safetensors"))
    #expect(
      tool.names(in: "run") == [
        "checkpoint.safetensors", "checkpoints", "config.yaml", "log.txt", "metrics.jsonl", "notes.txt",
        "status.json",
      ])
    #expect(tool.names(in: "run/checkpoints") == Array(names.suffix(4)))
    let rows = try text.split(separator: "\n").map { try object($0) }
    let times = try tool.text(of: "run/metrics.jsonl").split(separator: "\n").compactMap {
      try object($0)["seconds"] as? Double
    }
    #expect(times == times.sorted() && times[5] >= (rows[4]["seconds"] as? Double ?? .infinity))
  }

  @Test func `A run without a checkpoint begins anew as its file says`() throws {
    #expect(try tool.run(small + ["--run", "whole", "--no-fusion", "--seeds", "2"]).status == 0)
    try tool.write([], to: "run/seed-2/metrics.jsonl")
    for name in ["config.yaml", "seed-2/config.yaml"] { try tool.copy("whole/\(name)", to: "run/\(name)") }
    let result = try tool.run("train", "--resume", "run")
    #expect(result.status == 0 && result.output.contains("the beginning"), "\(result.errors)")
    #expect(try tool.bytes(of: "run/state.safetensors") == tool.bytes(of: "whole/state.safetensors"))
    #expect(try Self.metrics(tool, "run/seed-2") == Self.metrics(tool, "whole/seed-2"))
    expectRefusal(
      try tool.run("train", "--resume", "run/seed-2"), status: 1, saying: "run/seed-2", "one of several")
  }

  @Test func `What can't be gone on with is refused, and stays as it is`() throws {
    #expect(try tool.run(small + ["--run", "run"]).status == 0)
    let files = ["checkpoint.safetensors", "config.yaml", "metrics.jsonl"]
    let before = try files.map { try tool.bytes(of: "run/\($0)") }
    func refused(_ file: String, _ change: (inout Data) -> Void, saying parts: String...) throws {
      let old = try tool.bytes(of: "run/\(file)")
      var new = old
      change(&new)
      try tool.write(new, to: "run/\(file)")
      let result = try tool.run("train", "--resume", "run")
      expectRefusal(result, status: 1)
      for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
      #expect(try tool.bytes(of: "run/\(file)") == new)
      try tool.write(old, to: "run/\(file)")
    }
    func replace(_ old: String, _ new: String) -> (inout Data) -> Void {
      { $0 = Data(String(decoding: $0, as: UTF8.self).replacing(old, with: new).utf8) }
    }
    try refused(
      "config.yaml", replace("version: 0.1.0", "version: 0.11.0"), saying: "run/config.yaml:", "0.11.0",
      "newer")
    try refused("config.yaml", replace("algorithm: ppo", "algorithm: poo"), saying: "run/config.yaml:", "poo")
    try refused("config.yaml", replace("hidden: 8", "hidden: 9"), saying: "run/checkpoint.safetensors")
    try refused("checkpoint.safetensors", { $0 = $0.dropLast(4) }, saying: "run/checkpoint.safetensors")
    try refused("metrics.jsonl", { $0 = $0.prefix(900) }, saying: "run/metrics.jsonl", "8")
    for command in [["evaluate", "run"], ["plot", "run"]] {
      try tool.write(
        try tool.text(of: "run/config.yaml").replacing("version: 0.1.0", with: "version: 1.0.0").utf8,
        to: "run/config.yaml")
      if command[0] == "evaluate" {
        expectRefusal(try tool.run(command), status: 1, saying: "run/config.yaml:", "1.0.0", "newer")
      }
    }
    try tool.write(before[1], to: "run/config.yaml")
    #expect(try files.map { try tool.bytes(of: "run/\($0)") } == before)
    expectRefusal(try tool.run("train", "--resume", "none"), status: 1, saying: "none", "no such run")
    expectRefusal(try tool.run("train", "--resume", ""), status: 64, saying: "--resume")
    expectRefusal(try tool.run("train", "--resum", "run"), status: 64, saying: "--resum")
    expectRefusal(try tool.run("train", "pop"), status: 64, saying: "pop")
  }

  @Test func `A full disk ends the run with the old checkpoint whole`() throws {
    #expect(
      try tool.run("train", "ppo", "--steps", "8192", "--run", "run", "--checkpoint-every", "6000").status
        == 0)
    let names = tool.names(in: "run/checkpoints")
    #expect(names == ["step-000000006144.safetensors"])
    try tool.copy("run/checkpoint.safetensors", to: "last.safetensors")
    try FileManager.default.removeItem(atPath: "\(tool.folder)/run/checkpoint.safetensors")
    try tool.copy("run/checkpoints/\(names[0])", to: "run/checkpoint.safetensors")
    let before = try tool.bytes(of: "run/checkpoint.safetensors")
    // No file may be larger than 16 KiB: as a disk that is full in the middle of a checkpoint.
    #expect(before.count > 16384)
    let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
      component: "reprise")
    func limited(_ kibibytes: Int) throws -> Tool.Result {
      try tool.start(
        ["-c", "ulimit -f \(kibibytes); exec \(program.path) train --resume run --json"], of: "/bin/bash"
      ).finish()
    }
    let result = try limited(16)
    #expect(result.status == 1)
    #expect(result.errors.contains("run/checkpoint.safetensors") && result.errors.contains("File too large"))
    #expect(try tool.bytes(of: "run/checkpoint.safetensors") == before)
    let files = [
      "checkpoint.safetensors", "checkpoints", "config.yaml", "log.txt", "metrics.jsonl", "status.json",
    ]
    #expect(tool.names(in: "run") == files && tool.names(in: "run/checkpoints") == names)
    #expect(try tool.text(of: "run/metrics.jsonl").hasSuffix("\n"))
    // The first event, which has all settings, is more than this.
    let none = try limited(1)
    #expect(none.status == 1)
    #expect(
      none.errors.contains("run/events.out.tfevents.") && none.errors.contains("File too large"),
      "\(none.errors)")
    #expect(try tool.bytes(of: "run/checkpoint.safetensors") == before)

    #expect(try tool.run("train", "--resume", "run").status == 0)
    #expect(try tool.bytes(of: "run/checkpoint.safetensors") == tool.bytes(of: "last.safetensors"))
  }
}
