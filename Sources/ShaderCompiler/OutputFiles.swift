import Glibc

/// Files to write together: all beside their places first, then each renamed to its place, so that a reader
/// sees the old content or the new, and a failure leaves nothing behind.
package struct OutputFiles {
  private var files: [(path: String, content: [UInt8])] = []

  /// No files yet.
  package init() {}

  /// Plans to write `content` to `path`.
  package mutating func add(_ content: [UInt8], at path: String) {
    files.append((path, content))
  }

  /// Writes all files, making `folder` first; a file that has the content already is not touched.
  package func write(folder: String) throws(ShaderError) {
    try makeFolder(folder)
    var staged: [(temporary: String, path: String)] = []
    do throws(ShaderError) {
      for file in files where (try? fileBytes(at: file.path)) != file.content {
        let temporary = "\(file.path).\(getpid()).tmp"
        staged.append((temporary, file.path))
        do throws(SystemFault) {
          try write(file.content, to: temporary)
        } catch {
          throw ShaderError(file: file.path, "cannot write: \(error)")
        }
      }
      for (temporary, path) in staged where rename(temporary, path) != 0 {
        throw ShaderError(file: path, "cannot write: \(SystemFault.last)")
      }
    } catch {
      for (temporary, _) in staged { unlink(temporary) }
      throw error
    }
  }

  private func write(_ content: [UInt8], to path: String) throws(SystemFault) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .last }
    var written = 0
    while written < content.count {
      let count = content[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        let fault = SystemFault.last
        close(descriptor)
        throw fault
      }
    }
    guard close(descriptor) == 0 else { throw .last }
  }

  private func makeFolder(_ folder: String) throws(ShaderError) {
    var path = folder.hasPrefix("/") ? "/" : ""
    for part in folder.split(separator: "/") {
      path += part + "/"
      guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
        throw ShaderError(file: folder, "cannot make the folder: \(SystemFault.last)")
      }
    }
  }
}
