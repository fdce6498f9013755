#if canImport(Glibc)
  import Glibc
#endif

/// Pictures after one another, drawn as they are needed: more than once, and never all at a time.
package struct Animation {
  /// Pixels of each picture.
  package let width, height: Int
  /// How long each is shown [1/100 s].
  package let delays: [Int]
  private let draw: (Int) throws -> Canvas

  /// - Parameter draw: the picture of a number, the same each time that it is asked for.
  package init(width: Int, height: Int, delays: [Int], draw: @escaping (Int) throws -> Canvas) {
    precondition(!delays.isEmpty, "an animation has a picture")
    (self.width, self.height, self.delays, self.draw) = (width, height, delays, draw)
  }

  /// What a picture changes in the one before it: the whole of the first.
  struct Change {
    let picture: Canvas
    let before: Canvas?
    let area: Area
  }

  /// A rectangle of pixels.
  struct Area: Equatable {
    var left, top, width, height: Int
  }

  /// Goes through all pictures.
  func forEach(_ body: (Int, Change) throws -> Void) throws {
    var before: Canvas?
    for index in delays.indices {
      let picture = try draw(index)
      precondition(picture.width == width && picture.height == height, "pictures have one size")
      let area =
        before.map { picture.changed(from: $0) } ?? Area(left: 0, top: 0, width: width, height: height)
      try body(index, Change(picture: picture, before: before, area: area))
      before = picture
    }
  }
}

extension Canvas {
  /// The smallest rectangle that holds all pixels that differ; a pixel where none does.
  fileprivate func changed(from other: Canvas) -> Animation.Area {
    var (left, right, top, bottom) = (width, 0, height, 0)
    pixels.withUnsafeBufferPointer { new in
      other.pixels.withUnsafeBufferPointer { old in
        guard let new = new.baseAddress, let old = old.baseAddress else { return }
        for y in 0..<height where memcmp(new + y * width, old + y * width, 4 * width) != 0 {
          (top, bottom) = (min(top, y), y + 1)
          let (new, old) = (new + y * width, old + y * width)
          // Only what lies beyond the bounds that are known.
          var x = 0
          while x < left, new[x] == old[x] { x += 1 }
          left = min(left, x)
          x = width
          while x > right, new[x - 1] == old[x - 1] { x -= 1 }
          right = max(right, x)
        }
      }
    }
    guard right > 0 else { return Animation.Area(left: 0, top: 0, width: 1, height: 1) }
    return Animation.Area(left: left, top: top, width: right - left, height: bottom - top)
  }

  /// The pixels of a rectangle, row by row.
  func pixels(in area: Animation.Area) -> [UInt32] {
    (area.top..<area.top + area.height).flatMap { y in
      pixels[y * width + area.left..<y * width + area.left + area.width]
    }
  }
}
