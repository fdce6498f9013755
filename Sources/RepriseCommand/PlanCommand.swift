import ArgumentParser
import Recording
import Reinforcement
import Vulkan

/// `reprise plan`: what would be replayed.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Print the recorded plan of a training iteration.",
    subcommands: [PlanPPOCommand.self])
}

/// `reprise plan ppo`: records as `train ppo` would, and prints.
struct PlanPPOCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ppo",
    abstract: "Print the plan of a PPO iteration: its dispatches, barriers and memory.",
    discussion: """
      Nothing is trained and no file is written. A segment's line has the sums over its runs; ― is a barrier; the graph \
      has an edge from the last writer of bytes to each reader.

      Examples:
        reprise plan ppo --environment cartpole --environments 1024 --horizon 32
        reprise plan ppo --format dot | dot -Tsvg > plan.svg
      """)

  /// How the plan is written.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, dot
  }

  @OptionGroup(title: "PPO") var options: PPOOptions

  @Option(help: "How the plan is written: text, or dot for Graphviz.")
  var format = Format.text

  @OptionGroup(title: "Debugging") var switches: PlanSwitches
  @OptionGroup var selection: DeviceOptions

  func run() throws {
    let configuration = try options.configuration()
    let plan = try PPO(configuration, on: Device(selection.device), options: switches.options).loop.plan
    try writeLine(format == .dot ? plan.graphviz : plan.description)
  }
}
