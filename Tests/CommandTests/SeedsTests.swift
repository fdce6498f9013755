import Foundation
import Testing

/// `--seeds`, `--evaluate-every`, recipes: runs of many agents, and what stands in their files.
@Suite(.timeLimit(.minutes(5))) struct SeedsTests {
  private let tool: Tool
  private let small = [
    "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "256", "--hidden", "8",
  ]

  init() throws { tool = try Tool() }

  private func train(_ more: String...) throws -> Tool.Result {
    let result = try tool.run(small + more)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    return result
  }

  /// The weights in a run's checkpoint by name.
  private func weights(_ run: String) throws -> [String: [Float]] {
    let bytes = try tool.bytes(of: "\(run)/checkpoint.safetensors")
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try object(String(decoding: bytes.dropFirst(8).prefix(length), as: UTF8.self))
    return try header.filter { $0.key.hasPrefix("policy.") || $0.key.hasPrefix("value.") }.mapValues {
      entry in
      let ends = try #require((entry as? [String: Any])?["data_offsets"] as? [Int])
      let data = bytes.dropFirst(8 + length + ends[0]).prefix(ends[1] - ends[0])
      return data.withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
    }
  }

  @Test func `Many agents are as many runs`() throws {
    let result = try train("--seeds", "3,5", "--run", "both", "--json")
    #expect(tool.names(in: "both") == ["config.yaml", "seed-3", "seed-5", "state.safetensors"])
    let summary = try object(#require(result.lines.last))
    #expect(summary["seeds"] as? [Int] == [3, 5])
    #expect(summary["steps"] as? Int == 512)
    #expect((summary["return_means"] as? [Any])?.count == 2)
    #expect((summary["checkpoints"] as? [String])?.last == "both/seed-5/checkpoint.safetensors")
    for seed in ["3", "5"] {
      let run = "both/seed-\(seed)"
      _ = try train("--seed", seed, "--run", seed)
      #expect(tool.names(in: run) == tool.names(in: seed))
      #expect(try tool.text(of: "\(run)/config.yaml") == tool.text(of: "\(seed)/config.yaml"))
      let (together, alone) = (try weights(run), try weights(seed))
      #expect(Set(together.keys) == Set(alone.keys) && !alone.isEmpty)
      for (name, values) in alone {
        let other = try #require(together[name])
        #expect(
          zip(values, other).allSatisfy { abs($0 - $1) <= 1e-5 } && values.count == other.count, "\(name)")
      }
      let metrics = try tool.text(of: "\(run)/metrics.jsonl").split(separator: "\n").map { try object($0) }
      #expect(metrics.map { $0["iteration"] as? Int } == Array(1...4))
      #expect(metrics.allSatisfy { $0["seed"] as? Int == Int(seed) })
    }
    #expect(try weights("both/seed-3") != weights("both/seed-5"))

    #expect(try tool.run("evaluate", "both/seed-3", "--episodes", "2").status == 0)
    expectRefusal(try tool.run("evaluate", "both"), status: 1, saying: "several seeds", "both/seed-3")
    expectRefusal(
      try tool.run(small + ["--seeds", "5-6", "--run", "both"]), status: 1, saying: "both/config.yaml",
      "--overwrite")
    #expect(tool.names(in: "both") == ["config.yaml", "seed-3", "seed-5", "state.safetensors"])
  }

  @Test func `The best weights are those of the best evaluation`() throws {
    let result = try train("--evaluate-every", "100", "--evaluate-episodes", "3", "--run", "run", "--json")
    let lines = try tool.text(of: "run/metrics.jsonl").split(separator: "\n").map { try object($0) }
    #expect(result.lines.count == lines.count + 1)
    let evaluations = lines.filter { $0["evaluation_return_mean"] != nil }
    #expect(evaluations.map { $0["steps"] as? Int } == [128, 256])
    #expect(evaluations.allSatisfy { $0["evaluation_episodes"] as? Int == 3 })
    let returns = evaluations.compactMap { $0["evaluation_return_mean"] as? Double }
    #expect(evaluations.map { $0["is_best"] as? Bool } == [true, returns[1] > returns[0]])
    #expect(try object(#require(result.lines.last))["best_return_mean"] as? Double == returns.max())
    let config = try tool.text(of: "run/config.yaml")
    #expect(config.contains("evaluate_every: 100\n") && config.contains("evaluate_episodes: 3\n"))

    let best = try object(try tool.run("evaluate", "run", "--best", "--json", "--episodes", "3").output)
    #expect(best["checkpoint"] as? String == "run/best.safetensors")
    try FileManager.default.removeItem(atPath: "\(tool.folder)/run/best.safetensors")
    expectRefusal(
      try tool.run("evaluate", "run", "--best"), status: 1, saying: "run/best.safetensors", "--evaluate-every"
    )
    #expect(try tool.run("plot", "run").status == 0)
  }

  @Test func `A run's configuration makes the same run again`() throws {
    _ = try train("--gamma", "0.9", "--set", "clip=0.1", "--seed", "4", "--run", "first")
    let result = try tool.run("train", "ppo", "--config", "first/config.yaml", "--run", "second")
    #expect(result.status == 0, "\(result.errors)")
    for file in ["config.yaml", "checkpoint.safetensors"] {
      #expect(try tool.bytes(of: "second/\(file)") == tool.bytes(of: "first/\(file)"), "\(file)")
    }
    // As runs up to 0.1.0 wrote them.
    let config = try tool.text(of: "first/config.yaml")
    try tool.write(
      config.replacing("max_gradient_norm", with: "maximum_gradient_norm")
        .replacing("hidden: 8", with: "hidden: [8]").replacing("value_coefficient: 0.5\n", with: "").utf8,
      to: "first/config.yaml")
    #expect(try tool.text(of: "first/config.yaml").contains("hidden: [8]"))
    #expect(try tool.run("evaluate", "first", "--episodes", "2").status == 0)
  }

  @Test func `Options stand over --set, that over a file, and that over the recipe`() throws {
    try tool.write("gamma: 0.5\nclip: 0.5\nentropy: 0.5\n".utf8, to: "mine.yaml")
    _ = try train(
      "--config", "mine.yaml", "--set", "clip=0.4", "--set", "entropy=0.4", "--entropy", "0.2", "--entropy",
      "0.3", "--run", "run")
    let config = try tool.text(of: "run/config.yaml").split(separator: "\n")
    for line in ["gamma: 0.5", "clip: 0.4", "entropy: 0.3", "gae_lambda: 0.8"] {
      #expect(config.contains(Substring(line)), "\(line)")
    }
    let printed = try tool.run("recipes", "ppo", "cartpole")
    #expect(printed.status == 0)
    try tool.write(printed.output.utf8, to: "printed.yaml")
    let plan = try tool.run("plan", "ppo", "--config", "printed.yaml").output
    #expect(try plan == tool.run("plan", "ppo").output && !plan.isEmpty)
    #expect(try tool.run("recipes").output.contains("ppo  cartpole"))
    #expect(try object(tool.run("recipes", "ppo", "cartpole", "--json").output)["gamma"] as? Double == 0.98)

    try tool.write("gamma: 0.5\ngama: 0.5\n".utf8, to: "mine.yaml")
    expectRefusal(
      try tool.run(small + ["--config", "mine.yaml"]), status: 1, saying: "mine.yaml:2: gama: is no setting",
      "gamma")
    try tool.write("\nenvironment: moonbase\n".utf8, to: "mine.yaml")
    expectRefusal(
      try tool.run(small + ["--config", "mine.yaml"]), status: 1, saying: "mine.yaml:2: environment",
      "moonbase")
    expectRefusal(
      try tool.run(small + ["--config", "none.yaml"]), status: 1, saying: "none.yaml can't be read")
    #expect(tool.names() == ["mine.yaml", "printed.yaml", "run"])
  }
}
