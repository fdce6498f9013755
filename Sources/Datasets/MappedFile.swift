import Glibc

/// A file whose bytes are in memory when they are looked at, and not before; or a part of one, or what one inflates to.
public final class MappedFile: @unchecked Sendable {
  /// Its name in errors.
  public let path: String
  /// Its bytes; nothing ever writes them.
  let bytes: UnsafeRawBufferPointer
  private let owner: Owner

  /// Who gives the bytes back.
  private enum Owner { case mapping, heap, file(MappedFile) }

  /// Its size.
  public var byteCount: Int { bytes.count }

  /// Maps a file.
  ///
  /// - Throws: `DataError.unreadable`.
  public init(_ path: String) throws(DataError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: path, reason: systemError()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, reason: systemError()) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(file: path, reason: "it is no file") }
    (self.path, owner) = (path, .mapping)
    // Nothing can't be mapped.
    guard status.st_size > 0 else { bytes = UnsafeRawBufferPointer(start: nil, count: 0); return }
    let address = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw .unreadable(file: path, reason: systemError()) }
    bytes = UnsafeRawBufferPointer(start: address, count: Int(status.st_size))
  }

  /// Bytes from `malloc`, which are freed with it.
  init(_ name: String, owning bytes: UnsafeMutableRawBufferPointer) {
    (path, self.bytes, owner) = (name, UnsafeRawBufferPointer(bytes), .heap)
  }

  /// The part of `file` in `range`, under a name of its own.
  init(_ name: String, _ range: Range<Int>, of file: MappedFile) {
    (path, bytes, owner) = (name, UnsafeRawBufferPointer(rebasing: file.bytes[range]), .file(file))
  }

  deinit {
    guard let start = bytes.baseAddress.map(UnsafeMutableRawPointer.init(mutating:)) else { return }
    switch owner {
    case .mapping: munmap(start, bytes.count)
    case .heap: free(start)
    case .file: break
    }
  }

  /// Whether the bytes begin with `prefix`.
  func begins(with prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }

  /// The little-endian number at byte `offset`; nil beyond the end.
  func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number? {
    guard offset >= 0, offset <= byteCount - MemoryLayout<Number>.size else { return nil }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
  }
}

/// What the system says about the last call.
func systemError() -> String { String(cString: strerror(errno)) }
