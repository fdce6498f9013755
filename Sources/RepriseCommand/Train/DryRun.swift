import ArgumentParser
import Recording
import Runs
import Vulkan

/// Whether anything is done at all.
struct DryRunOptions: ParsableArguments {
  @Flag(
    help:
      "Train nothing and write nothing: print every setting with where its value is from, the run's folder, and the device memory that training would take."
  )
  var dryRun = false
}

/// What a run would be: its settings, and what it would take of the device.
struct DryRun: Encodable {
  private struct Row: Encodable {
    let name: String
    let value: SettingText
    let origin: String
  }

  private let algorithm, run, device, driver: String
  /// Bytes of the device that training takes; where it takes more than there are, those of what doesn't fit.
  private let deviceBytes: Int
  /// The largest buffer that could be made before.
  private let availableBytes: Int
  private let fits: Bool
  private let settings: [Row]

  private enum CodingKeys: CodingKey {
    case algorithm, run, device, driver, deviceBytes, availableBytes, fits, settings
  }
  private let rows: [(String, String)]
  /// A line for each setting.
  private let table: String
  /// What is said where the device is too small; nil where it isn't.
  let warning: String?

  /// - Parameters:
  ///   - make: makes and records all that training needs, and keeps it until it returns.
  ///   - values: all settings.
  /// - Throws: what `make` throws, but for memory that isn't there.
  init(
    _ algorithm: RunKind, _ run: RunDirectory, _ values: [ResolvedValue], on device: Device,
    make: (_ measure: () -> Void) throws -> Void
  ) throws {
    var bytes = 0
    var missing: String?
    let available = device.availableBytes()
    do {
      try make { bytes = device.allocatedBytes }
    } catch VulkanError.outOfMemory(let requested, _, let label) {
      (bytes, missing) = (requested, label)
    } catch RecordingError.planTooLarge(let plan, let needed, _) {
      (bytes, missing) = (needed, plan)
    }
    availableBytes = available
    (deviceBytes, fits) = (bytes, missing == nil)
    self.algorithm = algorithm.rawValue
    self.run = run.path
    (self.device, driver) = (device.physical.name, device.physical.driver)
    settings = values.map { Row(name: $0.name, value: SettingText($0.value), origin: $0.origin.description) }
    let width = values.map(\.value.count).filter { $0 <= 24 }.max() ?? 0
    table = columns(
      values.map { value in
        let space = String(repeating: " ", count: max(0, width - value.value.count))
        return (value.name, "\(value.value)\(space)  \(value.origin.description)")
      })
    let needed = Self.size(bytes)
    warning = missing.map {
      "this needs more memory than the device has: \($0) alone takes \(needed), and \(Self.size(available)) were available."
    }
    let memory =
      missing == nil
      ? "\(Self.size(bytes)) of \(Self.size(available)) available"
      : "more than \(Self.size(available))"
    rows = [
      ("device", "\(device.physical.name), \(device.reason)"), ("driver", device.driver), ("memory", memory),
      ("algorithm", self.algorithm), ("run", run.path),
    ]
  }

  private static func size(_ bytes: Int) -> String {
    "\((Double(bytes) / 1_048_576).fixed(2)) MiB (\(bytes.grouped) bytes)"
  }

  /// Prints it, as one JSON object or for people, with a warning where the device is too small.
  func show(json: Bool) throws {
    if json {
      try writeLine(jsonText(self))
    } else {
      try write(columns(rows, indent: "") + "settings\n" + table)
    }
    if let warning { printError("reprise: warning: \(warning)") }
  }
}
