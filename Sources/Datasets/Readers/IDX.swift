import Tensors

extension StoredArray {
  /// Reads an IDX file, MNIST's format: two zeros, a type, the number of axes, their sizes, all big-endian.
  ///
  /// - Throws: `DataError.malformed`.
  init(idx file: MappedFile) throws(DataError) {
    let types: [UInt8: Element] = [
      0x08: .uint8, 0x09: .int8, 0x0b: .int16, 0x0c: .int32, 0x0d: .float32, 0x0e: .float64,
    ]
    guard let magic = file.number(at: 0, as: UInt32.self).map(\.bigEndian), magic >> 16 == 0,
      let element = types[UInt8(magic >> 8)]
    else {
      throw .malformed(
        file: file.path, offset: 0, found: file.opening(4),
        expected: "IDX: 00 00, a type of 08, 09, 0b, 0c, 0d or 0e, and the number of axes")
    }
    var sizes: [Int] = []
    for axis in 0..<Int(magic & 0xff) {
      guard let size = file.number(at: 4 + 4 * axis, as: UInt32.self).map(\.bigEndian) else {
        throw .malformed(
          file: file.path, offset: 4 + 4 * axis, found: "the end", expected: "the size of axis \(axis)")
      }
      sizes.append(Int(size))
    }
    try self.init(element, bigEndian: true, Shape(sizes), in: file, at: 4 + 4 * sizes.count)
  }
}

extension MappedFile {
  /// The first bytes in hexadecimal, for errors.
  func opening(_ count: Int) -> String {
    guard byteCount > 0 else { return "an empty file" }
    return bytes.prefix(count).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}
