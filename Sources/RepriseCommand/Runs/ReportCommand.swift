import ArgumentParser
import Foundation
import Reports
import Runs
import Vulkan

/// `reprise report`: runs as one HTML page.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make one HTML page of runs: curves, tables, weights, episodes, predictions.",
    usage: "reprise report <run> ... --output <file> [<options>]",
    discussion: """
      Several runs are compared; one of several seeds is shown as its mean and spread. The page is one file, needs no \
      network, and also shows runs that are still going on or were killed. What is missing is named on it.

      Examples:
        reprise report runs/cartpole -o report.html
        reprise report runs/fast runs/slow -o report.html --title "Learning rates"
      """)

  @Argument(help: ArgumentHelp("The folders of the runs.", valueName: "run"))
  var folders: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("Where to write the page.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("The heading of the page. (default: the names of the runs)", valueName: "text"))
  var title: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Draw each point as the mean of the last so many, 1 to 10000.", valueName: "points"))
  var smooth = 1

  @Flag(help: "Leave out what a device has to compute: sample predictions and episodes.")
  var noDevice = false

  @OptionGroup var selection: DeviceOptions

  func validate() throws {
    guard (1...10_000).contains(smooth) else {
      throw ValidationError("The value '\(smooth)' of '--smooth' must be from 1 to 10000 points")
    }
    if output.isEmpty { throw ValidationError("The value of '--output' is empty; it must name a file") }
  }

  func run() throws {
    let measured = try [MeasuredRun](folders)
    var runs: [ReportedRun] = []
    for run in measured { runs.append(try ReportedRun(run)) }
    let console = Console(json: false)
    let live = try LiveParts(
      runs, device: device(),
      progress: { step in
        if console.style == .live { try console.live(step) }
      })
    console.end()
    let sections: [ReportSection?] = [
      .runs(runs), .learning(measured, smoothing: smooth), .episodes(runs, live.players),
      .test(runs, predictions: live.predictions),
      .metrics(measured, smoothing: smooth), try .weights(runs), try .profile(runs), .configuration(runs),
    ]
    let tasks = Set(runs.map(\.summary)).sorted().joined(separator: ", ")
    let page = ReportPage(
      title: title ?? runs.map(\.name).joined(separator: ", "),
      subtitle: "\(tasks) · \(Date().formatted(.iso8601.year().month().day()))",
      sections: sections.compactMap { $0 })
    try writeText(page.html, to: output)
    try writeLine("Report: \(output)")
  }

  /// The device, or why there is none.
  private func device() -> Result<Device, VulkanError>? {
    noDevice ? nil : Result { () throws(VulkanError) in try selection.open() }
  }
}
