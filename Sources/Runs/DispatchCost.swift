package import Recording

/// A dispatch of a plan's profile as JSON has it, with the time of one run: a line of profile.json.
package struct DispatchCost: Codable {
  package let segment, label, kernel: String
  package let barrier: Bool
  package let runs: Int
  package let microseconds: Double
  package let bytesRead, bytesWritten, flops: Int

  private enum CodingKeys: String, CodingKey {
    case segment, label, kernel, barrier, runs, microseconds, flops
    case bytesRead = "bytes_read"
    case bytesWritten = "bytes_written"
  }

  package init(_ timing: Timing) {
    (segment, label, kernel) = (timing.segment, timing.dispatch, timing.kernel)
    (barrier, runs, microseconds) = (timing.hasBarrier, timing.repeats, timing.seconds * 1e6)
    (bytesRead, bytesWritten, flops) = (timing.bytesRead, timing.bytesWritten, timing.flops)
  }
}

extension RunWriter {
  /// Keeps what each dispatch of the last iteration or epoch cost.
  package func write(profile timings: [Timing]) throws {
    let text = try jsonText(timings.map(DispatchCost.init)) + "\n"
    try writeText(text, to: directory.profile)
  }
}
