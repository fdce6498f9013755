import CZlib

/// Portable Network Graphics (W3C, third edition, 2025): 8 bits a channel, RGB, or RGBA where a pixel is transparent.
enum PNG {
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// A chunk: length, type, data and their CRC.
  static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    let sum = body.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
    return bigEndian(UInt32(data.count)) + body + bigEndian(UInt32(truncatingIfNeeded: sum))
  }

  static func bigEndian<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The header of a picture; `hasAlpha` makes pixels RGBA.
  static func header(width: Int, height: Int, hasAlpha: Bool) -> [UInt8] {
    chunk(
      "IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, hasAlpha ? 6 : 2, 0, 0, 0])
  }

  /// The compressed rows of pixels.
  static func compressed(_ pixels: [UInt32], width: Int, hasAlpha: Bool) -> [UInt8] {
    let channels = hasAlpha ? 4 : 3
    var rows: [UInt8] = []
    rows.reserveCapacity(pixels.count / width * (1 + channels * width))
    var above = [UInt8](repeating: 0, count: channels * width)
    var row = above
    for start in stride(from: 0, to: pixels.count, by: width) {
      for column in 0..<width {
        let pixel = pixels[start + column]
        for channel in 0..<channels {
          row[column * channels + channel] = UInt8(truncatingIfNeeded: pixel >> (8 * UInt32(channel)))
        }
      }
      rows += filtered(row, above, channels)
      above = row
    }
    return deflated(rows)
  }

  /// A row behind the number of its filter: none where it is as the one above or left of it is, as in drawings, where
  /// these make runs of zeros; else the one with the smallest sum of absolute differences, as libpng has it.
  private static func filtered(_ row: [UInt8], _ above: [UInt8], _ channels: Int) -> [UInt8] {
    if row == above { return [2] + [UInt8](repeating: 0, count: row.count) }
    var best: [UInt8] = []
    var least = Int.max
    for filter in 0..<5 as Range<UInt8> {
      var candidate = [filter]
      candidate.reserveCapacity(row.count + 1)
      var sum = 0
      for index in row.indices {
        let left = index < channels ? 0 : Int(row[index - channels])
        let upper = Int(above[index])
        let corner = index < channels ? 0 : Int(above[index - channels])
        let guess =
          switch filter {
          case 0: 0
          case 1: left
          case 2: upper
          case 3: (left + upper) / 2
          default: paeth(left, upper, corner)
          }
        let difference = row[index] &- UInt8(guess)
        candidate.append(difference)
        sum += Int(min(difference, 0 &- difference))
      }
      if sum < least { (best, least) = (candidate, sum) }
    }
    return best
  }

  /// Whichever is nearest to left + upper − corner.
  private static func paeth(_ left: Int, _ upper: Int, _ corner: Int) -> Int {
    let (a, b, c) = (abs(upper - corner), abs(left - corner), abs(left + upper - 2 * corner))
    return a <= b && a <= c ? left : b <= c ? upper : corner
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var length = compressBound(uLong(bytes.count))
    return [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      let status = compress2(buffer.baseAddress, &length, bytes, uLong(bytes.count), 9)
      precondition(status == Z_OK, "zlib can't compress: \(status)")
      count = Int(length)
    }
  }
}

extension Canvas {
  /// Whether a pixel lets through what is behind it.
  var isTransparent: Bool { pixels.contains { $0 >> 24 != 255 } }

  /// The picture as the bytes of a PNG file.
  package func png() -> [UInt8] {
    let hasAlpha = isTransparent
    return PNG.signature + PNG.header(width: width, height: height, hasAlpha: hasAlpha)
      + PNG.chunk("IDAT", PNG.compressed(pixels, width: width, hasAlpha: hasAlpha)) + PNG.chunk("IEND", [])
  }
}

extension Animation {
  /// The pictures as the bytes of an animated PNG, opaque, each as the rectangle that it changes.
  ///
  /// - Parameters:
  ///   - loops: how often they are shown; 0 for always.
  ///   - progress: told the number of each picture that is done.
  package func apng(loops: Int = 0, progress: (Int) throws -> Void = { _ in }) throws -> [UInt8] {
    var bytes = PNG.signature + PNG.header(width: width, height: height, hasAlpha: false)
    bytes += PNG.chunk("acTL", PNG.bigEndian(UInt32(delays.count)) + PNG.bigEndian(UInt32(loops)))
    var number: UInt32 = 0
    func numbered() -> [UInt8] {
      defer { number += 1 }
      return PNG.bigEndian(number)
    }
    try forEach { index, change in
      let area = change.area
      let place = [area.width, area.height, area.left, area.top].flatMap { PNG.bigEndian(UInt32($0)) }
      // Shown over what is there, which stays.
      let control = place + PNG.bigEndian(UInt16(delays[index])) + PNG.bigEndian(UInt16(100)) + [0, 0]
      bytes += PNG.chunk("fcTL", numbered() + control)
      let rows = PNG.compressed(change.picture.pixels(in: area), width: area.width, hasAlpha: false)
      bytes += index == 0 ? PNG.chunk("IDAT", rows) : PNG.chunk("fdAT", numbered() + rows)
      try progress(index)
    }
    return bytes + PNG.chunk("IEND", [])
  }
}
