/// Points without order in a frame with axes.
package struct Scatter {
  package let title: String
  /// What the horizontal axis counts.
  package let abscissa: String
  package let axis: Axis
  package let points: [(x: Double, y: Double)]

  package init(title: String, abscissa: String, axis: Axis, points: [(Double, Double)]) {
    (self.title, self.abscissa, self.axis) = (title, abscissa, axis)
    self.points = points.map { (x: $0, y: $1) }
  }

  /// The drawing.
  package func drawing(width: Double, height: Double) -> Drawing {
    let best = points.max { $0.y < $1.y }
    let summary = best.map {
      "\(points.count) points; the highest is \(numberText($0.y)) at \(axis.label($0.x))."
    }
    var drawing = Drawing(width: width, height: height, title: title, summary: summary ?? "No points yet.")
    let results = points.map(\.y)
    let frame = drawing.axes(
      horizontal: { _ in axis }, y: (results.min() ?? 0, results.max() ?? 1), top: 10, abscissa: abscissa)
    drawing.marks += points.map { .dot(frame.point($0.x, $0.y), radius: 3.5, .series(0)) }
    return drawing
  }
}
