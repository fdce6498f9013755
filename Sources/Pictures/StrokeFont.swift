#if canImport(Glibc)
  import Glibc
#endif

/// Text as lines, so that no font is looked for: printable ASCII; other characters become `?`.
package enum StrokeFont {
  /// Where a text begins, is centred or ends.
  package enum Anchor: Sendable { case start, middle, end }

  /// A character's strokes, in 30ths of the text's size from the baseline's left end, and how far the next one is.
  private struct Glyph {
    let strokes: [[Position]]
    let advance: Double
  }

  private static let glyphs = hersheySimplex.split(separator: "\n").map { line in
    let numbers = line.utf8.map { Double($0) - 82 }
    let (left, right) = (numbers[0], numbers[1])
    let points = stride(from: 2, to: numbers.count, by: 2).map { Position(numbers[$0], numbers[$0 + 1]) }
    // " R" is (-50, 0); the baseline is at 9.
    let strokes = points.split { $0 == Position(-50, 0) }.map { $0.map { $0 - Position(left, 9) } }
    return Glyph(strokes: strokes, advance: right - left)
  }

  private static func glyphs(of text: String) -> [Glyph] {
    text.unicodeScalars.map { scalar in
      // What numbers have: U+2212 is the minus sign.
      let code = scalar == "\u{2212}" ? 45 : scalar.value
      return glyphs[(32...126).contains(code) ? Int(code) - 32 : 31]
    }
  }

  /// The width of a text in pixels; `size` is its height with what goes below the line, capitals have 0.7 of it.
  package static func width(of text: String, size: Double) -> Double {
    glyphs(of: text).reduce(0) { $0 + $1.advance } * size / 30
  }

  /// The lines of a text whose baseline begins, is centred or ends at a place; `angle` turns it against the clock [rad].
  static func strokes(_ text: String, at place: Position, size: Double, _ anchor: Anchor, angle: Double)
    -> [[Position]]
  {
    let right = Position(cos(angle), -sin(angle)) * (size / 30)
    let down = Position(-right.y, right.x)
    var pen =
      switch anchor {
      case .start: 0.0
      case .middle: -width(of: text, size: 30) / 2
      case .end: -width(of: text, size: 30)
      }
    return glyphs(of: text).flatMap { glyph in
      defer { pen += glyph.advance }
      return glyph.strokes.map { $0.map { place + (pen + $0.x) * right + $0.y * down } }
    }
  }
}

extension Canvas {
  /// Writes a text whose baseline begins, is centred or ends at a place.
  ///
  /// - Parameters:
  ///   - size: height in pixels with what goes below the line; capitals have 0.7 of it.
  ///   - angle: turns it against the clock about the place [rad].
  package mutating func write(
    _ text: String, at place: Position, size: Double, _ color: Color, anchor: StrokeFont.Anchor = .start,
    angle: Double = 0
  ) {
    stroke(
      StrokeFont.strokes(text, at: place, size: size, anchor, angle: angle), width: max(1, size / 14), color)
  }
}
