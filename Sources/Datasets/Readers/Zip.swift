/// The members of a ZIP file, as NumPy writes them: one volume, no encryption, stored or deflated, below 4 GiB.
struct ZipArchive {
  private struct Member {
    let method, flags: UInt16
    let checksum: UInt32
    let packedSize, size, header: Int
  }

  private let file: MappedFile
  private var members: [String: Member] = [:]
  private var directory = 0

  /// The members' names.
  var names: [String] { members.keys.sorted() }

  /// Reads the central directory.
  ///
  /// - Throws: `DataError.malformed`.
  init(_ file: MappedFile) throws(DataError) {
    self.file = file
    // The last record is 22 bytes and a comment of up to 65 535.
    let last = file.byteCount - 22
    let end = stride(from: last, through: max(0, last - 65_535), by: -1).first {
      file.number(at: $0, as: UInt32.self) == 0x0605_4b50
        && file.number(at: $0 + 20, as: UInt16.self).map { Int($0) } == last - $0
    }
    guard let end, let count = number16(end + 10), let size = number32(end + 12),
      let start = number32(end + 16)
    else {
      throw .malformed(
        file: file.path, offset: max(0, last), found: "no end record",
        expected: "that of a ZIP file's directory")
    }
    guard start + size == end else {
      throw .malformed(
        file: file.path, offset: end, found: "a directory of \(size) bytes from byte \(start) on",
        expected: "one that ends here, in one volume and without ZIP64")
    }
    directory = start
    var position = start
    for _ in 0..<count { position = try readEntry(at: position, end: end) }
    guard position == end else {
      throw .malformed(
        file: file.path, offset: position, found: "\(end - position) more bytes", expected: "\(count) members"
      )
    }
  }

  /// The contents of a member, inflated where it is deflated; nil where there is none of that name.
  ///
  /// - Throws: `DataError.malformed` for a wrong size or checksum, `DataError.unusable` beyond `limit` bytes.
  func contents(of name: String, limit: Int = inflationLimit) throws(DataError) -> MappedFile? {
    guard let member = members[name] else { return nil }
    let path = "\(file.path)(\(name))"
    guard file.number(at: member.header, as: UInt32.self) == 0x0403_4b50,
      let nameSize = number16(member.header + 26), let extraSize = number16(member.header + 28)
    else {
      throw .malformed(
        file: file.path, offset: member.header, found: "no local header", expected: "that of \(name)")
    }
    let start = member.header + 30 + nameSize + extraSize
    guard member.packedSize <= directory - start else {
      throw .malformed(
        file: file.path, offset: start, found: "\(max(0, directory - start)) bytes before the directory",
        expected: "\(member.packedSize) of \(name)")
    }
    guard member.size <= limit else {
      throw .unusable(source: path, found: "\(member.size) bytes when inflated", expected: "at most \(limit)")
    }
    let packed = MappedFile(path, start..<start + member.packedSize, of: file)
    let contents: MappedFile
    switch (member.method, member.flags & 1) {
    case (0, 0): contents = packed
    case (8, 0): contents = try packed.inflated(.none, name: path, limit: member.size)
    default:
      throw .unusable(
        source: path, found: member.flags & 1 == 1 ? "an encrypted member" : "method \(member.method)",
        expected: "a stored or deflated member")
    }
    let checksum = contents.checksum(0..<contents.byteCount)
    guard contents.byteCount == member.size, checksum == member.checksum else {
      throw .malformed(
        file: path, offset: 0,
        found: "\(contents.byteCount) bytes with the checksum \(String(checksum, radix: 16))",
        expected: "\(member.size) with \(String(member.checksum, radix: 16))")
    }
    return contents
  }

  /// Reads a member's entry in the directory; returns where the next one begins.
  private mutating func readEntry(at position: Int, end: Int) throws(DataError) -> Int {
    guard file.number(at: position, as: UInt32.self) == 0x0201_4b50,
      let flags = file.number(at: position + 8, as: UInt16.self),
      let method = file.number(at: position + 10, as: UInt16.self),
      let checksum = file.number(at: position + 16, as: UInt32.self),
      let packedSize = number32(position + 20), let size = number32(position + 24),
      let nameSize = number16(position + 28), let extraSize = number16(position + 30),
      let commentSize = number16(position + 32), let header = number32(position + 42),
      case let next = position + 46 + nameSize + extraSize + commentSize, next <= end
    else {
      throw .malformed(
        file: file.path, offset: position, found: "no whole entry", expected: "a member in the directory")
    }
    let name = String(decoding: file.bytes[(position + 46)...].prefix(nameSize), as: UTF8.self)
    members[name] = Member(
      method: method, flags: flags, checksum: checksum, packedSize: packedSize, size: size, header: header)
    return next
  }

  private func number16(_ offset: Int) -> Int? { file.number(at: offset, as: UInt16.self).map { Int($0) } }
  private func number32(_ offset: Int) -> Int? { file.number(at: offset, as: UInt32.self).map { Int($0) } }
}
