#if canImport(Glibc)
  import Glibc
#endif

/// How much of each pixel of a rectangle a shape covers.
///
/// Polygons by exact area (the accumulation of Levien's font-rs), lines and circles by distance. In 16 steps, which the eye
/// takes for smooth and which keep the colours of a drawing few.
struct Coverage {
  /// The rectangle's first column and row on the canvas, and its size.
  let left, top, width, height: Int
  /// 0 to 255, row by row.
  private(set) var values: [UInt8]

  /// Nothing covered within the part of a canvas that lies around points; nil where that is empty, or not finite.
  init?(width canvasWidth: Int, height canvasHeight: Int, around points: [Position], margin: Double) {
    guard margin.isFinite, margin >= 0, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }),
      let first = points.first
    else { return nil }
    var (low, high) = (first, first)
    for point in points {
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    func clipped(_ value: Double, _ limit: Int) -> Int { Int(min(max(value, 0), Double(limit))) }
    left = clipped((low.x - margin).rounded(.down), canvasWidth)
    top = clipped((low.y - margin).rounded(.down), canvasHeight)
    width = clipped((high.x + margin).rounded(.up), canvasWidth) - left
    height = clipped((high.y + margin).rounded(.up), canvasHeight) - top
    guard width > 0, height > 0 else { return nil }
    values = [UInt8](repeating: 0, count: width * height)
  }

  /// A part from 0 to 1 in 16 steps, of 255.
  private static func level(_ part: Double) -> UInt8 { UInt8(min(max(part, 0), 1) * 15 + 0.5) * 17 }

  /// Adds all within `radius` of a line; where it is thinner than a pixel it is paler instead.
  mutating func add(from start: Position, to end: Position, radius: Double) {
    let (a, b) = (start - corner, end - corner)
    let along = b - a
    let square = (along * along).sum()
    let reach = max(radius, 0.5) + 0.5
    let strength = min(1, 2 * radius)
    let firstRow = max(0, Int((min(a.y, b.y) - reach).rounded(.down).clamped(to: height)))
    let lastRow = min(height, Int((max(a.y, b.y) + reach).rounded(.up).clamped(to: height)))
    for row in firstRow..<max(firstRow, lastRow) {
      let y = Double(row) + 0.5
      // The part of the line that is near enough to the row.
      var (low, high) = (0.0, 1.0)
      if abs(along.y) > 1e-9 {
        let ends = ((y - reach - a.y) / along.y, (y + reach - a.y) / along.y)
        (low, high) = (max(0, min(ends.0, ends.1)), min(1, max(ends.0, ends.1)))
        if low > high { continue }
      }
      let xs = (a.x + low * along.x, a.x + high * along.x)
      let firstColumn = Int((min(xs.0, xs.1) - reach).rounded(.down).clamped(to: width))
      let lastColumn = Int((max(xs.0, xs.1) + reach).rounded(.up).clamped(to: width))
      for column in firstColumn..<max(firstColumn, lastColumn) {
        let from = Position(Double(column) + 0.5, y) - a
        let at = square > 0 ? min(max((from * along).sum() / square, 0), 1) : 0
        let away = from - at * along
        let level = Self.level((reach - (away * away).sum().squareRoot()) * strength)
        let index = row * width + column
        if level > values[index] { values[index] = level }
      }
    }
  }

  /// Adds a polygon through its corners in order, and what it encloses.
  mutating func add(polygon: [Position]) {
    let corners = clipped(polygon.map { $0 - corner })
    guard corners.count > 2 else { return }
    // Of each pixel: by how much more it is covered than its left neighbour; one more column for what leaves on the right.
    let stride = width + 2
    var steps = [Double](repeating: 0, count: stride * height)
    for (index, start) in corners.enumerated() {
      Self.accumulate(start, corners[(index + 1) % corners.count], &steps, stride, height)
    }
    for row in 0..<height {
      var covered = 0.0
      for column in 0..<width {
        covered += steps[row * stride + column]
        let level = Self.level(abs(covered))
        if level > values[row * width + column] { values[row * width + column] = level }
      }
    }
  }

  private var corner: Position { Position(Double(left), Double(top)) }

  /// A polygon's part within the rectangle (Sutherland and Hodgman 1974).
  private func clipped(_ polygon: [Position]) -> [Position] {
    let (right, bottom) = (Double(width), Double(height))
    var corners = polygon
    for (axis, bound, sign) in [(0, 0.0, 1.0), (0, right, -1.0), (1, 0.0, 1.0), (1, bottom, -1.0)] {
      var kept: [Position] = []
      for (index, corner) in corners.enumerated() {
        let before = corners[(index + corners.count - 1) % corners.count]
        let (inside, wasInside) = (sign * (corner[axis] - bound), sign * (before[axis] - bound))
        if (inside >= 0) != (wasInside >= 0) {
          var crossing = before + (corner - before) * (wasInside / (wasInside - inside))
          crossing[axis] = bound
          kept.append(crossing)
        }
        if inside >= 0 { kept.append(corner) }
      }
      corners = kept
    }
    return corners
  }

  /// Adds the areas to the right of an edge, row by row.
  private static func accumulate(
    _ start: Position, _ end: Position, _ steps: inout [Double], _ stride: Int, _ height: Int
  ) {
    guard start.y != end.y else { return }
    let (upper, lower, sign) = start.y < end.y ? (start, end, 1.0) : (end, start, -1.0)
    let slope = (lower.x - upper.x) / (lower.y - upper.y)
    var x = upper.x
    for row in Int(upper.y)..<min(height, Int(lower.y.rounded(.up))) {
      let dy = min(Double(row + 1), lower.y) - max(Double(row), upper.y)
      let next = x + slope * dy
      let (x0, x1) = (min(x, next), max(x, next))
      let area = sign * dy
      let first = row * stride + Int(x0)
      let columns = Int(x1.rounded(.up)) - Int(x0)
      if columns <= 1 {
        let part = 0.5 * (x0 + x1) - x0.rounded(.down)
        steps[first] += area * (1 - part)
        steps[first + 1] += area * part
      } else {
        let rate = 1 / (x1 - x0)
        let near = 1 - (x0 - x0.rounded(.down))
        let far = x1 - x1.rounded(.up) + 1
        // Covered areas of the columns that the edge crosses, of which each adds what the one before lacks.
        var before = 0.0
        for column in 0..<columns {
          let covered =
            switch column {
            case 0: 0.5 * rate * near * near
            case columns - 1: 1 - 0.5 * rate * far * far
            default: rate * (near + Double(column) - 0.5)
            }
          steps[first + column] += area * (covered - before)
          before = covered
        }
        steps[first + columns] += area * (1 - before)
      }
      x = next
    }
  }
}

extension Double {
  /// Within 0 to a limit, to be counted.
  fileprivate func clamped(to limit: Int) -> Double { min(max(self, 0), Double(limit)) }
}
