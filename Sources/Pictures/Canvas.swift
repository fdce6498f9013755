/// A colour, 8 bits a channel, not multiplied by its alpha.
package struct Color: Hashable, Sendable {
  /// Red in the lowest byte, then green, blue and alpha.
  package let packed: UInt32

  package init(packed: UInt32) { self.packed = packed }

  /// Channels from 0 to 255.
  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, _ alpha: UInt8 = 255) {
    packed = UInt32(red) | UInt32(green) << 8 | UInt32(blue) << 16 | UInt32(alpha) << 24
  }

  /// A colour as the web writes it: `0x1f77b4`.
  package init(hex: UInt32) { self.init(UInt8(hex >> 16 & 255), UInt8(hex >> 8 & 255), UInt8(hex & 255)) }

  package var red: UInt8 { UInt8(truncatingIfNeeded: packed) }
  package var green: UInt8 { UInt8(truncatingIfNeeded: packed >> 8) }
  package var blue: UInt8 { UInt8(truncatingIfNeeded: packed >> 16) }
  package var alpha: UInt8 { UInt8(truncatingIfNeeded: packed >> 24) }

  package static let white = Color(hex: 0xffffff)
  package static let black = Color(hex: 0)
}

/// A place in pixels: x to the right, y down; (0, 0) is the corner of the first pixel, (0.5, 0.5) its middle.
package typealias Position = SIMD2<Double>

/// A picture in memory, on which shapes are drawn with soft edges; what lies beside it is cut off.
package struct Canvas: Equatable, Sendable {
  /// Pixels from left to right, and from top to bottom.
  package let width, height: Int
  /// Row by row from the top, as `Color.packed`.
  package var pixels: [UInt32]

  /// A canvas of one colour.
  package init(width: Int, height: Int, _ background: Color = .white) {
    precondition(width > 0 && height > 0, "a canvas has pixels")
    (self.width, self.height) = (width, height)
    pixels = [UInt32](repeating: background.packed, count: width * height)
  }

  /// The colour of a pixel.
  package subscript(x: Int, y: Int) -> Color {
    get { Color(packed: pixels[y * width + x]) }
    set { pixels[y * width + x] = newValue.packed }
  }

  /// Fills the polygon through its corners in order; a corner that is no finite number draws nothing.
  package mutating func fill(_ polygon: [Position], _ color: Color) {
    var coverage = Coverage(width: width, height: height, around: polygon, margin: 0)
    coverage?.add(polygon: polygon)
    blend(coverage, color)
  }

  /// Fills a circle.
  package mutating func fill(circle center: Position, radius: Double, _ color: Color) {
    stroke([center], width: 2 * radius, color)
  }

  /// Draws a line through points, `width` pixels thick, with round ends and corners; a single point is a dot.
  package mutating func stroke(_ line: [Position], width thickness: Double, _ color: Color) {
    stroke([line], width: thickness, color)
  }

  /// Draws lines as one shape, which covers no pixel twice.
  package mutating func stroke(_ lines: [[Position]], width thickness: Double, _ color: Color) {
    var coverage = Coverage(
      width: width, height: height, around: lines.flatMap { $0 }, margin: thickness / 2 + 1)
    for line in lines {
      if line.count == 1 { coverage?.add(from: line[0], to: line[0], radius: thickness / 2) }
      for (start, end) in zip(line, line.dropFirst()) {
        coverage?.add(from: start, to: end, radius: thickness / 2)
      }
    }
    blend(coverage, color)
  }

  /// Lays a colour over the pixels, as far as they are covered.
  private mutating func blend(_ coverage: Coverage?, _ color: Color) {
    guard let coverage else { return }
    for row in 0..<coverage.height {
      let first = (coverage.top + row) * width + coverage.left
      for column in 0..<coverage.width {
        let covered = coverage.values[row * coverage.width + column]
        if covered == 0 { continue }
        pixels[first + column] = color.over(Color(packed: pixels[first + column]), covered: covered).packed
      }
    }
  }
}

extension Color {
  /// This colour over another, on the covered part of 255.
  fileprivate func over(_ other: Color, covered: UInt8) -> Color {
    let part = (UInt32(alpha) * UInt32(covered) + 127) / 255
    if part == 255 { return self }
    let rest = (255 - part) * UInt32(other.alpha) / 255
    let whole = part + rest
    if whole == 0 { return other }
    func mixed(_ new: UInt8, _ old: UInt8) -> UInt8 {
      UInt8((UInt32(new) * part + UInt32(old) * rest + whole / 2) / whole)
    }
    return Color(
      mixed(red, other.red), mixed(green, other.green), mixed(blue, other.blue), UInt8(whole))
  }
}
