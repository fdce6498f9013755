import CZlib
import Glibc

/// Bytes that a compressed file may grow to, so that a small one can't fill the memory: 8 GiB.
let inflationLimit = 8 << 30

/// What stands around deflated bytes.
enum DeflateWrapping {
  /// Header, checksum and length (RFC 1952).
  case gzip
  /// Nothing (RFC 1951).
  case none

  /// What zlib calls it.
  fileprivate var windowBits: Int32 { self == .gzip ? 15 + 16 : -15 }
}

extension MappedFile {
  /// A file, inflated if it is a gzip file.
  ///
  /// - Throws: `DataError.unreadable`, or what `inflated` throws.
  static func contents(of path: String, limit: Int = inflationLimit) throws(DataError) -> MappedFile {
    let file = try MappedFile(path)
    guard file.begins(with: [0x1f, 0x8b]) else { return file }
    return try file.inflated(.gzip, name: path, limit: limit)
  }

  /// What the bytes inflate to: all members of a gzip file, one after the other.
  ///
  /// - Throws: `DataError.malformed` with the offset of what isn't deflated, or ends too early, or has a wrong checksum;
  ///   `DataError.unusable` beyond `limit` bytes.
  func inflated(_ wrapping: DeflateWrapping, name: String, limit: Int) throws(DataError) -> MappedFile {
    // zlib remembers where its state lies, so that it may not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    defer { stream.deallocate() }
    stream.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(stream, wrapping.windowBits, ZLIB_VERSION, size) == Z_OK else {
      throw .unreadable(file: name, reason: "zlib doesn't start")
    }
    defer { inflateEnd(stream) }

    // One byte more than the limit tells what is too long from what just fits.
    var capacity = min(limit + 1, max(1 << 16, 4 * byteCount))
    var output = malloc(capacity)
    defer { free(output) }
    var (read, written) = (0, 0)
    while true {
      if written == capacity {
        capacity = min(limit + 1, 2 * capacity)
        guard let grown = realloc(output, capacity) else {
          throw .unreadable(file: name, reason: "no memory for \(capacity) bytes")
        }
        output = grown
      }
      guard let output else { throw .unreadable(file: name, reason: "no memory for \(capacity) bytes") }
      let (given, room) = (min(byteCount - read, 1 << 30), min(capacity - written, 1 << 30))
      stream.pointee.next_in = bytes.baseAddress.map {
        UnsafeMutablePointer(mutating: ($0 + read).assumingMemoryBound(to: UInt8.self))
      }
      stream.pointee.next_out = (output + written).assumingMemoryBound(to: UInt8.self)
      (stream.pointee.avail_in, stream.pointee.avail_out) = (UInt32(given), UInt32(room))
      let status = inflate(stream, Z_NO_FLUSH)
      read += given - Int(stream.pointee.avail_in)
      written += room - Int(stream.pointee.avail_out)
      guard written <= limit else {
        throw .unusable(
          source: name, found: "more than \(limit) bytes when inflated", expected: "at most as many")
      }
      switch status {
      case Z_OK: continue
      case Z_STREAM_END where read == byteCount: break
      case Z_STREAM_END where wrapping == .gzip: inflateReset(stream); continue
      case Z_STREAM_END:
        throw .malformed(
          file: name, offset: read, found: "\(byteCount - read) more bytes", expected: "the end of the data")
      // There always is room to write, so what it lacks is input.
      case Z_BUF_ERROR:
        throw .malformed(file: name, offset: read, found: "the end", expected: "more compressed data")
      default:
        let complaint = stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(status)"
        throw .malformed(file: name, offset: read, found: complaint, expected: "compressed data")
      }
      break
    }
    let result = realloc(output, max(written, 1)) ?? output
    output = nil
    return MappedFile(name, owning: UnsafeMutableRawBufferPointer(start: result, count: written))
  }

  /// The CRC-32 of the bytes in `range`, as gzip, ZIP and PNG have it.
  func checksum(_ range: Range<Int>) -> UInt32 {
    let part = UnsafeRawBufferPointer(rebasing: bytes[range])
    return UInt32(crc32_z(0, part.baseAddress?.assumingMemoryBound(to: UInt8.self), part.count))
  }
}
