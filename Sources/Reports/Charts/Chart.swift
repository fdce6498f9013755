/// Curves in a frame with axes: lines with bands around them, points, or bars.
package struct Chart {
  /// What is drawn in one colour.
  package struct Series {
    package let curve: Curve
    /// Which colour it has.
    package let ink: Int
    /// Whether its points are few and stand for themselves, as evaluations do.
    package let hasDots: Bool

    package init(_ curve: Curve, ink: Int, hasDots: Bool = false) {
      (self.curve, self.ink, self.hasDots) = (curve, ink, hasDots)
    }
  }

  package let title: String
  /// What the horizontal axis counts.
  package let abscissa: String
  package let series: [Series]

  package init(title: String, abscissa: String, series: [Series]) {
    (self.title, self.abscissa, self.series) = (title, abscissa, series)
  }

  /// The drawing.
  ///
  /// - Parameter isAlone: whether it has its title and the names of its series in it, as in a file of its own.
  package func drawing(width: Double, height: Double, isAlone: Bool) -> Drawing {
    var drawing = Drawing(width: width, height: height, title: title, summary: summary)
    let top = isAlone ? drawing.head(title, legend: series.count > 1 ? series : []) : 10
    let points = series.flatMap(\.curve.points)
    let frame = drawing.axes(
      x: (min(0, points.map(\.x).min() ?? 0), points.map(\.x).max() ?? 1),
      y: (points.map(\.low).min() ?? 0, points.map(\.high).max() ?? 1), top: top, abscissa: abscissa)
    for series in series {
      let (curve, ink) = (series.curve, Drawing.Ink.series(series.ink))
      if curve.seeds > 1, curve.points.count > 1 {
        let upper = curve.points.map { frame.point($0.x, $0.high) }
        let lower = curve.points.reversed().map { frame.point($0.x, $0.low) }
        drawing.marks.append(.area(upper + lower, ink, opacity: 0.16))
      }
    }
    for series in series {
      let ink = Drawing.Ink.series(series.ink)
      let line = series.curve.points.map { frame.point($0.x, $0.mean) }
      if line.count > 1 { drawing.marks.append(.line(line, ink, width: series.hasDots ? 1 : 1.8)) }
      // A single point makes no line.
      if series.hasDots || line.count == 1 {
        drawing.marks += line.map { .dot($0, radius: 2.8, ink) }
      }
    }
    return drawing
  }

  /// What the series do, in a sentence each.
  private var summary: String {
    let sentences = series.compactMap { series -> String? in
      let curve = series.curve
      guard let first = curve.points.first, let last = curve.points.last else { return nil }
      let highest = curve.points.max { $0.mean < $1.mean } ?? last
      let lowest = curve.points.min { $0.mean < $1.mean } ?? last
      return "\(curve.name)\(curve.seeds > 1 ? ", mean of \(curve.seeds) seeds" : ""): "
        + "from \(numberText(first.mean)) at \(numberText(first.x)) to \(numberText(last.mean)) at \(numberText(last.x)) "
        + "\(abscissa), between \(numberText(lowest.mean)) and \(numberText(highest.mean))."
    }
    return sentences.isEmpty ? "No points yet." : sentences.joined(separator: " ")
  }
}

extension Drawing {
  private static let letter = 0.56

  /// Draws the title and the names of series; returns where they end.
  fileprivate mutating func head(_ title: String, legend: [Chart.Series]) -> Double {
    marks.append(.text(title, Point(14, 24), .start, size: 15, .text, isBold: true))
    var (x, y) = (14.0, 44.0)
    for series in legend {
      let length = 26 + Double(series.curve.name.count) * 12 * Self.letter + 16
      if x > 14, x + length > width { (x, y) = (14, y + 18) }
      let ink = Ink.series(series.ink)
      marks.append(.line([Point(x, y - 4), Point(x + 20, y - 4)], ink, width: 2.5))
      marks.append(.text(series.curve.name, Point(x + 26, y), .start, size: 12, .text))
      x += length
    }
    return legend.isEmpty ? 38 : y + 12
  }

  /// Draws the grid and the axes with their numbers.
  ///
  /// - Parameters:
  ///   - x: from where to where; `y` as well, and is made to begin and end at ticks.
  ///   - top: what is left free above.
  mutating func axes(
    x: (low: Double, high: Double), y: (low: Double, high: Double), top: Double, abscissa: String
  ) -> Frame {
    axes(horizontal: { Axis(from: x.low, to: x.high, count: $0) }, y: y, top: top, abscissa: abscissa)
  }

  /// The same with an axis that `horizontal` makes of the number of ticks that there is room for.
  mutating func axes(
    horizontal: (Int) -> Axis, y: (low: Double, high: Double), top: Double, abscissa: String
  ) -> Frame {
    let size = 11.0
    let bottom = height - 38
    let vertical = Axis(
      from: y.low, to: y.high, count: max(2, Int((bottom - top) / 44)), isRounded: true)
    let labels = vertical.ticks.map(vertical.label)
    let left = 14 + Double(labels.map(\.count).max() ?? 1) * size * Self.letter + 6
    let right = width - 16
    let horizontal = horizontal(max(2, Int((right - left) / 72)))
    let frame = Frame(left: left, top: top, right: right, bottom: bottom, x: horizontal, y: vertical)
    for (tick, label) in zip(vertical.ticks, labels) {
      let place = frame.point(horizontal.low, tick)
      marks.append(.line([place, Point(right, place.y)], .grid, width: 1))
      marks.append(.text(label, Point(left - 6, place.y + 4), .end, size: size, .muted))
    }
    for tick in horizontal.ticks {
      let place = frame.point(tick, vertical.low)
      marks.append(.line([place, Point(place.x, bottom + 4)], .axis, width: 1))
      marks.append(.text(horizontal.label(tick), Point(place.x, bottom + 17), .middle, size: size, .muted))
    }
    marks.append(.line([Point(left, bottom), Point(right, bottom)], .axis, width: 1))
    marks.append(.text(abscissa, Point((left + right) / 2, height - 5), .middle, size: size, .muted))
    self.frame = frame
    return frame
  }
}
