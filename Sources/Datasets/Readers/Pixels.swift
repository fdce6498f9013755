/// Rearranges and resizes pixels whose channels lie side by side.
enum Pixels {
  /// Writes each channel as a plane of its own: [height, width, channels] becomes [channels, height, width].
  static func separate(
    _ pixels: UnsafeRawBufferPointer, channels: Int, into planes: UnsafeMutableBufferPointer<UInt8>
  ) {
    let count = pixels.count / channels
    for channel in 0..<channels {
      for pixel in 0..<count { planes[channel * count + pixel] = pixels[pixel * channels + channel] }
    }
  }

  /// Resizes as Pillow's `Image.resize(BILINEAR)` does: a triangle that is as wide as the step between pixels of the
  /// smaller picture, rows first, each pass rounded to bytes.
  static func resized(
    _ pixels: [UInt8], channels: Int, from old: (height: Int, width: Int), to new: (height: Int, width: Int)
  ) -> [UInt8] {
    let rows =
      old.width == new.width
      ? pixels
      : resampled(
        pixels, lines: old.height, from: old.width, to: new.width, elementStride: channels,
        lineStride: old.width * channels, channels: channels, newLineStride: new.width * channels)
    guard old.height != new.height else { return rows }
    // A column is a line whose elements are a row apart; its channels are lines of their own.
    return resampled(
      rows, lines: new.width * channels, from: old.height, to: new.height,
      elementStride: new.width * channels, lineStride: 1, channels: 1, newLineStride: 1)
  }

  /// Resamples each line of a picture to another length; elements keep their stride.
  private static func resampled(
    _ pixels: [UInt8], lines: Int, from old: Int, to new: Int, elementStride: Int, lineStride: Int,
    channels: Int, newLineStride: Int
  ) -> [UInt8] {
    let windows = windows(from: old, to: new)
    var result = [UInt8](repeating: 0, count: pixels.count / old * new)
    for line in 0..<lines {
      for (index, window) in windows.enumerated() {
        for channel in 0..<channels {
          var sum = Int32(1) << (fractionBits - 1)
          var place = line * lineStride + window.first * elementStride + channel
          for weight in window.weights {
            sum &+= Int32(pixels[place]) &* weight
            place += elementStride
          }
          result[line * newLineStride + index * elementStride + channel] =
            UInt8(clamping: sum >> fractionBits)
        }
      }
    }
    return result
  }

  /// Pillow's fixed point: 8 bits of a byte, 22 of a weight, 2 to spare.
  private static let fractionBits: Int32 = 22

  /// For each new element, the old ones under its triangle and their weights, which add up to 1.
  private static func windows(from old: Int, to new: Int) -> [(first: Int, weights: [Int32])] {
    let scale = Double(old) / Double(new)
    let reach = max(scale, 1)
    return (0..<new).map { index in
      let center = (Double(index) + 0.5) * scale
      let first = max(0, Int(center - reach + 0.5))
      let end = min(old, Int(center + reach + 0.5))
      let weights = (first..<end).map { max(0, 1 - abs((Double($0) - center + 0.5) / reach)) }
      let sum = weights.reduce(0, +)
      return (first, weights.map { Int32(($0 / sum * Double(1 << fractionBits)).rounded()) })
    }
  }
}
