import ArgumentParser
import Runs
import Vulkan

/// `reprise bench limits`: what the times of a plan's dispatches are held against.
struct BenchLimitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits",
    abstract: "Measure what a device can do at most: bandwidth, operations, launches, submissions.",
    discussion: """
      Bandwidth is that of a copy of four floats a lane, reads and writes together: of 128 MiB, and of 16 KiB again and \
      again. Operations are multiply-adds in registers, each of which counts as two. A launch is the smallest dispatch in \
      a chain of 256 that is replayed, with a barrier before each and without; a timestamp is what a profile adds to it; a \
      submission is that of a single dispatch, until the host knows of its end. Each is the best of several measurements.

      Example:
        reprise bench limits --json
      """)

  @OptionGroup var selection: DeviceOptions

  @Flag(
    help: """
      Print one JSON object: gigabytes_per_second, near_gigabytes_per_second, gflops, launch_microseconds, \
      launch_without_barrier_microseconds, timestamp_microseconds, submission_microseconds, device, driver.
      """)
  var json = false

  func run() throws {
    let device = try selection.open()
    let limits = try DeviceLimits(of: device)
    let summary = Summary(
      gigabytesPerSecond: limits.bandwidth / 1e9, nearGigabytesPerSecond: limits.nearBandwidth / 1e9,
      gflops: limits.flops / 1e9, launchMicroseconds: limits.launch * 1e6,
      launchWithoutBarrierMicroseconds: limits.launchWithoutBarrier * 1e6,
      timestampMicroseconds: limits.timestamp * 1e6, submissionMicroseconds: limits.submission * 1e6,
      device: device.physical.name, driver: device.driver)
    try write(json ? jsonText(summary) + "\n" : summary.text)
  }

  private struct Summary: Encodable {
    let gigabytesPerSecond, nearGigabytesPerSecond, gflops: Double
    let launchMicroseconds, launchWithoutBarrierMicroseconds, timestampMicroseconds: Double
    let submissionMicroseconds: Double
    let device, driver: String

    var text: String {
      "\(device) (\(driver))\n"
        + columns([
          (
            "bandwidth",
            "\(gigabytesPerSecond.fixed(1)) GB/s, within a near cache \(nearGigabytesPerSecond.fixed(1)) GB/s"
          ),
          ("operations", "\(gflops.fixed(1)) GFLOP/s"),
          (
            "launch",
            "\(launchMicroseconds.fixed(2)) µs, without a barrier \(launchWithoutBarrierMicroseconds.fixed(2)) µs, "
              + "a timestamp \(timestampMicroseconds.fixed(2)) µs more"
          ),
          ("submission", "\(submissionMicroseconds.fixed(1)) µs"),
        ])
    }
  }
}
