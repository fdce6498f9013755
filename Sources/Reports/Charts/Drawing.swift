/// A picture of lines, areas and text, which becomes SVG or pixels.
package struct Drawing {
  /// A place in pixels; y points down.
  package struct Point: Equatable {
    package let x, y: Double

    package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
  }

  /// What something is drawn in; light and dark pages have colours of their own for it.
  package enum Ink: Equatable {
    /// Text, less important text, the grid, and the axes.
    case text, muted, grid, axis
    /// The series of a number, counted from 0.
    case series(Int)
  }

  /// Where a text stands from its point.
  package enum Anchor: String {
    case start, middle, end
  }

  package enum Mark {
    case line([Point], Ink, width: Double)
    /// A filled polygon that lets through what is beneath it.
    case area([Point], Ink, opacity: Double)
    case dot(Point, radius: Double, Ink)
    /// A line of text on its base line.
    case text(String, Point, Anchor, size: Double, Ink, isBold: Bool = false)
  }

  package let width, height: Double
  package var marks: [Mark] = []
  /// What it shows: its name, and in a sentence or two for those who can't see it.
  package var title, summary: String
  /// The part that has data in it, and what its edges stand for.
  package var frame: Frame?

  /// Left, top, right and bottom edge in pixels, and the axes along them.
  package struct Frame {
    package let left, top, right, bottom: Double
    package let x, y: Axis

    func point(_ x: Double, _ y: Double) -> Point {
      Point(left + self.x.place(of: x) * (right - left), bottom - self.y.place(of: y) * (bottom - top))
    }
  }

  /// Drawings below one another.
  package init(stacking drawings: [Drawing], title: String) {
    width = drawings.map(\.width).max() ?? 0
    height = drawings.reduce(0) { $0 + $1.height }
    self.title = title
    summary = drawings.map { "\($0.title): \($0.summary)" }.joined(separator: " ")
    var top = 0.0
    for drawing in drawings {
      marks += drawing.marks.map { $0.moved(down: top) }
      top += drawing.height
    }
  }

  package init(width: Double, height: Double, title: String, summary: String) {
    (self.width, self.height, self.title, self.summary) = (width, height, title, summary)
  }
}

extension Drawing.Mark {
  fileprivate func moved(down distance: Double) -> Self {
    func moved(_ point: Drawing.Point) -> Drawing.Point { Drawing.Point(point.x, point.y + distance) }
    return switch self {
    case .line(let points, let ink, let width): .line(points.map(moved), ink, width: width)
    case .area(let points, let ink, let opacity): .area(points.map(moved), ink, opacity: opacity)
    case .dot(let point, let radius, let ink): .dot(moved(point), radius: radius, ink)
    case .text(let text, let point, let anchor, let size, let ink, let isBold):
      .text(text, moved(point), anchor, size: size, ink, isBold: isBold)
    }
  }
}

extension Drawing.Ink {
  /// Okabe and Ito's colours, which colour-blind people tell apart ("Color Universal Design", 2008): those first that stand
  /// out on white.
  package static let palette: [(name: String, light: String, dark: String)] = [
    ("blue", "#0072b2", "#56b4e9"), ("vermilion", "#d55e00", "#ff8c42"), ("green", "#009e73", "#2fcf9f"),
    ("purple", "#aa4f86", "#e6a3cc"), ("orange", "#b87900", "#f0b83c"), ("sky", "#2b8fc7", "#9ad4f5"),
    ("grey", "#5f5f5f", "#b9b9b9"),
  ]

  /// The colour on white, for whoever knows no style sheets.
  package var light: String {
    switch self {
    case .text: "#1b1f24"
    case .muted: "#59636e"
    case .grid: "#e3e7eb"
    case .axis: "#98a2ad"
    case .series(let index): Self.palette[index % Self.palette.count].light
    }
  }

  /// The class that style sheets know it by.
  var name: String {
    switch self {
    case .text: "text"
    case .muted: "muted"
    case .grid: "grid"
    case .axis: "axis"
    case .series(let index): "s\(index % Self.palette.count)"
    }
  }

  /// Series beyond the palette are dashed: lengths of dash and gap.
  var dash: String? {
    guard case .series(let index) = self, index >= Self.palette.count else { return nil }
    return index / Self.palette.count % 2 == 1 ? "7 4" : "2 3"
  }
}
