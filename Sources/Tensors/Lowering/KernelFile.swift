import Vulkan

/// A compiled kernel on disk, with its whole source, so that only an equal source finds it.
///
/// Layout: magic, source bytes, word count, checksum of source and words (each 8 bytes), source, words.
enum KernelFile {
  private static let magic: UInt64 = 0x3130_4B45_5350_4552
  private static let headerBytes = 32

  /// The words kept for `source`, or nil when there are none that can be trusted.
  static func read(directory: String, name: String, source: String) -> [UInt32]? {
    guard let bytes = readFile(path(directory, name), limit: (1 << 26) - 1), bytes.count > headerBytes else {
      return nil
    }
    return bytes.withUnsafeBytes { raw in
      let header = (0..<4).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
      let utf8 = Array(source.utf8)
      guard header[0] == magic, header[1] == UInt64(utf8.count), header[2] < 1 << 24,
        bytes.count == headerBytes + utf8.count + 4 * Int(header[2]),
        header[3] == fnv1a(UnsafeRawBufferPointer(rebasing: raw[headerBytes...])),
        raw[headerBytes..<headerBytes + utf8.count].elementsEqual(utf8)
      else { return nil }
      return (0..<Int(header[2])).map {
        raw.loadUnaligned(fromByteOffset: headerBytes + utf8.count + 4 * $0, as: UInt32.self)
      }
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

  private static func path(_ directory: String, _ name: String) -> String { "\(directory)/\(name).kernel" }
}
