import ArgumentParser
import Runs

/// How much a training says, and where.
struct LogOptions: ParsableArguments {
  @Flag(help: "Print nothing but warnings and errors, on standard error.")
  var quiet = false

  @Flag(
    help:
      "Tell on standard error, and in log.txt, what helps to find mistakes: checkpoints, evaluations and submissions with their times; the same as --log-level debug."
  )
  var verbose = false

  @Option(
    help: ArgumentHelp(
      "From which level on lines of log.txt go to standard error as well; log.txt has those from info on, and of debug when that is asked for. (default: warning)",
      valueName: "level"))
  var logLevel: RunLog.Level?

  func validate() throws {
    if quiet, verbose { throw ValidationError("--quiet and --verbose contradict each other") }
    if let logLevel, verbose, logLevel != .debug {
      throw ValidationError("--verbose is --log-level debug, and contradicts --log-level \(logLevel)")
    }
    if let logLevel, quiet, logLevel < .warning {
      throw ValidationError(
        "--quiet leaves warnings and errors alone, and contradicts --log-level \(logLevel)")
    }
  }

  /// - Throws: `ValidationError` where nothing is to be printed, and JSON is.
  func check(json: Bool) throws {
    if quiet, json {
      throw ValidationError("--quiet prints nothing, and --json does; one of them says it all")
    }
  }

  /// From which level on lines go to standard error.
  var console: RunLog.Level { logLevel ?? (verbose ? .debug : .warning) }
}

extension RunLog.Level: ExpressibleByArgument {}
