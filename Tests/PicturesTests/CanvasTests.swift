import Foundation
import Testing

@testable import Pictures

/// Shapes beside Pillow's of 16 times the size, and text.
struct CanvasTests {
  /// Black on white, each pixel from 255 to 0.
  private func darkness(_ canvas: Canvas) -> [Int] {
    canvas.pixels.map { 255 - Int(Color(packed: $0).red) }
  }

  private static let polygons: [[Position]] = [
    [Position(3, 2), Position(37.25, 9.5), Position(20, 27.75)],
    [Position(5, 5), Position(30, 5), Position(30, 20), Position(17, 9), Position(5, 20)],
    [Position(10.5, 3), Position(11.25, 3), Position(11.25, 28), Position(10.5, 28)],
    [Position(-20, -10), Position(70, 12), Position(15, 60)],
  ]

  @Test(arguments: polygons)
  func `A polygon covers what Pillow's does`(_ polygon: [Position]) throws {
    let program = """
      import json, sys
      from PIL import Image, ImageDraw
      image = Image.new("L", (40 * 16, 30 * 16), 0)
      ImageDraw.Draw(image).polygon([(16 * x - 0.5, 16 * y - 0.5) for x, y in json.load(open(sys.argv[1]))], fill=255)
      print(json.dumps(list(image.reduce(16).getdata())))
      """
    let corners = Array(try JSONEncoder().encode(polygon.map { [$0.x, $0.y] }))
    let expected = try JSONDecoder().decode([Int].self, from: Pillow.run(program, on: corners))
    for corners in [polygon, polygon.reversed()] {
      var canvas = Canvas(width: 40, height: 30)
      canvas.fill(corners, .black)
      for (index, pair) in zip(darkness(canvas), expected).enumerated() {
        // A step of ours is 17, and Pillow's edges are a subpixel wide.
        #expect(abs(pair.0 - pair.1) <= 26, "pixel \(index % 40), \(index / 40)")
      }
    }
  }

  @Test func `Circles and lines cover their area`() {
    for radius in [1.0, 2.5, 9] {
      var canvas = Canvas(width: 40, height: 30)
      canvas.fill(circle: Position(20.3, 15.6), radius: radius, .black)
      let area = Double(darkness(canvas).reduce(0, +)) / 255
      #expect(abs(area - .pi * radius * radius) < 0.03 * area + 0.1, "\(radius)")
    }
    for thickness in [0.5, 1, 3.5] {
      var canvas = Canvas(width: 60, height: 40)
      canvas.stroke([Position(10, 10), Position(40, 32.5)], width: thickness, .black)
      let area = Double(darkness(canvas).reduce(0, +)) / 255
      let expected = thickness * 37.5 + .pi / 4 * thickness * thickness
      #expect(abs(area - expected) < 0.06 * expected, "\(thickness)")
    }
    // Along pixels the edges are sharp.
    var canvas = Canvas(width: 10, height: 5)
    canvas.stroke([Position(3, 2.5), Position(7, 2.5)], width: 1, .black)
    #expect(darkness(canvas)[23...26] == [255, 255, 255, 255])
    #expect(darkness(canvas)[..<20].allSatisfy { $0 == 0 })
  }

  @Test func `What lies beside the canvas is cut off`() {
    func draw(_ canvas: inout Canvas, _ offset: Position) {
      let shape = Self.polygons[0].map { ($0 - Position(20, 15)) * 3 + Position(20, 15) + offset }
      canvas.fill(shape, Color(200, 0, 0, 120))
      canvas.fill(circle: Position(2, 28) + offset, radius: 9, .black)
      canvas.stroke([Position(-15, 40) + offset, Position(60, -7) + offset], width: 4, Color(hex: 0x0000ff))
      canvas.write("Reprise", at: Position(-12, 10) + offset, size: 30, .black)
    }
    var small = Canvas(width: 40, height: 30)
    draw(&small, Position(0, 0))
    var large = Canvas(width: 240, height: 230)
    draw(&large, Position(100, 100))
    #expect(small.pixels == (0..<30).flatMap { y in (0..<40).map { x in large[x + 100, y + 100].packed } })
  }

