import ArgumentParser
import Runs

/// `reprise plot`: the learning curve in the terminal.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract:
      "Draw the learning curve of a run: mean return against steps, or accuracy or loss against epochs.",
    discussion: """
      Reads RUN/metrics.jsonl, also of a run that is still going on or was killed.

      Examples:
        reprise plot runs/cartpole
        reprise plot runs/cartpole --width 120 --height 30
      """)

  @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
  var folder: String

  @Option(
    parsing: .unconditional, help: "Width in characters, at least 30. (default: the terminal's, at most 100)")
  var width: Int?

  @Option(parsing: .unconditional, help: "Height in lines, at least 6.")
  var height = 20

  func validate() throws {
    if let width, !(30...1000).contains(width) {
      throw ValidationError("The value '\(width)' of '--width' must be from 30 to 1000 characters")
    }
    guard (6...1000).contains(height) else {
      throw ValidationError("The value '\(height)' of '--height' must be from 6 to 1000 lines")
    }
  }

  func run() throws {
    let directory = RunDirectory(folder)
    try directory.refuseMissing()
    let curve = try LearningCurve(of: directory)
    let chart = LineChart(
      title: "\(directory.path): \(curve.title)", points: curve.points,
      width: width ?? min(100, max(30, terminalColumns() ?? 80)), height: height)
    try write(chart.text)
  }
}
