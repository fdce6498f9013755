import Vulkan

/// A compiled kernel on disk, with its whole source, so that only an equal source finds it.
///
/// Layout: magic, source bytes, word count, checksum of source and words (each 8 bytes), source, words.
package enum KernelFile {
  private static let magic: UInt64 = 0x3130_4B45_5350_4552
  private static let headerBytes = 32

  /// The ending of a kernel's file.
  package static let ending = ".kernel"

  /// The words kept for `source`, or nil when there are none that can be trusted.
  static func read(directory: String, name: String, source: String) -> [UInt32]? {
    let utf8 = Array(source.utf8)
    return read(directory: directory, name: name) { utf8.elementsEqual($0) }?.words
  }

  /// The words kept under a name, whatever the source, and its length; nil when there are none that can be trusted.
  static func read(
    directory: String, name: String, isSource: (Slice<UnsafeRawBufferPointer>) -> Bool = { _ in true }
  ) -> (words: [UInt32], sourceBytes: Int)? {
    guard let bytes = readFile(path(directory, name), limit: (1 << 26) - 1), bytes.count > headerBytes else {
      return nil
    }
    return bytes.withUnsafeBytes { raw in
      let header = (0..<4).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
      guard header[0] == magic, header[1] < 1 << 26, header[2] < 1 << 24,
        bytes.count == headerBytes + Int(header[1]) + 4 * Int(header[2]),
        header[3] == fnv1a(UnsafeRawBufferPointer(rebasing: raw[headerBytes...]))
      else { return nil }
      let start = headerBytes + Int(header[1])
      guard isSource(raw[headerBytes..<start]) else { return nil }
      let words = (0..<Int(header[2])).map {
        raw.loadUnaligned(fromByteOffset: start + 4 * $0, as: UInt32.self)
      }
      return (words, Int(header[1]))
    }
  }

  /// Keeps `words` for `source`. A cache that can't be written is no error: the kernel is compiled again.
  static func write(directory: String, name: String, source: String, words: [UInt32]) {
    var payload = Array(source.utf8)
    let sourceBytes = payload.count
    words.withUnsafeBytes { payload.append(contentsOf: $0) }
    let header = [
      magic, UInt64(sourceBytes), UInt64(words.count), payload.withUnsafeBytes { fnv1a($0) },
    ]
    let bytes = header.withUnsafeBytes { Array($0) } + payload
    guard makeDirectory(directory) else { return }
    bytes.withUnsafeBytes { try? writeAtomically(path(directory, name), $0) }
  }

  private static func path(_ directory: String, _ name: String) -> String { "\(directory)/\(name)\(ending)" }
}
