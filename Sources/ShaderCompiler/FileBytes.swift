import Glibc

/// A call to the system that failed, in the system's own words.
package struct SystemFault: Error, CustomStringConvertible {
  /// The value of `errno`.
  package let code: Int32

  /// The fault of the call that just failed.
  package static var last: SystemFault { SystemFault(code: errno) }

  /// For example "No such file or directory".
  package var description: String { String(cString: strerror(code)) }
}

/// The whole content of the file at `path`.
package func fileBytes(at path: String) throws(SystemFault) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .last }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = read(descriptor, &block, block.count)
    if count > 0 {
      bytes.append(contentsOf: block[..<count])
    } else if count == 0 {
      return bytes
    } else if errno != EINTR {
      throw .last
    }
  }
}
