import CPNG
import CTurboJPEG
import Glibc

/// A PNG or JPEG file: what its header says, and its pixels when they are asked for.
struct Picture {
  /// The file.
  let file: MappedFile
  /// Pixels in a column.
  let height: Int
  /// Pixels in a row.
  let width: Int
  /// Whether it has no colours.
  let isGrey: Bool
  private let isPNG: Bool

  /// Pixels of the largest picture that is decoded: 2²⁸.
  static let pixelLimit = 1 << 28

  /// Whether a file begins as a PNG or JPEG file does.
  static func isPicture(_ file: MappedFile) -> Bool {
    file.begins(with: PNG.magic) || file.begins(with: JPEG.magic)
  }

  /// Reads a file's header.
  ///
  /// - Throws: `DataError.malformed` for bytes that are neither format, or a PNG that isn't whole;
  ///   `DataError.unreadable` with what the decoder says; `DataError.unusable` for a picture that is too large.
  init(_ path: String) throws(DataError) {
    file = try MappedFile(path)
    if file.begins(with: PNG.magic) {
      (height, width, isGrey) = try PNG.header(file)
      isPNG = true
    } else if file.begins(with: JPEG.magic) {
      (height, width, isGrey) = try JPEG.header(file)
      isPNG = false
    } else {
      throw .malformed(file: path, offset: 0, found: file.opening(8), expected: "a PNG or JPEG picture")
    }
    // Deflate makes at most 1032 bytes of one, and a byte holds at most 8 pixels; JPEG packs less tightly.
    let limit = min(Self.pixelLimit, 8 * 1032 * file.byteCount)
    guard height > 0, width > 0, height <= limit / width else {
      throw .unusable(
        source: path, found: "a header of \(height)×\(width) pixels and \(file.byteCount) bytes",
        expected: "1 to \(limit) pixels in as many bytes")
    }
  }

  /// The pixels, row by row, with 1 or 3 channels side by side; alpha is dropped.
  ///
  /// - Throws: `DataError.unusable` for a coloured picture and 1 channel, or else what the decoder says.
  func pixels(channels: Int) throws(DataError) -> [UInt8] {
    guard channels == 3 || isGrey else {
      throw .unusable(
        source: file.path, found: "a coloured picture", expected: "a grey one, as the others are")
    }
    return isPNG ? try PNG.pixels(file, channels: channels) : try JPEG.pixels(file, height, width, channels)
  }
}

/// libpng's simplified interface, behind a look at the chunks.
private enum PNG {
  static let magic: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  static func header(_ file: MappedFile) throws(DataError) -> (height: Int, width: Int, isGrey: Bool) {
    try checkChunks(file)
    let image = try begin(file)
    defer { end(image) }
    let isGrey = image.pointee.format & UInt32(PNG_FORMAT_FLAG_COLOR) == 0
    return (Int(image.pointee.height), Int(image.pointee.width), isGrey)
  }

  static func pixels(_ file: MappedFile, channels: Int) throws(DataError) -> [UInt8] {
    let image = try begin(file)
    defer { end(image) }
    // Without a place for alpha libpng would mix the picture with a background.
    let alpha = image.pointee.format & UInt32(PNG_FORMAT_FLAG_ALPHA)
    image.pointee.format = alpha | (channels == 3 ? UInt32(PNG_FORMAT_FLAG_COLOR) : 0)
    // 16 bits are a finer 8 bits, not linear light.
    image.pointee.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let count = Int(image.pointee.width) * Int(image.pointee.height) * channels
    let stored = channels + (alpha == 0 ? 0 : 1)
    var bytes = [UInt8](repeating: 0, count: count / channels * stored)
    guard png_image_finish_read(image, nil, &bytes, 0, nil) != 0 else { throw failure(image, file) }
    if stored > channels {
      for index in 0..<count { bytes[index] = bytes[index / channels * stored + index % channels] }
      bytes.removeLast(bytes.count - count)
    }
    return bytes
  }

