import ArgumentParser
import Reinforcement
import Runs
import Vulkan

/// `reprise bench`: how fast parts of the machinery are.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure speed.",
    subcommands: [
      BenchEnvironmentCommand.self, BenchProductCommand.self, BenchStepCommand.self,
      BenchLimitsCommand.self, BenchRecordingCommand.self,
    ])
}

/// `reprise bench environment`: stepping alone, without a policy.
struct BenchEnvironmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "environment",
    abstract: "Step an environment under random actions and print steps a second.",
    usage: "reprise bench environment <name> [<options>]",
    discussion: """
      Copies that end are reset in the same step, as in training.

      Example:
        reprise bench environment cartpole --copies 4096 --steps 200000000 --json
      """)

  @Argument(
    help: ArgumentHelp("The environment: \(Environments.names.joined(separator: ", ")).", valueName: "name"))
  var environment: String

  @Option(parsing: .unconditional, help: "Copies of the environment that are stepped side by side.")
  var copies = 4096

  @Option(parsing: .unconditional, help: "Steps in all, over all copies.")
  var steps = 200_000_000

  @Option(parsing: .unconditional, help: "Decides the actions and the initial states.")
  var seed: UInt64 = 1

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help: """
      Print one JSON object: steps, seconds, steps_per_second, return_mean, copies, device_bytes, device, driver.
      """)
  var json = false

  func run() throws {
    let device = try selection.open()
    let result = try Exploration.run(
      environment: environment, copies: copies, steps: steps, seed: seed, on: device)
    let summary = Summary(
      environment: environment, copies: copies, steps: result.steps, seconds: result.seconds,
      stepsPerSecond: result.stepsPerSecond, returnMean: result.returnMean, deviceBytes: result.deviceBytes,
      device: device.physical.name, driver: device.driver)
    if json {
      try writeLine(jsonText(summary))
    } else {
      try writeLine("\(summary.device) (\(summary.driver))")
      try writeLine(
        "\(environment): \(summary.steps.grouped) steps of \(copies.grouped) copies in "
          + "\(summary.seconds.fixed(2)) s, \(summary.stepsPerSecond.short) steps/s")
    }
  }

  private struct Summary: Encodable {
    let environment: String
    let copies, steps: Int
    let seconds, stepsPerSecond: Double
    let returnMean: Double?
    let deviceBytes: Int
    let device, driver: String
  }
}
