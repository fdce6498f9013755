import Pictures

extension Drawing {
  /// The drawing on white as the bytes of a PNG file, a point of it as `scale` pixels.
  package func png(scale: Double = 2) -> [UInt8] {
    var canvas = Canvas(
      width: Int((width * scale).rounded()), height: Int((height * scale).rounded()), .white)
    func place(_ point: Point) -> Position { Position(point.x, point.y) * scale }
    for mark in marks {
      switch mark {
      case .line(let points, let ink, let width):
        let lines = ink.dash == nil ? [points.map(place)] : dashed(points).map { $0.map(place) }
        canvas.stroke(lines, width: width * scale, ink.color())
      case .area(let points, let ink, let opacity):
        canvas.fill(points.map(place), ink.color(opacity: opacity))
      case .dot(let point, let radius, let ink):
        canvas.fill(circle: place(point), radius: radius * scale, ink.color())
      case .text(let text, let point, let anchor, let size, let ink, let isBold):
        let anchor: StrokeFont.Anchor =
          switch anchor {
          case .start: .start
          case .middle: .middle
          case .end: .end
          }
        // The strokes are as wide as those of a bold letter where they are drawn twice beside each other.
        for offset in isBold ? [0, 0.5] : [0] {
          canvas.write(
            text, at: place(Point(point.x + offset, point.y)), size: size * 1.15 * scale, ink.color(),
            anchor: anchor)
        }
      }
    }
    return canvas.png()
  }

  /// A line in pieces of 7 with gaps of 4 between them.
  private func dashed(_ points: [Point]) -> [[Point]] {
    var pieces: [[Point]] = [points.prefix(1).map { $0 }]
    var (isDrawn, left) = (true, 7.0)
    for (from, to) in zip(points, points.dropFirst()) {
      let (dx, dy) = (to.x - from.x, to.y - from.y)
      let length = (dx * dx + dy * dy).squareRoot()
      var done = 0.0
      while length - done > left {
        done += left
        let place = Point(from.x + dx * done / length, from.y + dy * done / length)
        if isDrawn { pieces[pieces.count - 1].append(place) } else { pieces.append([place]) }
        isDrawn.toggle()
        left = isDrawn ? 7 : 4
      }
      left -= length - done
      if isDrawn { pieces[pieces.count - 1].append(to) }
    }
    return pieces
  }
}

extension Drawing.Ink {
  fileprivate func color(opacity: Double = 1) -> Color {
    let hex = UInt32(light.dropFirst(), radix: 16) ?? 0
    return Color(
      UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255), UInt8((255 * opacity).rounded()))
  }
}
