import Runs

/// A line in braille, 2 × 4 dots a character, between two axes with numbers.
struct LineChart {
  let title: String
  let points: [LearningCurve.Point]
  /// Characters a line and lines in all, axes and title included.
  let width, height: Int

  /// The chart, each line with its end.
  var text: String {
    let values = points.map(\.y)
    let steps = points.map(\.x)
    let vertical = Axis(from: values.min() ?? 0, to: values.max() ?? 1)
    let horizontal = Axis(from: min(0, steps.min() ?? 0), to: steps.max() ?? 1)
    let rows = height - 3
    let labelRows = Set([0, rows / 4, rows / 2, rows * 3 / 4, rows - 1])
    let labels = (0..<rows).map { row in
      labelRows.contains(row) ? vertical.label(at: 1 - Double(row) / Double(rows - 1)) : ""
    }
    let margin = labels.map(\.count).max() ?? 0
    let columns = width - margin - 2

    var canvas = Canvas(columns: columns, rows: rows)
    let dots = points.map { point in
      (
        x: Int((horizontal.place(of: point.x) * Double(canvas.width - 1)).rounded()),
        y: Int(((1 - vertical.place(of: point.y)) * Double(canvas.height - 1)).rounded())
      )
    }
    for (from, to) in zip(dots, dots.dropFirst()) { canvas.line(from, to) }
    if let only = dots.first, dots.count == 1 { canvas.line(only, only) }

    var text = padded(title, to: min(width, (width + title.count) / 2)) + "\n"
    for (row, label) in labels.enumerated() {
      text += padded(label, to: margin) + (label.isEmpty ? " │" : " ┤") + canvas.text(row: row) + "\n"
    }
    text += String(repeating: " ", count: margin) + " └" + String(repeating: "─", count: columns) + "\n"
    return text + String(repeating: " ", count: margin + 2) + stepLabels(of: horizontal, columns: columns)
      + "\n"
  }

  /// Start, middle and end below the axis.
  private func stepLabels(of axis: Axis, columns: Int) -> String {
    let (start, middle, end) = (axis.label(at: 0), axis.label(at: 0.5), axis.label(at: 1))
    let upToMiddle = start + padded(middle, to: columns / 2 + middle.count / 2 - start.count)
    return upToMiddle + padded(end, to: columns - upToMiddle.count)
  }
}

/// Text moved right so that it ends at `width`.
private func padded(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

/// A range of numbers along an edge.
private struct Axis {
  let low, high: Double

  /// A range that holds both; of a single number, one around it.
  init(from low: Double, to high: Double) {
    let margin = low == high ? max(1, abs(low) * 0.1) : 0
    (self.low, self.high) = (low - margin, high + margin)
  }

  /// From 0 to 1.
  func place(of value: Double) -> Double { (value - low) / (high - low) }

  func label(at place: Double) -> String {
    let value = low + place * (high - low)
    // Rounding leaves crumbs where a 0 belongs.
    return abs(value) < (high - low) * 1e-9 ? "0" : value.short
  }
}

/// Dots in braille characters.
private struct Canvas {
  /// Size in dots.
  let width, height: Int
  private let columns: Int
  /// Dots of each character, by Unicode's bits.
  private var cells: [UInt32]

  /// Bits of the left and the right column, from the top.
  private static let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]

  init(columns: Int, rows: Int) {
    self.columns = columns
    (width, height) = (2 * columns, 4 * rows)
    cells = [UInt32](repeating: 0, count: columns * rows)
  }

  mutating func line(_ from: (x: Int, y: Int), _ to: (x: Int, y: Int)) {
    let length = max(abs(to.x - from.x), abs(to.y - from.y))
    for step in 0...length {
      let part = length == 0 ? 0 : Double(step) / Double(length)
      let x = from.x + Int((part * Double(to.x - from.x)).rounded())
      let y = from.y + Int((part * Double(to.y - from.y)).rounded())
      cells[y / 4 * columns + x / 2] |= Self.bits[x % 2][y % 4]
    }
  }

  /// A row of characters, up to the last with a dot.
  func text(row: Int) -> String {
    let cells = cells[row * columns..<(row + 1) * columns]
    let end = cells.lastIndex { $0 != 0 } ?? cells.startIndex - 1
    // Not every font leaves the empty braille character empty.
    let scalars = cells[...end].compactMap { $0 == 0 ? " " : Unicode.Scalar(0x2800 + $0) }
    return String(String.UnicodeScalarView(scalars))
  }
}
