import ArgumentParser
import Reports
import Runs
import Vulkan

extension RunMetrics.Abscissa: ExpressibleByArgument {}

/// `reprise plot`: learning curves in the terminal, or in a file for a paper.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract:
      "Draw the learning curve of a run: mean return against steps, or accuracy or loss against epochs.",
    usage: "reprise plot <run> ... [--output <file>] [<options>]",
    discussion: """
      Reads metrics.jsonl of runs, also of those that are still going on or were killed. A run of several seeds is drawn as \
      their mean; in a file, with a band from the smallest to the largest.

      Examples:
        reprise plot runs/cartpole
        reprise plot runs/cartpole --width 120 --height 30
        reprise plot runs/fast runs/slow -o curve.svg --smooth 5
        reprise plot runs/cartpole -o losses.png --metric policy_loss --metric value_loss
      """)

  @Argument(help: ArgumentHelp("The folders of the runs.", valueName: "run"))
  var folders: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Draw into a file, SVG or PNG by its ending. (default: in the terminal)", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "What to draw, as metrics.jsonl names it; may be given again for more charts. (default: the return, else accuracy or loss)",
      valueName: "name"))
  var metric: [String] = []

  @Option(
    help: ArgumentHelp(
      "What to draw it against: steps (epochs of a supervised run), seconds or iteration.", valueName: "name")
  )
  var x = RunMetrics.Abscissa.steps

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draw each point as the mean of the last so many, 1 to 10000.", valueName: "points"))
  var smooth = 1

  @Option(
    parsing: .unconditional,
    help:
      "Width in characters, at least 30, or of a file in pixels, at least 200. (default: the terminal's, at most 100, or 720)"
  )
  var width: Int?

  @Option(
    parsing: .unconditional,
    help:
      "Height of a chart in lines, at least 6, or in a file in pixels, at least 150. (default: 20, or 400)")
  var height: Int?

  func validate() throws {
    try check("width", width, lines: 30, pixels: 200, unit: "characters")
    try check("height", height, lines: 6, pixels: 150, unit: "lines")
    guard (1...10_000).contains(smooth) else {
      throw ValidationError("The value '\(smooth)' of '--smooth' must be from 1 to 10000 points")
    }
    if let output, !output.hasSuffix(".svg"), !output.hasSuffix(".png") {
      throw ValidationError("The value '\(output)' of '--output' must end in .svg or .png")
    }
  }

  private func check(_ name: String, _ value: Int?, lines: Int, pixels: Int, unit: String) throws {
    let range = output == nil ? lines...1000 : pixels...10_000
    guard let value, !range.contains(value) else { return }
    throw ValidationError(
      "The value '\(value)' of '--\(name)' must be from \(range.lowerBound) to \(range.upperBound) "
        + (output == nil ? unit : "pixels"))
  }

  func run() throws {
    let runs = try [MeasuredRun](folders)
    // Says which file is missing.
    for run in runs where run.metrics.isEmpty { _ = try RunMetrics(of: run.agents[0]) }
    for name in metric { try runs.refuseUnknown(name) }
    let columns = metric.isEmpty ? [runs[0].mainColumn] : metric
    let charts = columns.map { runs.chart($0, against: x, smoothing: smooth) }
    for (column, chart) in zip(columns, charts) where chart.series.isEmpty {
      throw CommandFailure(
        "\(runs.map { $0.agents[0].metrics }.joined(separator: ", ")) has no \(column) yet: no episode has ended in this run."
      )
    }
    guard let output else { return try show(charts, of: runs) }
    let size = (Double(width ?? 720), Double(height ?? 400))
    let drawings = charts.map { $0.drawing(width: size.0, height: size.1, isAlone: true) }
    let drawing =
      drawings.count == 1
      ? drawings[0] : Drawing(stacking: drawings, title: runs.map(\.name).joined(separator: ", "))
    let bytes = output.hasSuffix(".svg") ? Array(drawing.svgFile.utf8) : drawing.png()
    try bytes.withUnsafeBytes { try writeAtomically(output, $0) }
  }

  /// Each series of each chart below the last.
  private func show(_ charts: [Chart], of runs: [MeasuredRun]) throws {
    for chart in charts {
      for series in chart.series {
        let text = LineChart(
          title:
            "\(runs[series.ink].directory.path): \(chart.title.prefix(1).lowercased() + chart.title.dropFirst()) against \(chart.abscissa)",
          points: series.curve.points.map { LearningCurve.Point($0.x, $0.mean) },
          width: width ?? min(100, max(30, terminalSize()?.columns ?? 80)), height: height ?? 20)
        try write(text.text)
      }
    }
  }
}
