import ArgumentParser
import Glibc
import Learning
import Reinforcement
import Vulkan

/// The headless command line: parses, calls the libraries, prints.
@main
struct RepriseCommand: ParsableCommand {
  /// The version of the package.
  static let version = repriseVersion

  static let configuration = CommandConfiguration(
    commandName: "reprise",
    abstract: "Trains on any GPU with a Vulkan driver, or on the CPU through a software driver.",
    discussion: """
      A run is a folder: config.yaml, metrics.jsonl (one line an iteration or epoch), safetensors files, events for \
      TensorBoard, log.txt, and at its end status.json.

      Examples:
        reprise devices
        reprise train ppo --environment cartpole --run runs/cartpole
        reprise train classifier --data fashion-mnist --run runs/fashion
        reprise evaluate runs/cartpole --episodes 100
        reprise sweep Tools/Examples/sweep/ppo-cartpole.yaml
        reprise runs --sort best
        reprise watch runs/cartpole
        reprise plot runs/cartpole
        reprise report runs/cartpole -o report.html
        reprise render runs/cartpole -o cartpole.gif

      Exit status: 0 done; 1 it can't be done here; 64 the command line is wrong; \
      130 or 143 stopped by SIGINT (Ctrl-C) or SIGTERM.
      Environment: REPRISE_DEVICE chooses the device where --device does not, REPRISE_CACHE the folder of compiled \
      kernels, REPRISE_VALIDATION=1 switches Vulkan's validation on.
      """,
    version: version,
    subcommands: [
      DevicesCommand.self, TrainCommand.self, SweepCommand.self, EvaluateCommand.self, PredictCommand.self,
      ExportCommand.self, RunsCommand.self, WatchCommand.self, CompareCommand.self, PlotCommand.self,
      ReportCommand.self, RenderCommand.self, PlanCommand.self, RecipesCommand.self, SchemaCommand.self,
      TuneCommand.self, BenchCommand.self,
    ])

  static func main() {
    // A file that may not grow is an error as a full disk is.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(withError: reported(error))
    }
  }

  /// Prints an error as one sentence; returns what to exit with.
  private static func reported(_ error: any Error) -> any Error {
    if error is ExitCode || exitCode(for: error).isSuccess { return error }
    var sentence = message(for: error)
    var status = exitCode(for: error)
    if status == .validationFailure {
      // The last line of the full message points at the help of the subcommand that was used.
      let help = fullMessage(for: error).split(separator: "\n").last?.drop { $0 == " " } ?? ""
      sentence += (sentence.last.map { ".?!".contains($0) } == true ? " " : ". ") + help
    }
    switch error {
    case is ConfigurationError, VulkanError.unknownDevice: status = .validationFailure
    default: break
    }
    printError("reprise: \(sentence.split(separator: "\n").joined(separator: " "))")
    return status
  }
}
