import ArgumentParser
import Foundation
import Runs
import Tensors
import Vulkan

/// `reprise tune`: finds tiles of matrix products that are faster on this device than the defaults, and keeps them.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measure tiles of matrix products and keep those that beat the defaults.",
    usage: "reprise tune [<options>]",
    discussion: """
      Each shape stands for a class of products of about its sizes, unbatched, with either operand transposed or none. \
      What is better by 5 % or more goes to the folder of caches, for this device and driver alone, and is used by all \
      that is recorded from then on; another driver version begins anew. REPRISE_NO_TUNING=1 leaves it out. Tuned tiles \
      add in another order, so results may differ in their last bits from those of an untuned device.

      Examples:
        reprise tune
        reprise tune --device cpu --shapes 64x784x128,1024x1024x1024
        reprise tune --show
      """)

  @OptionGroup var selection: DeviceOptions

  @Option(
    help: ArgumentHelp(
      "Products to measure in place of six usual ones: ROWSxDEPTHxCOLUMNS, separated by commas.",
      valueName: "shapes"))
  var shapes: String?

  @Flag(help: "Smaller shapes and a second each, in place of fifteen.")
  var quick = false

  @Flag(help: "Print what is kept for the device; measure nothing.")
  var show = false

  @Flag(help: "Forget what is kept for the device; measure nothing.")
  var reset = false

  @Flag(help: "Print one JSON object: device, driver, file, and shapes with their seconds and tiles.")
  var json = false

  func validate() throws {
    if show && reset { throw ValidationError("--show and --reset exclude each other.") }
    if (show || reset) && (quick || shapes != nil) {
      throw ValidationError("--show and --reset measure nothing: they take no --quick and no --shapes.")
    }
    if (show || reset) && json {
      throw ValidationError("--show and --reset print text: they take no --json.")
    }
    _ = try chosenShapes()
  }

  func run() throws {
    let device = try selection.open()
    guard let path = TileFile.path(device) else {
      throw CommandFailure(
        "There is no folder of caches to keep tiles in: none of REPRISE_CACHE, XDG_CACHE_HOME and HOME is set."
      )
    }
    if show { return try write(kept(for: device, path)) }
    if reset {
      return try writeLine(try TileFile.remove(device) ? "Removed \(path)." : "Nothing is kept in \(path).")
    }
    // Before minutes are spent on what can't be kept.
    guard let folder = device.cacheDirectory, makeDirectory(folder) else {
      throw CommandFailure("\(path) can't be written: its folder can't be made or written to.")
    }
    let findings = try measure(on: device)
    try keep(findings, for: device)
    try report(findings, device, path)
  }

  private func measure(on device: Device) throws -> [ProductTuner.Finding] {
    let tuner = ProductTuner(on: device, seconds: quick ? 1 : 15)
    let console = TuningConsole(isSilent: json)
    try console.begin(device)
    return try chosenShapes().map { shape in
      let finding = try tuner.tune(shape) { try console.show(shape, candidates: $0, ratio: $1) }
      try console.show(finding)
      return finding
    }
  }

  private func chosenShapes() throws(ValidationError) -> [ProductShape] {
    guard let shapes else { return quick ? Self.quickShapes : Self.usualShapes }
    return try shapes.split(separator: ",", omittingEmptySubsequences: false).map {
      (text) throws(ValidationError) in
      let sizes = text.split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) }
      guard sizes.count == 3, let shape = ProductShape(sizes[0], sizes[1], sizes[2]) else {
        throw ValidationError(
          "--shapes: \"\(text)\" is no product; ROWSxDEPTHxCOLUMNS is expected, such as 64x784x128, each from 1 to "
            + "\(ProductShape.sizes.upperBound.grouped) and multiplied at most \(ProductShape.limit.grouped)."
        )
      }
      return shape
    }
  }

  /// Square, tall, wide, of small depth, of few columns, and long sums of few results.
  private static let usualShapes = [
    (1024, 1024, 1024), (4096, 64, 64), (64, 64, 4096), (1024, 8, 1024), (2048, 512, 10), (64, 4096, 64),
  ].compactMap(ProductShape.init)

  private static let quickShapes = [
    (256, 256, 256), (1024, 64, 64), (64, 64, 1024), (512, 8, 512), (1024, 128, 10), (64, 1024, 64),
  ].compactMap(ProductShape.init)

  /// What was measured takes the place of what was kept; of several shapes in a class, the one that gains most decides.
  private func keep(_ findings: [ProductTuner.Finding], for device: Device) throws {
    var tuned = TileFile.read(device) ?? [:]
    for finding in findings { tuned[finding.shapeClass] = nil }
    for finding in findings.sorted(by: { $0.ratio < $1.ratio }) where finding.isBetter {
      tuned[finding.shapeClass] = finding.settings
    }
    if tuned.isEmpty { _ = try TileFile.remove(device) } else { try TileFile.write(tuned, for: device) }
  }

  private func report(_ findings: [ProductTuner.Finding], _ device: Device, _ path: String) throws {
    let better = findings.count { $0.isBetter }
    guard !json else {
      return try writeLine(
        jsonText(
          Summary(
            device: device.physical.name, driver: device.driver, file: path,
            shapes: findings.map(Summary.Shape.init))))
    }
    let (slow, wrong) = findings.reduce((0, 0)) { ($0.0 + $1.slow, $0.1 + $1.wrong) }
    if slow > 0 { try writeLine("\(slow) candidates took more than a second to compile and were left out.") }
    if wrong > 0 { try writeLine("\(wrong) candidates gave wrong results here and were left out.") }
    try writeLine(
      better == 0
        ? "The defaults are the best, or within 5 % of it: nothing to keep."
        : "\(better) of \(findings.count) shapes have better tiles, kept in \(path).")
    if environmentSwitch("REPRISE_NO_TUNING") {
      try writeLine("REPRISE_NO_TUNING is set: they are left out while it is.")
    }
  }

  private func kept(for device: Device, _ path: String) -> String {
    guard let tuned = TileFile.read(device), !tuned.isEmpty else {
      return "Nothing is kept in \(path) for this device and driver: defaults are used.\n"
    }
    let defaults = TileSettings(for: device.physical)
    return "\(path)\n"
      + columns(tuned.map { ($0.description, $1.changes(from: defaults)) }.sorted { $0.0 < $1.0 })
  }

  private struct Summary: Encodable {
    struct Shape: Encodable {
      let shape, shapeClass: String
      let defaultSeconds, bestSeconds, ratio: Double
      let tiles: String
      let candidates, slow, wrong: Int

      init(_ finding: ProductTuner.Finding) {
        shape = "\(finding.shape)"
        shapeClass = "\(finding.shapeClass)"
        (defaultSeconds, bestSeconds) = (finding.defaultSeconds, finding.bestSeconds)
        ratio = finding.ratio
        tiles = finding.changes
        (candidates, slow, wrong) = (finding.tried, finding.slow, finding.wrong)
      }
    }

    let device, driver, file: String
    let shapes: [Shape]
  }
}