  @Test func `Shapes that are not finite, or nowhere, draw nothing`() {
    var canvas = Canvas(width: 9, height: 9)
    let blank = canvas
    for bad in [Double.nan, .infinity, -.infinity] {
      canvas.fill([Position(0, 0), Position(5, bad), Position(5, 5)], .black)
      canvas.fill(circle: Position(bad, 3), radius: 2, .black)
      canvas.fill(circle: Position(3, 3), radius: bad, .black)
      canvas.stroke([Position(0, 0), Position(bad, 5)], width: 1, .black)
      canvas.write("a", at: Position(3, bad), size: 12, .black)
    }
    canvas.fill([], .black)
    canvas.fill([Position(3, 3), Position(8, 8)], .black)
    canvas.stroke([[Position]](), width: 3, .black)
    canvas.write("", at: Position(3, 5), size: 12, .black)
    canvas.fill(circle: Position(-1e300, 1e300), radius: 5, .black)
    #expect(canvas == blank)
    // A shape far larger than the canvas covers it.
    canvas.fill([Position(-1e6, -1e6), Position(1e6, -1e6), Position(1e6, 1e6), Position(-1e6, 1e6)], .black)
    #expect(canvas == Canvas(width: 9, height: 9, .black))
  }

  @Test func `Colours lie over each other as their alpha says`() {
    var canvas = Canvas(width: 1, height: 1, Color(100, 200, 0))
    let pixel = [Position(0, 0), Position(1, 0), Position(1, 1), Position(0, 1)]
    canvas.fill(pixel, Color(200, 0, 255, 51))
    #expect(canvas[0, 0] == Color(120, 160, 51))
    canvas = Canvas(width: 1, height: 1, Color(0, 0, 0, 0))
    canvas.fill(pixel, Color(200, 0, 255, 51))
    #expect(canvas[0, 0] == Color(200, 0, 255, 51))
  }

  @Test func `Every printable character is drawn, and hardly two alike`() {
    let characters = (33...126).map { String(UnicodeScalar(UInt8($0))) }
    let pictures = characters.map { character in
      var canvas = Canvas(width: 40, height: 40)
      canvas.write(character, at: Position(20, 28), size: 30, .black, anchor: .middle)
      return canvas.pixels
    }
    #expect(!pictures.contains(Canvas(width: 40, height: 40).pixels))
    // A capital i is a small l.
    #expect(Set(pictures).count == characters.count - 1)
    #expect(StrokeFont.width(of: "−1 ü", size: 12) == StrokeFont.width(of: "-1 ?", size: 12))
    #expect(StrokeFont.width(of: "ab", size: 20) == 2 * StrokeFont.width(of: "ab", size: 10))
  }

  @Test func `Text stands where its anchor says`() {
    func columns(_ anchor: StrokeFont.Anchor, angle: Double = 0) -> (x: ClosedRange<Int>, y: ClosedRange<Int>)
    {
      var canvas = Canvas(width: 200, height: 200)
      canvas.write("HHHH", at: Position(100, 100), size: 30, .black, anchor: anchor, angle: angle)
      let dark = canvas.pixels.indices.filter { canvas.pixels[$0] != Color.white.packed }
      let (xs, ys) = (dark.map { $0 % 200 }, dark.map { $0 / 200 })
      return ((xs.min() ?? 0)...(xs.max() ?? 0), (ys.min() ?? 0)...(ys.max() ?? 0))
    }
    let width = Int(StrokeFont.width(of: "HHHH", size: 30))
    let (start, middle, end) = (columns(.start), columns(.middle), columns(.end))
    #expect(start.x.lowerBound > 100 && start.x.upperBound < 100 + width)
    #expect(end.x.upperBound < 100 && middle.x.lowerBound - end.x.lowerBound == width / 2)
    // Capitals have 0.7 of the size, above the baseline.
    #expect(abs(start.y.lowerBound - 79) <= 1 && abs(start.y.upperBound - 100) <= 1)
    let turned = columns(.start, angle: .pi / 2)
    #expect(abs(turned.x.lowerBound - 79) <= 1 && turned.y.upperBound < 100)
  }
}
