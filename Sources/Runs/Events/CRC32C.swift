/// The cyclic redundancy check of Castagnoli's polynomial (RFC 3720, appendix B.4), by a table of a byte's remainders.
package enum CRC32C {
  private static let remainders: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
  }

  /// The checksum of bytes.
  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    remainders.withUnsafeBufferPointer { remainders in
      ~bytes.reduce(~0) { $0 >> 8 ^ remainders[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
  }

  /// The checksum as TFRecord files keep it: turned by 15 bits and moved, so that a checksum of checksums means something
  /// (tsl/lib/hash/crc32c.h).
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let value = checksum(bytes)
    return (value >> 15 | value << 17) &+ 0xA282_EAD8
  }
}

extension [UInt8] {
  /// These bytes as a record of a TFRecord file: length, its checksum, the bytes, theirs; numbers are little-endian.
  var asRecord: [UInt8] {
    let length = UInt64(count).littleEndianBytes
    return length + CRC32C.masked(length).littleEndianBytes + self + CRC32C.masked(self).littleEndianBytes
  }
}

extension FixedWidthInteger {
  /// The bytes of the number, the lowest first.
  var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { [UInt8]($0) } }
}
