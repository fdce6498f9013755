/// The rows of a CSV file (RFC 4180), one after the other; blank lines and a byte order mark are passed over.
struct CSVRows {
  /// A field without its quotes.
  struct Field {
    fileprivate let range: Range<Int>
    fileprivate let hasDoubledQuotes: Bool
  }

  /// The file.
  let file: MappedFile
  /// The line on which the last row begins, from 1.
  private(set) var line = 0
  /// The last row.
  private(set) var fields: [Field] = []
  private var position: Int
  private var nextLine = 1

  /// The rows of `file`.
  init(_ file: MappedFile) {
    self.file = file
    position = file.begins(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  /// Reads the next row into `fields`; false at the end.
  ///
  /// - Throws: `DataError.malformedLine` where quotes aren't as RFC 4180 has them.
  mutating func next() throws(DataError) -> Bool {
    while skipLineEnd() {}
    guard position < file.byteCount else { return false }
    line = nextLine
    fields.removeAll(keepingCapacity: true)
    repeat { fields.append(try field()) } while skip(comma)
    // A field ends at a comma, at the end of a line, or with the file.
    _ = skipLineEnd()
    return true
  }

  /// The text of a field.
  func text(_ field: Field) -> String {
    let text = String(decoding: file.bytes[field.range], as: UTF8.self)
    guard field.hasDoubledQuotes else { return text }
    return text.split(separator: "\"\"", omittingEmptySubsequences: false).joined(separator: "\"")
  }

  /// The number in a field, which blanks may surround; nil where there is none, or one that float32 doesn't hold.
  func number(_ field: Field) -> Float? {
    var bytes = file.bytes[field.range]
    while let first = bytes.first, first == blank || first == tab { bytes.removeFirst() }
    while let last = bytes.last, last == blank || last == tab { bytes.removeLast() }
    var integer: Int32 = 0
    for (index, byte) in bytes.enumerated() {
      guard digits ~= byte, index < 9 else { return other(bytes) }
      integer = integer * 10 + Int32(byte - digits.lowerBound)
    }
    return bytes.isEmpty ? nil : Float(integer)
  }

  /// A number that is no short row of digits. Swift would take names and hexadecimal digits as well.
  private func other(_ bytes: Slice<UnsafeRawBufferPointer>) -> Float? {
    guard bytes.allSatisfy({ digits ~= $0 || numberSigns.contains($0) }),
      let value = Float(String(decoding: bytes, as: UTF8.self)), value.isFinite
    else { return nil }
    return value
  }

  private mutating func field() throws(DataError) -> Field {
    guard skip(quote) else {
      let start = position
      while position < file.byteCount, file.bytes[position] != comma, !isLineEnd {
        guard file.bytes[position] != quote else {
          throw malformed(
            "a quote inside a field that doesn't begin with one", "quotes around the whole field")
        }
        position += 1
      }
      return Field(range: start..<position, hasDoubledQuotes: false)
    }
    let start = position
    var hasDoubledQuotes = false
    while true {
      guard position < file.byteCount else {
        throw malformed("a quote that is never closed", "a closing one")
      }
      if skip(quote) {
        guard skip(quote) else { break }
        hasDoubledQuotes = true
      } else {
        if file.bytes[position] == newline { nextLine += 1 }
        position += 1
      }
    }
    guard position == file.byteCount || file.bytes[position] == comma || isLineEnd else {
      throw malformed("text behind a closing quote", "a comma or the end of the line")
    }
    return Field(range: start..<position - 1, hasDoubledQuotes: hasDoubledQuotes)
  }

  private func malformed(_ found: String, _ expected: String) -> DataError {
    .malformedLine(file: file.path, line: line, column: nil, found: found, expected: expected)
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard position < file.byteCount, file.bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private var isLineEnd: Bool {
    if file.bytes[position] == newline { return true }
    return file.bytes[position] == carriageReturn && position + 1 < file.byteCount
      && file.bytes[position + 1] == newline
  }

  private mutating func skipLineEnd() -> Bool {
    guard position < file.byteCount, isLineEnd else { return false }
    position += file.bytes[position] == newline ? 1 : 2
    nextLine += 1
    return true
  }
}

private let (newline, carriageReturn, tab, blank) = (UInt8(0x0a), UInt8(0x0d), UInt8(0x09), UInt8(0x20))
private let (comma, quote) = (UInt8(0x2c), UInt8(0x22))
private let digits = UInt8(0x30)...UInt8(0x39)
private let numberSigns = Array("+-.eE".utf8)
