import ArgumentParser
import Glibc
import Recording
import Runs
import Vulkan

/// `reprise bench recording`: records a training step over and over, and looks at what stays in memory.
struct BenchRecordingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recording",
    abstract: "Record a training step and let it go, many times; print the time and the memory.",
    usage: "reprise bench recording [<options>]",
    discussion: """
      The step is that of a 784-128-10 network: gathering, forward, cross-entropy, backward, AdamW. Each hundredth is replayed.

      Example:
        reprise bench recording --count 10000 --json
      """,
    shouldDisplay: false)

  @Option(parsing: .unconditional, help: "Recordings, after a hundred that are not measured.")
  var count = 10_000

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help: """
      Print one JSON object: recordings, dispatches, milliseconds_per_recording, and resident_bytes and device_bytes before \
      and after.
      """)
  var json = false

  func validate() throws {
    guard count > 0 else { throw ValidationError("--count is \(count); it must be at least 1") }
  }

  func run() throws {
    let device = try selection.open()
    let step = try BenchStep(.mlp, batch: 64, on: device)
    for number in 0..<100 { _ = try record(step, replays: number % 10 == 0) }
    let before = (resident: try residentBytes(), device: device.allocatedBytes)
    let clock = ContinuousClock()
    let start = clock.now
    var dispatches = 0
    for number in 0..<count { dispatches = try record(step, replays: number % 100 == 0) }
    let seconds = (clock.now - start).seconds
    let summary = Summary(
      recordings: count, dispatches: dispatches, millisecondsPerRecording: seconds / Double(count) * 1e3,
      residentBytesBefore: before.resident, residentBytesAfter: try residentBytes(),
      deviceBytesBefore: before.device, deviceBytesAfter: device.allocatedBytes, device: device.physical.name,
      driver: device.driver)
    try write(json ? jsonText(summary) + "\n" : summary.text)
  }

  /// Records a plan and lets it go; returns its dispatches.
  private func record(_ step: BenchStep, replays: Bool) throws -> Int {
    let plan = try step.record()
    if replays { try plan.replay() }
    return plan.statistics.dispatches
  }

  private struct Summary: Encodable {
    let recordings, dispatches: Int
    let millisecondsPerRecording: Double
    let residentBytesBefore, residentBytesAfter, deviceBytesBefore, deviceBytesAfter: Int
    let device, driver: String

    var text: String {
      "\(device) (\(driver))\n"
        + columns([
          ("recordings", "\(recordings.grouped) of \(dispatches) dispatches"),
          ("each", "\(millisecondsPerRecording.fixed(2)) ms"),
          ("resident", "\(formatted(bytes: residentBytesBefore)) → \(formatted(bytes: residentBytesAfter))"),
          ("device", "\(formatted(bytes: deviceBytesBefore)) → \(formatted(bytes: deviceBytesAfter))"),
        ])
    }
  }
}

/// Bytes of this process that are in memory.
private func residentBytes() throws -> Int {
  let pages = try readText("/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) }
  return (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
}
