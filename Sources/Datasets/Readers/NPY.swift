import Tensors

extension StoredArray {
  /// Reads an NPY file, versions 1 to 3: a magic number, the length of a header, the header, the elements.
  ///
  /// - Throws: `DataError.malformed`; `DataError.unusable` in Fortran's order and for types that hold no numbers.
  init(npy file: MappedFile) throws(DataError) {
    guard file.begins(with: npyMagic), let version = file.number(at: 6, as: UInt8.self) else {
      throw .malformed(
        file: file.path, offset: 0, found: file.opening(8), expected: "\\x93NUMPY and a version")
    }
    guard 1...3 ~= version else {
      throw .malformed(file: file.path, offset: 6, found: "version \(version)", expected: "1, 2 or 3")
    }
    let length =
      version == 1
      ? file.number(at: 8, as: UInt16.self).map(Int.init) : file.number(at: 8, as: UInt32.self).map(Int.init)
    let start = version == 1 ? 10 : 12
    guard let length, length <= file.byteCount - start else {
      throw .malformed(
        file: file.path, offset: 8, found: "\(max(0, file.byteCount - start)) bytes behind it",
        expected: "a header of \(length.map { "\($0) bytes" } ?? "some length")")
    }
    var header = try NPYHeader(file, start..<start + length)
    try header.parse()
    guard let type = header.type, let order = header.isFortran, let shape = header.shape else {
      throw .malformed(
        file: file.path, offset: start, found: "a header that lacks a key",
        expected: "descr, fortran_order and shape")
    }
    guard !order else {
      throw .unusable(
        source: file.path, found: "an array in Fortran's order",
        expected: "C's order, which numpy.ascontiguousarray makes")
    }
    guard let element = Self.elements[String(type.dropFirst())], let order = type.first,
      "<>|=".contains(order)
    else {
      throw .unusable(
        source: file.path, found: "elements of type '\(type)'",
        expected: "b1, u1, u2, u4, u8, i1, i2, i4, i8, f2, f4 or f8")
    }
    try self.init(element, bigEndian: order == ">", shape, in: file, at: start + length)
  }

  private static let elements: [String: Element] = [
    "b1": .bool, "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "u4": .uint32, "i4": .int32,
    "u8": .uint64, "i8": .int64, "f2": .float16, "f4": .float32, "f8": .float64,
  ]
}

/// How NPY files begin.
let npyMagic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/// The header of an NPY file: a Python dictionary of a string, a bool and a tuple of numbers.
private struct NPYHeader {
  private let file: MappedFile
  private let end: Int
  private var position: Int

  private(set) var type: String?
  private(set) var isFortran: Bool?
  private(set) var shape: Shape?

  init(_ file: MappedFile, _ range: Range<Int>) throws(DataError) {
    (self.file, position, end) = (file, range.lowerBound, range.upperBound)
  }

  mutating func parse() throws(DataError) {
    try expect("{")
    while !accept("}") {
      let start = position
      let key = try string()
      try expect(":")
      switch key {
      case "descr": type = try string()
      case "fortran_order": isFortran = try bool()
      case "shape": shape = try tuple()
      default:
        throw .malformed(
          file: file.path, offset: start, found: "key '\(key)'", expected: "descr, fortran_order or shape")
      }
      guard accept(",") else { try expect("}"); break }
    }
    skipBlanks()
    if position < end { throw malformed("the end of the header") }
  }

  private mutating func string() throws(DataError) -> String {
    let quote: Unicode.Scalar = accept("\"") ? "\"" : "'"
    if quote == "'" { try expect("'") }
    let start = position
    while position < end, file.bytes[position] != quote.value { position += 1 }
    guard position < end else { throw malformed("a closing quote") }
    defer { position += 1 }
    return String(decoding: file.bytes[start..<position], as: UTF8.self)
  }

  private mutating func bool() throws(DataError) -> Bool {
    if accept("True") { return true }
    guard accept("False") else { throw malformed("True or False") }
    return false
  }

  private mutating func tuple() throws(DataError) -> Shape {
    try expect("(")
    var sizes: [Int] = []
    while !accept(")") {
      skipBlanks()
      var size: Int?
      while position < end, case let digit = file.bytes[position], 0x30...0x39 ~= digit {
        let (tens, overflows) = (size ?? 0).multipliedReportingOverflow(by: 10)
        let (sum, carries) = tens.addingReportingOverflow(Int(digit - 0x30))
        if overflows || carries { throw malformed("a size below 2⁶³") }
        (size, position) = (sum, position + 1)
      }
      guard let size else { throw malformed("a size") }
      sizes.append(size)
      guard accept(",") else { try expect(")"); break }
    }
    return Shape(sizes)
  }

  private mutating func skipBlanks() {
    while position < end, [0x20, 0x0a].contains(file.bytes[position]) { position += 1 }
  }

  private mutating func accept(_ text: StaticString) -> Bool {
    skipBlanks()
    let text = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard file.bytes[position..<end].starts(with: text) else { return false }
    position += text.count
    return true
  }

  private mutating func expect(_ text: StaticString) throws(DataError) {
    guard accept(text) else { throw malformed("\(text)") }
  }

  private func malformed(_ expected: String) -> DataError {
    let found =
      position < end
      ? "'\(String(decoding: file.bytes[position..<min(end, position + 8)], as: UTF8.self))'"
      : "the end of the header"
    return .malformed(file: file.path, offset: position, found: found, expected: expected)
  }
}
