extension Plan: CustomStringConvertible {
  /// Stable text for people and golden files: segments, dispatches with workgroups, bytes and operations, barriers (`―`), the
  /// arena.
  public var description: String {
    var lines = [
      "plan \"\(label)\": \(Self.counts(of: statistics)), arena "
        + "\(formatted(bytes: statistics.arenaBytes)) (\(formatted(bytes: statistics.arenaBytesWithoutReuse)) without reuse)"
    ]
    for segment in record.segments {
      lines.append(
        "segment \"\(segment.label)\" × \(segment.repeats): \(Self.counts(of: segment.statistics))")
      for (index, dispatch) in segment.dispatches.enumerated() {
        if dispatch.barrierBefore { lines.append("  ―") }
        lines.append("  \(index) \(dispatch.label) [\(dispatch.kernel)] \(dispatch.work)")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func counts(of statistics: Statistics) -> String {
    "\(statistics.dispatches) \(statistics.dispatches == 1 ? "dispatch" : "dispatches"), "
      + "\(statistics.barriers) \(statistics.barriers == 1 ? "barrier" : "barriers"), "
      + work(statistics.bytesRead, statistics.bytesWritten, statistics.flops)
  }

  fileprivate static func work(_ bytesRead: Int, _ bytesWritten: Int, _ flops: Int) -> String {
    "\(formatted(bytes: bytesRead)) read, \(formatted(bytes: bytesWritten)) written"
      + (flops > 0 ? ", \(formatted(flops: flops))" : "")
  }
}

extension PlacedDispatch {
  /// Workgroups, bytes and operations.
  var work: String {
    "\(groups.x)×\(groups.y)×\(groups.z), \(Plan.work(bytesRead, bytesWritten, flops))"
  }
}

/// Bytes in the largest binary unit that keeps one digit before the point.
public func formatted(bytes: Int) -> String {
  scaled(bytes, by: 1024, ["B", "KiB", "MiB", "GiB", "TiB"])
}

/// Floating point operations in the largest decimal unit that keeps one digit before the point.
public func formatted(flops: Int) -> String {
  scaled(flops, by: 1000, ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP"])
}

private func scaled(_ count: Int, by factor: Double, _ units: [String]) -> String {
  var value = Double(count)
  var unit = 0
  while value >= factor, unit < units.count - 1 {
    value /= factor
    unit += 1
  }
  return unit == 0 ? "\(count) \(units[0])" : "\((value * 10).rounded() / 10) \(units[unit])"
}
