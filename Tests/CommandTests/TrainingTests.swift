import Foundation
import Testing

/// `train ppo`: what a run leaves behind, and how it ends.
@Suite(.timeLimit(.minutes(5))) struct TrainingTests {
  private static let files = [
    "checkpoint.safetensors", "config.yaml", "log.txt", "metrics.jsonl", "status.json",
  ]
  private let tool: Tool

  init() throws { tool = try Tool() }

  /// 16 iterations of 4 environments × 16 steps.
  private func train(_ more: String..., environment: [String: String] = [:]) throws -> Tool.Result {
    try tool.run(small + more, environment: environment)
  }

  private let small = [
    "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "1024", "--hidden", "8",
  ]

  @Test func `A run is a folder of three files`() throws {
    let result = try train()
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    #expect(tool.names() == ["runs"])
    #expect(tool.names(in: "runs") == ["cartpole-ppo-seed1"])
    let run = "runs/cartpole-ppo-seed1"
    #expect(tool.names(in: run) == Self.files)
    for part in ["device", "driver", "cartpole", "1,024 steps", "\(run)/checkpoint.safetensors"] {
      #expect(result.output.contains(part), "\(part)")
    }

    let config = try tool.text(of: "\(run)/config.yaml")
    for line in [
      "algorithm: ppo", "environment: cartpole", "steps: 1024", "environments: 4", "horizon: 16",
      "epochs: 10",
      "minibatches: 8", "learning_rate: 0.001", "gamma: 0.98", "gae_lambda: 0.8", "clip: 0.2",
      "entropy: 0",
      "seed: 1",
    ] {
      #expect(config.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
    for key in ["version", "device", "driver", "hidden", "anneal"] {
      #expect(config.contains("\(key):"), "\(key)")
    }

    let metrics = try tool.text(of: "\(run)/metrics.jsonl").split(separator: "\n").map { try object($0) }
    #expect(metrics.map { $0["iteration"] as? Int } == Array(1...16))
    #expect(metrics.map { $0["steps"] as? Int } == (1...16).map { 64 * $0 })
    #expect(metrics.contains { $0["return_mean"] is Double })
    for key in [
      "policy_loss", "value_loss", "entropy", "approximate_kl", "gradient_norm", "learning_rate", "clip",
    ] {
      #expect(metrics.allSatisfy { $0[key] is Double }, "\(key)")
    }

    // 8 bytes of length, then the header: a JSON object.
    let checkpoint = try tool.bytes(of: "\(run)/checkpoint.safetensors")
    let length = checkpoint.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try object(String(decoding: checkpoint.dropFirst(8).prefix(length), as: UTF8.self))
    let metadata = try #require(header["__metadata__"] as? [String: String])
    #expect(try object(#require(metadata["config"]))["horizon"] as? Int == 16)
  }

  @Test func `With --json standard output is JSON only`() throws {
    let result = try train("--json", "--profile", "--run", "run")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    let lines = try result.lines.map { try object($0) }
    #expect(lines.dropLast().map { $0["iteration"] as? Int } == Array(1...16))
    let summary = try #require(lines.last)
    let expected: Set = [
      "steps", "seconds", "steps_per_second", "return_mean", "device", "driver", "checkpoint", "iterations",
      "interrupted", "submissions_per_iteration", "host_microseconds_per_iteration",
      "device_milliseconds_per_iteration", "dispatches_per_iteration", "barriers_per_iteration",
      "arena_bytes", "device_bytes",
    ]
    #expect(expected.subtracting(summary.keys) == [])
    #expect(summary["steps"] as? Int == 1024)
    #expect(summary["iterations"] as? Int == 16)
    #expect(summary["interrupted"] as? Bool == false)
    #expect(summary["checkpoint"] as? String == "run/checkpoint.safetensors")
    #expect(try #require(summary["steps_per_second"] as? Double) > 0)
    #expect(try #require(summary["submissions_per_iteration"] as? Double) > 0)
    #expect(try #require(summary["dispatches_per_iteration"] as? Int) > 0)
    #expect(try tool.text(of: "run/metrics.jsonl") == result.lines.dropLast().map { $0 + "\n" }.joined())
  }

  @Test func `The same seed gives the same bytes, another seed others`() throws {
    for (run, seed) in [("a", "7"), ("b", "7"), ("c", "8")] {
      #expect(try train("--run", run, "--seed", seed).status == 0)
    }
    let first = try tool.bytes(of: "a/checkpoint.safetensors")
    #expect(try tool.bytes(of: "b/checkpoint.safetensors") == first)
    #expect(try tool.bytes(of: "c/checkpoint.safetensors") != first)
  }

  @Test func `A run is not lost unless that is asked for and the new one is known to be good`() throws {
    #expect(try train("--run", "run").status == 0)
    try tool.write("mine".utf8, to: "run/notes.txt")
    let names = (Self.files + ["notes.txt"]).sorted()
    let before = try names.map { try tool.bytes(of: "run/\($0)") }
    func expectUntouched(sourceLocation: SourceLocation = #_sourceLocation) throws {
      #expect(tool.names() == ["run"], sourceLocation: sourceLocation)
      #expect(tool.names(in: "run") == names, sourceLocation: sourceLocation)
      #expect(try names.map { try tool.bytes(of: "run/\($0)") } == before, sourceLocation: sourceLocation)
    }

    expectRefusal(try train("--run", "run"), status: 1, saying: "run already holds a run", "--overwrite")
    try expectUntouched()
    expectRefusal(try train("--run", "run", "--overwrite", "--minibatches", "3"), status: 64)
    try expectUntouched()
    expectRefusal(try train("--run", "run", "--overwrite", "--device", "no such device"), status: 64)
    try expectUntouched()
    expectRefusal(try train("--run", "run", "--overwrite", environment: withoutDevice), status: 1)
    try expectUntouched()

    #expect(try train("--run", "run", "--overwrite", "--seed", "2").status == 0)
    #expect(tool.names(in: "run") == names)
    let after = try names.map { try tool.bytes(of: "run/\($0)") }
    #expect(zip(names, zip(before, after)).filter { $1.0 == $1.1 }.map(\.0) == ["notes.txt"])
    #expect(try tool.text(of: "run/metrics.jsonl").split(separator: "\n").count == 16)
  }

  @Test(arguments: ["checkpoint.safetensors", "config.yaml", "metrics.jsonl"])
  func `Any file of a run makes a folder one`(name: String) throws {
    try tool.write([], to: "run/\(name)")
    expectRefusal(try train("--run", "run"), status: 1, saying: name)
    #expect(tool.names(in: "run") == [name])
  }

  @Test func `A folder that can't be made is refused`() throws {
    try tool.write([], to: "file")
    expectRefusal(try train("--run", "file"), status: 1, saying: "file", "Not a directory")
    expectRefusal(try train("--run", "file/run"), status: 1, saying: "file/run", "Not a directory")
    expectRefusal(try train("--trace", "no/trace.json"), status: 1, saying: "no/trace.json", "No such file")
    #expect(tool.names() == ["file"])
  }

  /// Starts a run that would take hours, and waits until it has done something.
  private func startLong() throws -> Running {
    let running = try tool.start(small + ["--steps", "10000000000", "--json", "--run", "run"])
    while running.process.isRunning, ((try? tool.bytes(of: "run/metrics.jsonl"))?.count ?? 0) == 0 {
      usleep(10_000)
    }
    return running
  }

  @Test(arguments: [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")])
  func `A signal ends training and keeps what was learnt`(signal: Int32, name: String) throws {
    let running = try startLong()
    kill(running.process.processIdentifier, signal)
    let result = try running.finish()
    #expect(result.status == 128 + signal)
    #expect(result.errors.contains(name))
    let summary = try object(#require(result.lines.last))
    #expect(summary["interrupted"] as? Bool == true)
    let iterations = try #require(summary["iterations"] as? Int)
    #expect(tool.names(in: "run") == Self.files)
    #expect(try tool.text(of: "run/metrics.jsonl").split(separator: "\n").count == iterations)
    #expect(try tool.run("evaluate", "run", "--episodes", "2").status == 0)
  }

  @Test func `Two runs can't share a folder`() throws {
    let running = try startLong()
    defer { running.process.terminate() }
    expectRefusal(try train("--run", "run", "--overwrite"), status: 1, saying: "Another reprise", "run")
    #expect(running.process.isRunning)
  }
}
