import TestSupport
import Testing

/// Help, and command lines that are refused.
@Suite struct UsageTests {
  private let tool: Tool

  init() throws { tool = try Tool() }

  @Test func `Version and help`() throws {
    let version = try tool.run("--version")
    #expect(version.status == 0)
    #expect(version.output.wholeMatch(of: #/\d+\.\d+\.\d+\n/#) != nil)
    let commands = [
      [], ["devices"], ["sweep"], ["train"], ["train", "ppo"], ["train", "classifier"],
      ["train", "regressor"], ["evaluate"], ["predict"], ["plot"], ["report"], ["render"], ["watch"],
      ["plan"],
      ["plan", "ppo"],
      ["recipes"], ["schema"], ["bench"],
      ["bench", "environment"], ["bench", "limits"], ["tune"],
    ]
    for command in commands {
      let help = try tool.run(command + ["--help"])
      #expect(help.status == 0)
      #expect(help.output.contains("USAGE: \((["reprise"] + command).joined(separator: " "))"))
    }
    #expect(tool.names() == [])
  }

  @Test func `Shells complete it`() throws {
    try expectCompletion(of: "reprise", "exp", gives: "export") { shell in
      try tool.run("--generate-completion-script", shell).output
    }
  }

  @Test func `Help of training gives each option's default`() throws {
    // Lines are broken to fit; defaults are looked for in one line.
    let help = try tool.run("train", "ppo", "--help").output.split { $0.isWhitespace }.joined(separator: " ")
    let defaults = [
      ("environment", "cartpole"), ("steps", "200000"), ("environments", "64"), ("horizon", "32"),
      ("epochs", "10"), ("minibatches", "8"), ("hidden", "64,64"), ("learning-rate", "0.001"),
      ("gamma", "0.98"), ("gae-lambda", "0.8"), ("clip", "0.2"), ("entropy", "0.0"),
      ("value-coefficient", "0.5"), ("max-gradient-norm", "0.5"), ("anneal", "learning-rate,clip"),
      ("seed", "1"), ("evaluate-episodes <episodes>", "20"),
      ("run <folder>", "runs/<environment>-ppo-seed<seed>"),
    ]
    // Its only other places are examples.
    let table = try #require(help.firstRange(of: "Settings (").map { help[$0.upperBound...] })
    for (option, value) in defaults {
      let text = try #require(
        table.ranges(of: "--\(option) ").map { table[$0.upperBound...] }.first { $0.first?.isLetter == true },
        "\(option)")
      let description = text.prefix(upTo: text.firstRange(of: " --")?.lowerBound ?? text.endIndex)
      #expect(description.contains("default: \(value))"), "\(option): \(description)")
    }
  }

  @Test(arguments: ["reprise", "reprise-glslc"]) func `Help of every command fits a terminal`(product: String)
    throws
  {
    var commands: [[String]] = [[]]
    var seen = 0
    while let command = commands.popLast() {
      let help = try tool.start(command + ["--help"], of: product).finish()
      #expect(help.status == 0)
      for line in help.lines { #expect(line.count <= 80, "\(command): \(line)") }
      let list = help.output.firstRange(of: "SUBCOMMANDS:\n").map { help.output[$0.upperBound...] } ?? ""
      // A subcommand's name stands behind two spaces, what is said of it behind more.
      commands += list.split(separator: "\n").compactMap { $0.firstMatch(of: #/^  ([a-z0-9-]+)/#)?.1 }
        .map { command + [String($0)] }
      seen += 1
    }
    #expect(seen > 7)
  }

  @Test(arguments: [
    (["train", "ppo", "--environment", "moonbase"], ["\"moonbase\"", "cartpole"]),
    (["train", "ppo", "--steps", "0"], ["steps", "0"]),
    (["train", "ppo", "--steps", "many"], ["\"many\"", "steps"]),
    (["train", "ppo", "--steps"], ["--steps", "reprise train ppo --help"]),
    (["train", "ppo", "--environments", "-4"], ["environments", "-4"]),
    (["train", "ppo", "--environments", "4000000000000000000", "--horizon", "4"], ["environments"]),
    (["train", "ppo", "--horizon", "0"], ["horizon", "0"]),
    (["train", "ppo", "--epochs", "0"], ["epochs", "0"]),
    (["train", "ppo", "--minibatches", "3"], ["minibatches", "3", "2048"]),
    (["train", "ppo", "--minibatches", "0"], ["minibatches", "0"]),
    (["train", "ppo", "--hidden", "64,0"], ["hidden", "0"]),
    (["train", "ppo", "--hidden", "64,,64"], ["\"64,,64\"", "hidden"]),
    (["train", "ppo", "--learning-rate", "0"], ["learning-rate", "0"]),
    (["train", "ppo", "--learning-rate", "nan"], ["learning-rate", "nan"]),
    (["train", "ppo", "--gamma", "1.5"], ["gamma", "1.5"]),
    (["train", "ppo", "--gamma", "-0.5"], ["gamma", "-0.5"]),
    (["train", "ppo", "--gae-lambda", "2"], ["gae-lambda", "2"]),
    (["train", "ppo", "--clip", "0"], ["clip", "0"]),
    (["train", "ppo", "--max-gradient-norm", "inf"], ["max-gradient-norm", "inf"]),
    (["train", "ppo", "--anneal", "gamma"], ["\"gamma\"", "anneal"]),
    (["train", "ppo", "--seed", "-1"], ["\"-1\"", "seed"]),
    (["train", "ppo", "--set", "gama=1"], ["gama", "gamma"]),
    (["train", "ppo", "--exploration", "gsde"], ["exploration", "gsde", "cartpole", "discrete"]),
    (["train", "ppo", "--set", "gamma"], ["'gamma'", "--set", "name=value", "reprise train ppo --help"]),
    (["train", "ppo", "--seeds", "3-1"], ["'3-1'", "--seeds"]),
    (["train", "ppo", "--seeds", "1,1"], ["seed 1", "twice"]),
    (["train", "ppo", "--seeds", "1-2", "--seed", "1"], ["seeds", "seed"]),
    (["train", "ppo", "--evaluate-every", "0"], ["evaluate-every", "0"]),
    (["train", "ppo", "--evaluate-episodes", "0"], ["evaluate-episodes", "0"]),
    (["train", "ppo", "--config", ""], ["--config"]),
    (["recipes", "poker"], ["poker", "ppo cartpole"]),
    (["recipes", "ppo", "moonbase"], ["\"moonbase\"", "cartpole"]),
    (["train", "ppo", "--run", ""], ["--run"]),
    (["train", "ppo", "--trace", ""], ["--trace"]),
    (["plan", "ppo", "--format", "svg"], ["'svg'", "--format", "dot"]),
    (["bench", "recording", "--count", "0"], ["--count", "0"]),
    (["bench", "step", "separable", "--hidden", "8"], ["--hidden", "mlp"]),
    (["bench", "step", "mlp", "--json", "--plan"], ["--json", "--plan"]),
    (
      ["train", "ppo", "--run", "there", "--device", "no such device"],
      ["\"no such device\"", "known devices"]
    ),
    (["train", "ppo", "--stepz", "5"], ["--stepz", "--steps"]),
    (["train", "dqn", "--environment", "pendulum"], ["environment", "pendulum", "DQN"]),
    (["train", "sac", "--environment", "cartpole"], ["environment", "cartpole", "continuous"]),
    (["plan", "td3", "--environment", "cartpole"], ["environment", "cartpole", "continuous"]),
    (["train", "poker"], ["poker"]),
    (["plan", "ppo", "--minibatches", "3"], ["minibatches"]),
    (["evaluate"], ["reprise evaluate --help"]),
    (["plot", "run", "--width", "3"], ["--width", "3"]),
    (["plot", "run", "--height", "0"], ["--height", "0"]),
    (["bench", "environment", "moonbase"], ["\"moonbase\"", "cartpole"]),
    (["bench", "environment", "cartpole", "--copies", "0"], ["copies", "0"]),
    (["bench", "environment", "cartpole", "--steps", "-1"], ["steps", "-1"]),
    (["devices", "--device", "99"], ["\"99\"", "known devices"]),
    (["tune", "--shapes", "64x784"], ["\"64x784\"", "ROWSxDEPTHxCOLUMNS"]),
    (["tune", "--shapes", "64x784x128,0x1x1"], ["\"0x1x1\"", "from 1 to"]),
    (["tune", "--shapes", "16384x16384x16384"], ["16384x16384x16384", "at most"]),
    (["tune", "--shapes", ""], ["\"\"", "ROWSxDEPTHxCOLUMNS"]),
    (["tune", "--shapes", "axbxc"], ["\"axbxc\""]),
    (["tune", "--shapes", "9223372036854775808x1x1"], ["9223372036854775808x1x1"]),
    (["tune", "--show", "--reset"], ["--show", "--reset"]),
    (["tune", "--show", "--quick"], ["--quick"]),
    (["tune", "--device", "no such device"], ["\"no such device\"", "known devices"]),
    (["polish"], ["polish"]),
  ])
  func `Wrong usage exits with 64 and writes nothing`(arguments: [String], parts: [String]) throws {
    let result = try tool.run(arguments)
    expectRefusal(result, status: 64)
    for part in parts { #expect(result.errors.contains(part), "\(result.errors)") }
    #expect(tool.names() == [])
  }

  @Test(arguments: [
    ["devices"], ["devices", "--json"], ["train", "ppo"], ["plan", "ppo"],
    ["bench", "environment", "cartpole"], ["tune"],
  ])
  func `Without a device a sentence says so`(arguments: [String]) throws {
    expectRefusal(
      try tool.run(arguments, environment: withoutDevice), status: 1, saying: "No Vulkan device was found",
      "VK_DRIVER_FILES")
    #expect(tool.names() == [])
  }
}
