import Foundation

extension Double {
  /// The number with a fixed count of decimals.
  func fixed(_ decimals: Int) -> String { String(format: "%.\(decimals)f", self) }

  /// Three digits that count, with k, M or G: `12.3k`.
  var short: String {
    for (scale, letter) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where abs(self) >= 0.9995 * scale {
      return String(format: "%.3g", self / scale) + letter
    }
    return String(format: "%.3g", self)
  }

  /// Seconds as `m:ss`, or `h:mm:ss` from an hour on.
  var clock: String {
    guard isFinite, self < 1e9 else { return "?" }
    let seconds = Int(rounded())
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, seconds % 60)
      : String(format: "%d:%02d", minutes, seconds % 60)
  }
}

/// Lines of names and values, the values in one column.
func columns(_ rows: [(String, String)], indent: String = "  ") -> String {
  let width = rows.map(\.0.count).max() ?? 0
  return rows.map { name, value in
    indent + name + String(repeating: " ", count: width - name.count + 2) + value + "\n"
  }.joined()
}