  /// Starts to read; libpng remembers where the image is, so that it may not move.
  private static func begin(_ file: MappedFile) throws(DataError) -> UnsafeMutablePointer<png_image> {
    let image = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
    image.initialize(to: png_image())
    image.pointee.version = UInt32(PNG_IMAGE_VERSION)
    guard png_image_begin_read_from_memory(image, file.bytes.baseAddress, file.byteCount) != 0 else {
      defer { end(image) }
      throw failure(image, file)
    }
    return image
  }

  private static func end(_ image: UnsafeMutablePointer<png_image>) {
    png_image_free(image)
    image.deallocate()
  }

  private static func failure(_ image: UnsafeMutablePointer<png_image>, _ file: MappedFile) -> DataError {
    let message = withUnsafeBytes(of: image.pointee.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .unreadable(file: file.path, reason: "libpng: \(message)")
  }

  /// Walks over the chunks, each a length, a type, data and a checksum, because libpng names no offsets.
  private static func checkChunks(_ file: MappedFile) throws(DataError) {
    var offset = magic.count
    while true {
      guard let length = file.number(at: offset, as: UInt32.self).map({ Int($0.bigEndian) }),
        let checksum = file.number(at: offset + 8 + length, as: UInt32.self)?.bigEndian
      else {
        throw .malformed(
          file: file.path, offset: file.byteCount, found: "the end", expected: "the rest of a PNG chunk")
      }
      guard file.checksum(offset + 4..<offset + 8 + length) == checksum else {
        throw .malformed(
          file: file.path, offset: offset + 8 + length, found: "checksum \(String(checksum, radix: 16))",
          expected: "that of the chunk before it")
      }
      guard !file.bytes[(offset + 4)...].starts(with: Array("IEND".utf8)) else { return }
      offset += 12 + length
    }
  }
}

/// TurboJPEG.
private enum JPEG {
  static let magic: [UInt8] = [0xff, 0xd8, 0xff]

  static func header(_ file: MappedFile) throws(DataError) -> (height: Int, width: Int, isGrey: Bool) {
    let decoder = try decoder(file)
    defer { tjDestroy(decoder) }
    var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    guard
      tjDecompressHeader3(
        decoder, bytes(file), UInt(file.byteCount), &width, &height, &subsampling, &colours) == 0
    else { throw failure(decoder, file) }
    guard colours != Int32(TJCS_CMYK.rawValue), colours != Int32(TJCS_YCCK.rawValue) else {
      throw .unusable(source: file.path, found: "a JPEG in CMYK", expected: "a grey one or one in colours")
    }
    return (Int(height), Int(width), colours == Int32(TJCS_GRAY.rawValue))
  }

  static func pixels(_ file: MappedFile, _ height: Int, _ width: Int, _ channels: Int) throws(DataError)
    -> [UInt8]
  {
    let decoder = try decoder(file)
    defer { tjDestroy(decoder) }
    var pixels = [UInt8](repeating: 0, count: height * width * channels)
    let format = Int32(channels == 3 ? TJPF_RGB.rawValue : TJPF_GRAY.rawValue)
    guard
      tjDecompress2(
        decoder, bytes(file), UInt(file.byteCount), &pixels, Int32(width), 0, Int32(height), format,
        TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) == 0
    else { throw failure(decoder, file) }
    return pixels
  }

  private static func decoder(_ file: MappedFile) throws(DataError) -> tjhandle {
    guard let decoder = tjInitDecompress() else {
      throw .unreadable(file: file.path, reason: "TurboJPEG doesn't start")
    }
    return decoder
  }

  private static func bytes(_ file: MappedFile) -> UnsafePointer<UInt8>? {
    file.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
  }

  private static func failure(_ decoder: tjhandle, _ file: MappedFile) -> DataError {
    .unreadable(file: file.path, reason: "TurboJPEG: \(String(cString: tjGetErrorStr2(decoder)))")
  }
}
