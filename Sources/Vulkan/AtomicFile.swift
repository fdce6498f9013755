import Glibc

/// Replaces the file at `path` by `bytes`, so that a reader, or a crash, meets the old file or the new one.
///
/// Writes a temporary file in the same directory, syncs it, renames it, and syncs the directory. Throws
/// `VulkanError.file`; the temporary file is removed when anything fails.
public func writeAtomically(_ path: String, _ bytes: UnsafeRawBufferPointer) throws(VulkanError) {
  var template = Array("\(path).XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  guard descriptor >= 0 else {
    throw .file(path: path, detail: "no temporary file beside it (\(systemError()))")
  }
  var failure = writeAll(bytes, to: descriptor)
  // mkstemp makes the file private; a finished file gets the usual permissions.
  if failure == nil, fchmod(descriptor, 0o644) != 0 { failure = "fchmod: \(systemError())" }
  if failure == nil, fsync(descriptor) != 0 { failure = "fsync: \(systemError())" }
  if close(descriptor) != 0, failure == nil { failure = "close: \(systemError())" }
  if failure == nil, rename(template, path) != 0 { failure = "rename: \(systemError())" }
  if let failure {
    unlink(template)
    throw .file(path: path, detail: failure)
  }
  syncDirectory(of: path)
}

/// The bytes of a file, or nil when it can't be read or is longer than `limit` bytes.
public func readFile(_ path: String, limit: Int) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_size <= limit else { return nil }
  let size = Int(status.st_size)
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size {
      let got = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
      if got < 0 && errno == EINTR { continue }
      if got <= 0 { return }
      count += got
    }
  }
  return bytes.count == size ? bytes : nil
}

/// Makes `path` and its parents; true when it is a directory that can be written afterwards.
public func makeDirectory(_ path: String) -> Bool {
  var prefix = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    prefix += part + "/"
    if mkdir(prefix, 0o755) != 0 && errno != EEXIST { return false }
  }
  return access(path, W_OK | X_OK) == 0
}

private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> String? {
  var done = 0
  while done < bytes.count {
    let count = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
    if count < 0 && errno == EINTR { continue }
    if count <= 0 { return "write: \(systemError())" }
    done += count
  }
  return nil
}

/// Makes the rename itself survive a crash; file systems that refuse to sync a directory keep what they promise.
private func syncDirectory(of path: String) {
  let slash = path.lastIndex(of: "/")
  let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}

private func systemError() -> String { String(cString: strerror(errno)) }
