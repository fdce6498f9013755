import Glibc

/// A file whose bytes are in memory when they are looked at, and not before.
public final class MappedFile: @unchecked Sendable {
  /// Its name in errors.
  public let path: String
  /// Its bytes; nothing ever writes them.
  let bytes: UnsafeRawBufferPointer

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
    self.path = path
    // Nothing can't be mapped.
    guard status.st_size > 0 else { bytes = UnsafeRawBufferPointer(start: nil, count: 0); return }
    let address = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw .unreadable(file: path, reason: systemError()) }
    bytes = UnsafeRawBufferPointer(start: address, count: Int(status.st_size))
  }

  deinit {
    if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
  }
}

/// What the system says about the last call.
func systemError() -> String { String(cString: strerror(errno)) }
