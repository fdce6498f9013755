import Foundation
import Testing

@testable import Pictures

/// Files as Pillow reads them.
struct AnimationTests {
  /// Pictures of which each changes another part of the one before, the third nothing.
  private func pictures(_ width: Int, _ height: Int, colors: Int) -> [Canvas] {
    var picture = Canvas.noise(width, height, colors: colors, seed: 2)
    let other = Canvas.noise(width, height, colors: colors, seed: 3)
    var pictures = [picture]
    for part in [1..<2, 0..<0, 0..<width / 2, width - 1..<width, 0..<width] {
      for y in height / 3..<height {
        for x in part where x < width { picture[x, y] = other[x, y] }
      }
      pictures.append(picture)
    }
    return pictures
  }

  private func animation(_ pictures: [Canvas]) -> Animation {
    Animation(
      width: pictures[0].width, height: pictures[0].height, delays: pictures.indices.map { 2 + 3 * $0 }
    ) { pictures[$0] }
  }

  @Test(arguments: [(1, 1, 1), (1, 1, 2), (7, 3, 2), (7, 3, 5), (31, 17, 255), (33, 18, 256), (150, 90, 256)])
  func `GIF and APNG hold every pixel, delay and size`(_ width: Int, _ height: Int, _ colors: Int) throws {
    let pictures = pictures(width, height, colors: colors)
    let animation = animation(pictures)
    for bytes in [try animation.gif(), try animation.apng()] {
      let read = try Pillow(reading: bytes)
      #expect(read.size == [width, height])
      #expect(read.frames.map(\.duration) == animation.delays.map { Double(10 * $0) })
      #expect(read.frames.map(\.pixels) == pictures.map(\.pixels))
      #expect(read.loop == 0)
    }
    #expect(try animation.gif() == animation.gif())
  }

  @Test func `They are shown as often as was asked for`() throws {
    let animation = animation(pictures(7, 3, colors: 3))
    for loops in [2, 5] {
      // GIF counts the times after the first.
      #expect(try Pillow(reading: animation.gif(loops: loops)).loop == loops - 1)
      #expect(try Pillow(reading: animation.apng(loops: loops)).loop == loops)
    }
    #expect(try Pillow(reading: animation.gif(loops: 1)).loop == nil)
  }

  @Test func `What stays takes no bytes`() throws {
    let still = Canvas.noise(90, 60, colors: 200, seed: 5)
    var moved = still
    moved[44, 30] = .black
    let once = animation([still])
    let twice = animation([still, moved])
    #expect(try twice.gif().count - once.gif().count < 40)
    #expect(try twice.apng().count - once.apng().count < 120)
  }

  /// The squared error of Pillow's median cut is the measure.
  @Test func `More than 256 colours take the nearest of 255`() throws {
    var picture = Canvas(width: 64, height: 48)
    for y in 0..<48 {
      for x in 0..<64 { picture[x, y] = Color(UInt8(4 * x), UInt8(5 * y), UInt8(2 * (x + y))) }
    }
    var other = picture
    for y in 10..<30 { other[20, y] = Color(hex: 0xff0010) }
    let read = try Pillow(reading: animation([picture, other]).gif())
    for (frame, picture) in zip(read.frames, [picture, other]) {
      #expect(Set(frame.pixels).count <= 255)
      let program = """
        import sys
        from PIL import Image
        image = Image.open(sys.argv[1])
        cut = image.quantize(255, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
        print(sum((a - b) ** 2 for p, q in zip(image.getdata(), cut.getdata()) for a, b in zip(p, q)))
        """
      let peer = try #require(
        Int(String(decoding: Pillow.run(program, on: picture.png()), as: UTF8.self).dropLast()))
      #expect(squaredError(frame.pixels, picture.pixels) < peer)
    }
  }

  private func squaredError(_ pixels: [UInt32], _ others: [UInt32]) -> Int {
    zip(pixels, others).reduce(0) { sum, pair in
      let (a, b) = (Color(packed: pair.0), Color(packed: pair.1))
      let differences = [(a.red, b.red), (a.green, b.green), (a.blue, b.blue)].map { Int($0) - Int($1) }
      return sum + differences.reduce(0) { $0 + $1 * $1 }
    }
  }

  @Test(arguments: [(1, 1), (7, 3), (64, 33)])
  func `PNG holds every pixel, transparent ones too`(_ width: Int, _ height: Int) throws {
    var smooth = Canvas(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width { smooth[x, y] = Color(UInt8(3 * x), UInt8(7 * y), UInt8(x + y)) }
    }
    for picture in [
      Canvas.noise(width, height, colors: 1000, seed: 4), smooth,
      Canvas.noise(width, height, colors: 1000, seed: 4, alpha: true),
    ] {
      let read = try Pillow(reading: picture.png())
      #expect(read.size == [width, height] && read.frames.count == 1)
      #expect(read.frames[0].pixels == picture.pixels)
    }
  }

  /// Python's own CRC, and the numbers by which chunks of an animation are in order.
  @Test func `Chunks have their sums and numbers`() throws {
    let bytes = try animation(pictures(31, 17, colors: 255)).apng()
    let program = """
      import struct, sys, zlib
      data = open(sys.argv[1], "rb").read()
      at, number = 8, 0
      while at < len(data):
          length, kind = struct.unpack(">I4s", data[at:at + 8])
          body = data[at + 8:at + 8 + length]
          assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
          if kind in (b"fcTL", b"fdAT"):
              assert struct.unpack(">I", body[:4])[0] == number
              number += 1
          at += 12 + length
          print(kind.decode(), end=" ")
      """
    let kinds = String(decoding: try Pillow.run(program, on: bytes), as: UTF8.self)
    #expect(kinds == "IHDR acTL fcTL IDAT " + String(repeating: "fcTL fdAT ", count: 5) + "IEND ")
  }
}
