import ArgumentParser
import Recording
import Runs
import Tensors
import Vulkan

/// `reprise bench step`: what a training step costs the host, and how much memory it needs.
struct BenchStepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract:
      "Record and replay a model's training step; print its dispatches, the host's time and the memory.",
    usage: "reprise bench step <model> [<options>]",
    discussion: """
      mlp is 784-128-10 with relu and tiny 784-16-10; separable is the model of that name on [n, 1, 28, 28]; block is a \
      depthwise separable convolution with batch norms on [n, 32, 28, 28]. A step gathers a batch from \(BenchStep.samples) \
      random samples on the device; then come forward, cross-entropy, backward and AdamW. Recordings are timed with warm \
      caches; replays count what the host spends on submitting them.

      Example:
        reprise bench step mlp --batch 256
      """)

  /// Replays before those that are timed.
  private static let untimed = 20

  @Argument(
    help: ArgumentHelp(
      "The model: \(BenchModel.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "model"))
  var model: BenchModel

  @Option(parsing: .unconditional, help: "Samples in a batch.")
  var batch = 32

  @Option(
    help: ArgumentHelp("Units of the hidden layers of mlp, separated by commas.", valueName: "units"))
  var hidden: CommaSeparated<Int>?

  @Option(parsing: .unconditional, help: "Replays that are timed.")
  var replays = 500

  @Flag(help: "Print the plan as well.")
  var plan = false

  @Flag(
    help: """
      Print the time of each dispatch as well; with --json, as profile. With --replays 0 of the first run, in which drivers \
      compile.
      """)
  var profile = false

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help: """
      Print one JSON object: model, batch, parameters, dispatches, recording_milliseconds, replay_host_microseconds, \
      replay_microseconds, steps_per_second, loss (after the first \(Self.untimed) steps), arena_bytes, \
      arena_bytes_without_reuse, forward_arena_bytes, device_bytes, device, driver.
      """)
  var json = false

  func validate() throws {
    guard (1...4096).contains(batch) else {
      throw ValidationError("--batch is \(batch); it is from 1 to 4096")
    }
    guard hidden == nil || model == .mlp else {
      throw ValidationError("--hidden is for mlp; \(model.rawValue) has layers of its own")
    }
    guard replays >= 0 else { throw ValidationError("--replays is \(replays); it must not be negative") }
    guard !(json && plan) else { throw ValidationError("--json excludes --plan") }
  }

  func run() throws {
    let device = try selection.open()
    let step = try BenchStep(model, hidden: hidden?.elements ?? [128], batch: batch, on: device)
    let forward = try step.record(backward: false)
    // The first recording compiles.
    var recorded = try step.record()
    let clock = ContinuousClock()
    let recordings = try (0..<11).map { _ in
      let start = clock.now
      recorded = try step.record()
      return (clock.now - start).seconds
    }.sorted()
    let replay = try Replay(recorded)
    // The first replays are submitted in small pieces, to be measured.
    try replay.run(times: min(replays, Self.untimed))
    let loss = try step.loss.read(Float.self)[0]
    let before = replay.profile
    // The median of parts, so that a moment's disturbance does not count.
    let parts = try stride(from: 0, to: replays, by: max(1, replays / 10)).map { done in
      let times = min(max(1, replays / 10), replays - done)
      let start = clock.now
      try replay.run(times: times)
      return (clock.now - start).seconds / Double(times)
    }.sorted()
    let seconds = parts.isEmpty ? 0 : parts[parts.count / 2]
    var timings: [Timing] = []
    if profile {
      let timed = try step.record(options: PlanOptions(timestamps: true))
      try timed.replay(times: replays == 0 ? 1 : 3)
      timings = try timed.timings()
    }
    let counted = Double(max(1, replay.profile.replays - before.replays))
    let summary = Summary(
      model: model.rawValue, batch: batch,
      parameters: step.parameters,
      dispatches: recorded.statistics.dispatches,
      recordingMilliseconds: recordings[recordings.count / 2] * 1e3,
      replayHostMicroseconds: (replay.profile.hostSeconds - before.hostSeconds) / counted * 1e6,
      replayMicroseconds: seconds * 1e6, stepsPerSecond: seconds > 0 ? 1 / seconds : 0, loss: Double(loss),
      arenaBytes: recorded.statistics.arenaBytes,
      arenaBytesWithoutReuse: recorded.statistics.arenaBytesWithoutReuse,
      forwardArenaBytes: forward.statistics.arenaBytes, deviceBytes: device.allocatedBytes,
      device: device.physical.name, driver: device.driver,
      profile: profile ? timings.map { DispatchCost($0) } : nil)
    if plan { try writeLine("\(forward)\n\(recorded)") }
    try write(json ? jsonText(summary) + "\n" : summary.text)
    if profile && !json { try write(dispatchTable(timings)) }
  }

  private struct Summary: Encodable {
    let model: String
    let batch, parameters, dispatches: Int
    let recordingMilliseconds, replayHostMicroseconds, replayMicroseconds, stepsPerSecond: Double
    /// After the replays that are not timed.
    let loss: Double
    let arenaBytes, arenaBytesWithoutReuse, forwardArenaBytes, deviceBytes: Int
    let device, driver: String
    /// The dispatches of a step, where they are asked for.
    let profile: [DispatchCost]?

    var text: String {
      let share = 100 * Double(arenaBytes) / Double(max(1, arenaBytesWithoutReuse))
      let growth = Double(arenaBytes) / Double(max(1, forwardArenaBytes))
      return "\(device) (\(driver))\n"
        + columns([
          ("step", "\(model), batch \(batch), \(parameters.grouped) parameters, \(dispatches) dispatches"),
          ("recording", "\(recordingMilliseconds.fixed(2)) ms with warm caches"),
          (
            "replay",
            "\(replayHostMicroseconds.fixed(2)) µs of the host, \(replayMicroseconds.fixed(0)) µs in all; loss \(loss.fixed(4))"
          ),
          (
            "arena",
            "\(formatted(bytes: arenaBytes)), \(share.fixed(0)) % of \(formatted(bytes: arenaBytesWithoutReuse)) without reuse"
          ),
          (
            "forward's arena",
            "\(formatted(bytes: forwardArenaBytes)), of which the step's is \(growth.fixed(2)) times"
          ),
        ])
    }
  }
}
