import ArgumentParser
import Learning
import Recording
import Reinforcement
import Runs
import Vulkan

/// `reprise plan`: what would be replayed.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Print the recorded plan of a training iteration.",
    subcommands: Algorithms.all.map { command($0) })

  private static func command<Chosen: Algorithm>(_: Chosen.Type) -> any ParsableCommand.Type {
    PlanAlgorithmCommand<Chosen>.self
  }
}

/// How a plan is written.
enum PlanFormat: String, CaseIterable, ExpressibleByArgument {
  case text, dot
}

/// `reprise plan ppo` and its like: records as `train` would, and prints.
struct PlanAlgorithmCommand<Chosen: Algorithm>: ParsableCommand {
  static var configuration: CommandConfiguration {
    let (name, usual) = (Chosen.name, Chosen.Configuration().environment)
    return CommandConfiguration(
      commandName: name,
      abstract:
        "Print the plan of an iteration of \(name.uppercased()): its dispatches, barriers and memory.",
      usage: "reprise plan \(name) [--<setting> <value> ...] [<options>]",
      discussion: """
        Nothing is trained and no file is written. Settings are those of 'reprise train \(name)'. A segment's line has \
        the sums over its runs; ― is a barrier; the graph has an edge from the last writer of bytes to each reader.

        Examples:
          reprise plan \(name) --environment \(usual) --seeds 1-8
          reprise plan \(name) --format dot | dot -Tsvg > plan.svg
        """)
  }

  @OptionGroup var options: AlgorithmOptions<Chosen>

  @Option(
    help: ArgumentHelp("Seeds of agents that are trained side by side: 1-8, or 1,2,5.", valueName: "seeds"),
    transform: { try SeedList($0) })
  var seeds: SeedList?

  @Option(help: "How the plan is written: text, or dot for Graphviz.")
  var format = PlanFormat.text

  @OptionGroup(title: "Debugging") var switches: PlanSwitches
  @OptionGroup var selection: DeviceOptions

  func validate() throws { try options.check(for: Self.self) }

  func run() throws {
    let settings = try options.resolved(switches.given + .given(("seeds", seeds?.list)))
    var plan = switches.options
    plan.noFusion = settings.options.noFusion
    let algorithm = try Chosen(
      settings.configuration, seeds: settings.options.seeds, on: selection.open(), options: plan)
    let recorded = algorithm.loop.plan
    try writeLine(format == .dot ? recorded.graphviz : recorded.description)
  }
}
