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
      Nothing is trained and no file is written.

      Example:
        reprise plan ppo --environment cartpole --environments 1024 --horizon 32
      """)

  @OptionGroup(title: "PPO") var options: PPOOptions
  @OptionGroup var selection: DeviceOptions

  func run() throws {
    let configuration = try options.configuration()
    let ppo = try PPO(configuration, on: Device(selection.device))
    try writeLine(ppo.plan.description)
  }
}
