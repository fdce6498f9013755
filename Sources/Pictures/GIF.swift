/// Graphics Interchange Format, version 89a (CompuServe 1990).
extension Animation {
  /// The pictures as the bytes of a GIF: one palette, exact up to 256 colours, else the nearest of 255; transparency is left
  /// out. Each is stored as the rectangle that it changes, in which what stays is transparent.
  ///
  /// - Parameters:
  ///   - loops: how often they are shown; 0 for always.
  ///   - progress: told the number of each picture that is done.
  package func gif(loops: Int = 0, progress: (Int) throws -> Void = { _ in }) throws -> [UInt8] {
    let palette = try palette()
    // The index behind the colours stands for what stays.
    let unchanged = palette.colors.count < 256 ? UInt8(palette.colors.count) : nil
    var bits = 1
    while 1 << bits < palette.colors.count + (unchanged == nil ? 0 : 1) { bits += 1 }
    var bytes = Array("GIF89a".utf8) + words(width, height) + [0xf0 | UInt8(bits - 1), 0, 0]
    for index in 0..<1 << bits {
      let color = index < palette.colors.count ? palette.colors[index] : .black
      bytes += [color.red, color.green, color.blue]
    }
    // Without it they are shown once; it counts the times after the first.
    if loops != 1 {
      bytes += [0x21, 0xff, 11] + Array("NETSCAPE2.0".utf8) + [3, 1] + words(max(0, loops - 1)) + [0]
    }
    try forEach { index, change in
      let area = change.area
      let hidden = index > 0 ? unchanged : nil
      // Disposal 1: what was drawn stays.
      bytes += [0x21, 0xf9, 4, 0x04 | (hidden == nil ? 0 : 1)] + words(delays[index]) + [hidden ?? 0, 0]
      bytes += [0x2c] + words(area.left, area.top, area.width, area.height) + [0]
      var indices = palette.indices(of: change.picture.pixels(in: area))
      if let hidden, let before = change.before?.pixels(in: area) {
        let old = palette.indices(of: before)
        for place in indices.indices where indices[place] == old[place] { indices[place] = hidden }
      }
      var coder = LZW(bits: max(2, bits))
      bytes += [UInt8(max(2, bits))] + coder.encode(indices)
      try progress(index)
    }
    return bytes + [0x3b]
  }

  /// The colours of all pictures.
  private func palette() throws -> Palette {
    var counts: [UInt32: Int] = [:]
    try forEach { _, change in
      // Most pixels are as their left neighbour.
      var (last, run): (UInt32?, Int) = (nil, 0)
      for pixel in change.picture.pixels(in: change.area) {
        if pixel != last {
          if let last { counts[last, default: 0] += run }
          (last, run) = (pixel, 0)
        }
        run += 1
      }
      if let last { counts[last, default: 0] += run }
    }
    return Palette(counts)
  }
}

/// Numbers of 16 bits, the lower byte first.
private func words(_ values: Int...) -> [UInt8] {
  values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8 & 255)] }
}

/// The compression of GIF (Welch 1984): codes of growing length for texts that came before, in blocks of 255 bytes.
struct LZW {
  private let bits: Int
  /// Texts by their beginning and last index, and their codes, in a table with open addressing.
  private var keys = [Int32](repeating: -1, count: 8192)
  private var codes = [UInt16](repeating: 0, count: 8192)
  private var buffer: UInt32 = 0
  private var filled = 0
  private var block: [UInt8] = []
  private var output: [UInt8] = []

  /// A coder for indices of so many bits, from 2 to 8.
  init(bits: Int) { self.bits = bits }

  mutating func encode(_ indices: [UInt8]) -> [UInt8] {
    let (clear, end) = (1 << bits, 1 << bits + 1)
    var (next, length) = (end + 1, bits + 1)
    put(clear, length)
    guard var text = indices.first.map(Int.init) else { return output }
    for index in indices.dropFirst() {
      let key = Int32(text << 8 | Int(index))
      var place = Int(key &* 0x9e5 & 8191)
      while keys[place] != key && keys[place] >= 0 { place = (place + 1) & 8191 }
      if keys[place] == key {
        text = Int(codes[place])
        continue
      }
      put(text, length)
      if next < 4096 {
        (keys[place], codes[place]) = (key, UInt16(next))
        if next == 1 << length { length += 1 }
        next += 1
      } else {
        // 12 bits are full: begin anew.
        put(clear, length)
        keys.withUnsafeMutableBufferPointer { $0.update(repeating: -1) }
        (next, length) = (end + 1, bits + 1)
      }
      text = Int(index)
    }
    put(text, length)
    // The reader knows one text more by then.
    if next == 1 << length, length < 12 { length += 1 }
    put(end, length)
    if filled > 0 { append(UInt8(truncatingIfNeeded: buffer)) }
    flush()
    return output + [0]
  }

  private mutating func put(_ code: Int, _ length: Int) {
    buffer |= UInt32(code) << filled
    filled += length
    while filled >= 8 {
      append(UInt8(truncatingIfNeeded: buffer))
      buffer >>= 8
      filled -= 8
    }
  }

  private mutating func append(_ byte: UInt8) {
    block.append(byte)
    if block.count == 255 { flush() }
  }

  private mutating func flush() {
    guard !block.isEmpty else { return }
    output.append(UInt8(block.count))
    output += block
    block.removeAll(keepingCapacity: true)
  }
}
