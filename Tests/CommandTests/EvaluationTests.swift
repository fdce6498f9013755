import Foundation
import Testing

/// `evaluate`: what it prints, and runs that it refuses.
@Suite(.timeLimit(.minutes(5))) struct EvaluationTests {
  private let tool: Tool

  init() throws { tool = try Tool.holdingRun() }

  @Test func `Returns and lengths of the episodes`() throws {
    let before = tool.names(in: "run")
    let result = try tool.run("evaluate", "run/", "--episodes", "20", "--json")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors == "")
    let summary = try object(#require(result.lines.last))
    #expect(summary["episodes"] as? Int == 20)
    #expect(summary["device"] as? String != nil)
    let mean = try #require(summary["return_mean"] as? Double)
    // CartPole's reward is 1 a step.
    #expect(summary["length_mean"] as? Double == mean)
    #expect(try #require(summary["return_min"] as? Double) <= mean)
    #expect(try #require(summary["return_max"] as? Double) >= mean)
    #expect(try #require(summary["return_std"] as? Double) >= 0)
    let quantiles = try #require(summary["return_quantiles"] as? [Double])
    #expect(quantiles.count == 5 && quantiles == quantiles.sorted())
    #expect(quantiles.first == summary["return_min"] as? Double)
    #expect(quantiles.last == summary["return_max"] as? Double)
    #expect(summary["length_min"] as? Double == quantiles.first)
    #expect(summary["length_max"] as? Double == quantiles.last)
    let sampled = try object(tool.run("evaluate", "run", "--episodes", "20", "--json", "--sampled").output)
    #expect(sampled["sampled"] as? Bool == true && sampled["return_mean"] as? Double != mean)
    #expect(try tool.run("evaluate", "run", "--episodes", "20", "--json").output == result.output)

    let text = try tool.run("evaluate", "run", "--episodes", "20")
    #expect(text.status == 0)
    #expect(text.output.contains("20 episodes"))
    #expect(text.output.contains(String(format: "%.1f ± ", mean)))
    #expect(tool.names(in: "run") == before)
    expectRefusal(try tool.run("evaluate", "run", "--episodes", "0"), status: 64, saying: "episodes", "0")
  }

  @Test func `Parameters are the run's, unless others are asked for`() throws {
    let run = try tool.run(
      "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "128", "--hidden", "8",
      "--action-repeat", "2", "--frame-stack", "2", "--parameters", "tau=1e-6,gravity=8:12", "--run", "still")
    #expect(run.status == 0, "\(run.errors)")
    let config = try tool.text(of: "still/config.yaml").split(separator: "\n")
    for line in ["action_repeat: 2", "frame_stack: 2", "parameters: gravity=8.0:12.0,tau=1e-06"] {
      #expect(config.contains { $0 == line }, "\(config)")
    }
    func evaluated(_ more: String...) throws -> [String: Any] {
      let result = try tool.run(["evaluate", "still", "--episodes", "10", "--json"] + more)
      #expect(result.status == 0, "\(result.errors)")
      return try object(result.output)
    }
    // Time hardly passes: no pole falls.
    let own = try evaluated()
    #expect(own["parameters"] as? String == "gravity=8.0:12.0,tau=1e-06" && own["length_min"] as? Int == 500)
    let plain = try evaluated("--parameters", "none")
    #expect(plain["parameters"] as? String == "none")
    #expect(try #require(plain["length_mean"] as? Double) < 500)
    #expect(
      try evaluated("--parameters", "tau=0.02")["length_mean"] as? Double == plain["length_mean"] as? Double)

    expectRefusal(
      try tool.run("evaluate", "still", "--parameters", "gravty=9"), status: 64,
      saying: "parameters: cartpole has no \"gravty\"; the nearest are: gravity")
    expectRefusal(
      try tool.run("train", "dqn", "--parameters", "gravity=12:8"), status: 64,
      saying: "parameters: has gravity=12:8, whose bounds are the wrong way round")
    #expect(tool.names() == ["run", "still"])
  }

  @Test func `A run that is not there`() throws {
    expectRefusal(try tool.run("evaluate", "nowhere"), status: 1, saying: "nowhere", "no such run")
    try FileManager.default.removeItem(atPath: "\(tool.folder)/run/checkpoint.safetensors")
    expectRefusal(
      try tool.run("evaluate", "run"), status: 1, saying: "run/checkpoint.safetensors", "No such file")
    try FileManager.default.removeItem(atPath: "\(tool.folder)/run/config.yaml")
    expectRefusal(try tool.run("evaluate", "run"), status: 1, saying: "run/config.yaml", "No such file")
  }

  @Test func `A checkpoint that is not whole, or another's, is refused`() throws {
    let whole = try tool.bytes(of: "run/checkpoint.safetensors")
    func expectRefused(_ bytes: Data, sourceLocation: SourceLocation = #_sourceLocation) throws {
      try tool.write(bytes, to: "run/checkpoint.safetensors")
      expectRefusal(
        try tool.run("evaluate", "run"), status: 1, saying: "run/checkpoint.safetensors",
        sourceLocation: sourceLocation)
    }
    for length in [0, 4, 8, 100, whole.count - 1] { try expectRefused(whole.prefix(length)) }
    try expectRefused(whole + [0])
    var header = whole
    header[whole.startIndex + 8] = UInt8(ascii: "[")
    try expectRefused(header)
    try expectRefused(Data(repeating: 0xff, count: 64))
    try expectRefused(Data([2, 0, 0, 0, 0, 0, 0, 0]) + Data("{}".utf8))

    // Of other environments or algorithms, whose weights might fit.
    for (found, other) in [("environment\":\"cartpole", "pendulum"), ("algorithm\":\"ppo", "dqn")] {
      let name = try #require(found.split(separator: "\"").last)
      let header = try #require(whole.range(of: Data(found.utf8)))
      var changed = whole
      changed.replaceSubrange(
        header.upperBound - name.utf8.count..<header.upperBound, with: Data(other.utf8))
      try tool.write(changed, to: "run/checkpoint.safetensors")
      expectRefusal(try tool.run("evaluate", "run"), status: 1, saying: other, "ppo on cartpole")
    }

    // The weights of a wider network.
    let result = try tool.run(
      "train", "ppo", "--environments", "4", "--horizon", "16", "--steps", "64", "--hidden", "16", "--run",
      "wide")
    #expect(result.status == 0)
    try expectRefused(try tool.bytes(of: "wide/checkpoint.safetensors"))
  }

  @Test func `A configuration that can't be used is refused with its line`() throws {
    let config = try tool.text(of: "run/config.yaml")
    let line = try #require(config.split(separator: "\n").firstIndex { $0.hasPrefix("gamma: ") }) + 1
    let cases = [
      ("gamma: 0.9\n]", "config.yaml:\(line + 1): it is no YAML"),
      ("\tgamma: 1", "config.yaml:\(line): it is no YAML"),
      ("gamma: high", "config.yaml:\(line): \"gamma\" can't be used: is \"high\""),
      ("gamma: 3", "config.yaml:\(line): gamma: is 3.0"),
      ("gama: 0.98", "config.yaml:\(line): \"gama\" can't be used: is no setting; the nearest are: gamma"),
      ("clip: 1\ngamma: 1", "config.yaml:\(line): clip stands there more than once"),
    ]
    for (text, expected) in cases {
      try tool.write(config.replacing("gamma: 0.98", with: text).utf8, to: "run/config.yaml")
      expectRefusal(try tool.run("evaluate", "run"), status: 1, saying: "run/\(expected)")
    }
    for text in ["", "3\n", "- 1\n"] {
      try tool.write(text.utf8, to: "run/config.yaml")
      expectRefusal(
        try tool.run("evaluate", "run"), status: 1, saying: "run/config.yaml:1: found no settings")
    }
    try tool.write(config.replacing("algorithm: ppo", with: "algorithm: poker").utf8, to: "run/config.yaml")
    expectRefusal(try tool.run("evaluate", "run"), status: 1, saying: "algorithm: poker is not known")
  }
}
