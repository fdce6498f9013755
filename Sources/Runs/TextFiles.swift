import Foundation
package import Vulkan

/// Replaces a file by a text, whole or not at all.
package func writeText(_ text: String, to path: String) throws(VulkanError) {
  let result = Array(text.utf8).withUnsafeBytes { bytes in
    Result { () throws(VulkanError) in try writeAtomically(path, bytes) }
  }
  try result.get()
}

/// Writes all bytes to a descriptor; `name` is what errors call it.
package func writeAll(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(CommandFailure) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      throw CommandFailure("\(name) can't be written: \(systemError())")
    }
    rest = rest.dropFirst(count)
  }
}

/// The text of a file.
package func readText(_ path: String) throws(CommandFailure) -> String {
  guard let file = fopen(path, "re") else { throw CommandFailure("\(path) can't be read: \(systemError())") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&chunk, 1, chunk.count, file)
    bytes += chunk[..<count]
    if count < chunk.count { break }
  }
  guard ferror(file) == 0 else { throw CommandFailure("\(path) can't be read: \(systemError())") }
  return String(decoding: bytes, as: UTF8.self)
}
