import Recording

/// The dispatches of a plan by the time that they take in a replay, the longest first.
func dispatchTable(_ timings: [Timing]) -> String {
  guard !timings.isEmpty else { return "This device's queue has no clock: no times of dispatches.\n" }
  func total(_ timing: Timing) -> Double { timing.seconds * Double(timing.repeats) }
  let sum = timings.reduce(0) { $0 + total($1) }
  let rows = timings.sorted { total($0) > total($1) }.map { timing in
    let rate = 1e-9 / max(timing.seconds, 1e-9)
    return [
      (total(timing) * 1e3).fixed(2), (100 * total(timing) / max(sum, 1e-9)).fixed(1), "\(timing.repeats)",
      (timing.seconds * 1e6).fixed(0), (Double(timing.bytes) * rate).short,
      timing.flops > 0 ? (Double(timing.flops) * rate).short : "–",
      "\(timing.segment): \(timing.dispatch)",
    ]
  }
  return "Dispatches of the last iteration, \((sum * 1e3).fixed(1)) ms in all:\n"
    + table([["ms", "%", "runs", "µs a run", "GB/s", "GFLOP/s", "dispatch"]] + rows)
}

/// What the host spent its time on, each without what stands apart.
func hostTable(_ trace: Trace) -> String {
  let seconds = trace.seconds
  let rows = Trace.Kind.allCases.map { kind in
    (kind.rawValue, "\(((seconds[kind] ?? 0) * 1e3).fixed(1)) ms")
  }
  return "The host's time:\n" + columns(rows)
}

/// Columns of numbers, ended by one of text.
func table(_ rows: [[String]]) -> String {
  let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    let numbers = zip(row, widths).dropLast().map { text, width in
      String(repeating: " ", count: width - text.count) + text
    }
    return "  " + (numbers + row.suffix(1)).joined(separator: "  ") + "\n"
  }.joined()
}
