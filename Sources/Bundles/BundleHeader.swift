import Vulkan

/// The first bytes of a bundle, which say where its manifest lies and what all bytes hash to.
struct BundleHeader {
  /// Bytes before the manifest.
  static let size = 32
  /// Each part of a bundle begins at a multiple of this.
  static let alignment = 64
  private static let magic = Array("REPRISE\n".utf8)

  /// Where the manifest lies.
  let manifest: Range<Int>

  /// Checks a file's header, length and hash.
  init(_ bytes: [UInt8], file: String) throws(BundleError) {
    func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
      bytes.withUnsafeBytes {
        Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
      }
    }
    guard bytes.count >= Self.size else {
      throw .malformed(
        file: file, offset: 0, found: "\(bytes.count) bytes",
        expected: "at least the \(Self.size) of a header")
    }
    guard Array(bytes.prefix(8)) == Self.magic else {
      throw .malformed(
        file: file, offset: 0, found: "another beginning", expected: "\"REPRISE\" and a line's end")
    }
    let version = number(8, UInt32.self)
    guard version == KernelBundle.version else {
      throw .otherVersion(file: file, found: version, expected: KernelBundle.version)
    }
    let length = number(16, UInt64.self)
    guard length == UInt64(bytes.count) else {
      throw .malformed(
        file: file, offset: 16, found: "\(bytes.count) bytes", expected: "the \(length) that the header says")
    }
    let manifestLength = Int(number(12, UInt32.self))
    guard manifestLength <= bytes.count - Self.size else {
      throw .malformed(
        file: file, offset: 12, found: "a manifest of \(manifestLength) bytes",
        expected: "at most the \(bytes.count - Self.size) that follow")
    }
    let (found, expected) = (Self.hash(bytes[Self.size...]), number(24, UInt64.self))
    guard found == expected else {
      throw .damaged(
        file: file, found: String(found, radix: 16), expected: String(expected, radix: 16))
    }
    manifest = Self.size..<Self.size + manifestLength
  }

  /// A whole file.
  static func file(manifest: [UInt8], body: [UInt8]) -> [UInt8] {
    let spaces = padding(after: size + manifest.count)
    let rest = manifest + [UInt8](repeating: UInt8(ascii: " "), count: spaces) + body
    var header = magic
    func add(_ number: some FixedWidthInteger) {
      withUnsafeBytes(of: number.littleEndian) { header += $0 }
    }
    add(KernelBundle.version)
    add(UInt32(manifest.count + spaces))
    add(UInt64(size + rest.count))
    add(hash(rest[...]))
    return header + rest
  }

  /// Bytes from `count` to the next multiple of the alignment.
  static func padding(after count: Int) -> Int { (alignment - count % alignment) % alignment }

  private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.withUnsafeBytes { fnv1a($0) } }
}