/// A table that grows by a line a shape; on a terminal, a line below it shows what is being measured.
private struct TuningConsole {
  let isSilent: Bool
  private let isLive = isatty(STDERR_FILENO) == 1

  init(isSilent: Bool) { self.isSilent = isSilent }

  func begin(_ device: Device) throws {
    guard !isSilent else { return }
    try writeLine("\(device.physical.name) (\(device.driver))")
    try writeLine(Self.line(["rows x depth x columns", "default ms", "best ms", "ratio", "tiles"]))
  }

  func show(_ shape: ProductShape, candidates: Int, ratio: Double) throws {
    guard isLive else { return }
    try live("\(shape): candidate \(candidates), best \(ratio.fixed(2))×")
  }

  func show(_ finding: ProductTuner.Finding) throws {
    if isLive { try live("") }
    guard !isSilent else { return }
    try writeLine(
      Self.line([
        "\(finding.shape)", (finding.defaultSeconds * 1e3).fixed(3), (finding.bestSeconds * 1e3).fixed(3),
        finding.ratio.fixed(2), finding.isBetter ? finding.changes : "default",
      ]))
  }

  private func live(_ text: String) throws {
    try writeAll(Array("\r\(text)\u{1b}[K".utf8), to: STDERR_FILENO, name: "standard error")
  }

  private static func line(_ cells: [String]) -> String {
    zip(cells, [22, 10, 10, 5]).map { text, width in
      String(repeating: " ", count: max(0, width - text.count)) + text
    }.joined(separator: "  ") + "  " + cells[4]
  }
}
