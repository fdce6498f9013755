import FoundationEssentials
public import Kernels
public import Vulkan

#if canImport(Glibc)
  import Glibc
#endif

/// Kernels and data in one file, behind a manifest, so that nothing has to be compiled where it is loaded.
///
/// The file, all little-endian, after the binary form of glTF: "REPRISE\n"; the format's version and the manifest's length,
/// 4 bytes each; the file's length and the FNV-1a hash of all that follows, 8 bytes each; the manifest, JSON that spaces
/// fill up so that it ends at a multiple of 64; the kernels and the data, each at a multiple of 64 from there.
public struct KernelBundle: Sendable {
  /// The version of the format that is written, and the only one that is read.
  public static let version: UInt32 = 1

  /// What a bundle holds.
  public enum Kind: String, Codable, Sendable {
    /// Kernels for programs that look them up by name.
    case kernels
    /// An environment.
    case environment
    /// A recorded plan with the values of its variables.
    case program
  }

  /// What the bundle holds.
  public let kind: Kind
  /// Its kernels; no two have one name.
  public let kernels: [Kernel]
  /// Data by name.
  public let data: [String: [UInt8]]
  /// The manifest's "contents" as JSON.
  private let contents: [UInt8]
  /// The name of the file in errors.
  package let file: String

  /// A bundle that can be written.
  ///
  /// - Parameters:
  ///   - contents: what the manifest says beside the kernels and the data; its numbers are finite.
  public init(_ kind: Kind, kernels: [Kernel], data: [String: [UInt8]] = [:], contents: some Encodable) {
    self.kind = kind
    self.kernels = kernels
    self.data = data
    // Finite numbers, strings and arrays always encode.
    self.contents = (try? Self.encoder.encode(contents)).map { Array($0) } ?? []
    file = "the bundle"
  }

  /// Reads a file whole, checking every length, offset and hash.
  ///
  /// - Throws: ``BundleError``.
  public init(contentsOf path: String) throws(BundleError) {
    guard let bytes = readFile(path, limit: .max) else {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    try self.init(bytes: bytes, file: path)
  }

  /// Parses the bytes of a file; `file` is its name in errors.
  ///
  /// - Throws: ``BundleError``.
  public init(bytes: [UInt8], file: String) throws(BundleError) {
    let header = try BundleHeader(bytes, file: file)
    let manifest: Manifest
    do {
      manifest = try JSONDecoder().decode(Manifest.self, from: Data(bytes[header.manifest]))
    } catch {
      throw .malformed(
        file: file, offset: BundleHeader.size, found: "a manifest that is not understood (\(error))",
        expected: "JSON with kind, kernels, data and contents")
    }
    func part(_ entry: Manifest.Entry, _ what: String) throws(BundleError) -> ArraySlice<UInt8> {
      let available = bytes.count - header.manifest.upperBound
      guard entry.offset >= 0, entry.bytes >= 0, entry.offset.isMultiple(of: BundleHeader.alignment),
        entry.offset <= available, entry.bytes <= available - entry.offset
      else {
        throw .malformed(
          file: file, offset: BundleHeader.size,
          found: "\(what) \"\(entry.name)\" of \(entry.bytes) bytes at \(entry.offset)",
          expected: "a multiple of \(BundleHeader.alignment) within the \(available) bytes that follow")
      }
      let start = header.manifest.upperBound + entry.offset
      return bytes[start..<start + entry.bytes]
    }
    var kernels: [Kernel] = []
    for entry in manifest.kernels {
      let code = try part(entry, "kernel")
      let words = code.withUnsafeBytes { raw in
        (0..<raw.count / 4).map {
          UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
        }
      }
      guard code.count.isMultiple(of: 4), words.count > 5, words[0] == 0x0723_0203 else {
        throw .malformed(
          file: file, offset: code.startIndex, found: "\(code.count) bytes that are no SPIR-V",
          expected: "the module of kernel \"\(entry.name)\", which begins with 0x07230203")
      }
      kernels.append(Kernel(name: entry.name, words: words))
    }
    var data: [String: [UInt8]] = [:]
    for entry in manifest.data { data[entry.name] = Array(try part(entry, "data")) }
    let names = manifest.kernels.map(\.name) + manifest.data.map(\.name)
    guard Set(names).count == names.count else {
      throw .malformed(
        file: file, offset: BundleHeader.size, found: "a name that stands twice", expected: "each name once")
    }
    (kind, self.kernels, self.data, self.file) = (manifest.kind, kernels, data, file)
    contents = Array(bytes[header.manifest])
  }

  /// What the manifest says beside the kernels and the data.
  ///
  /// - Throws: ``BundleError`` where the bundle is of another kind, or has other contents.
  public func contents<Contents: Decodable>(_ kind: Kind, as _: Contents.Type) throws(BundleError) -> Contents
  {
    guard kind == self.kind else {
      throw .otherKind(file: file, found: "\(self.kind.rawValue)", expected: "\(kind.rawValue)")
    }
    do {
      return try JSONDecoder().decode(Read<Contents>.self, from: Data(contents)).contents
    } catch {
      throw malformed(
        "contents that are not understood (\(error))", expected: "those of a bundle of \(kind.rawValue)")
    }
  }

  /// The kernel called `name`.
  ///
  /// - Throws: ``BundleError`` where there is none.
  public func kernel(_ name: String) throws(BundleError) -> Kernel {
    guard let kernel = kernels.first(where: { $0.name == name }) else {
      throw malformed("no kernel \"\(name)\"", expected: "one, because the bundle names it")
    }
    return kernel
  }

  /// An error about what the manifest says.
  package func malformed(_ found: String, expected: String) -> BundleError {
    .malformed(file: file, offset: BundleHeader.size, found: found, expected: expected)
  }

  /// The bytes of a file; equal bundles give equal bytes.
  public func encoded() -> [UInt8] {
    var body: [UInt8] = []
    func add(_ name: String, _ bytes: [UInt8]) -> Manifest.Entry {
      let entry = Manifest.Entry(name: name, offset: body.count, bytes: bytes.count)
      body += bytes
      body += [UInt8](repeating: 0, count: BundleHeader.padding(after: body.count))
      return entry
    }
    let manifest = Manifest(
      kind: kind,
      kernels: kernels.map { kernel in
        add(kernel.name, kernel.words.flatMap { word in withUnsafeBytes(of: word.littleEndian, Array.init) })
      },
      data: data.sorted { $0.key < $1.key }.map { add($0.key, $0.value) })
    // A manifest of strings and integers always encodes; the contents are JSON already.
    var json = (try? Self.encoder.encode(manifest)).map { Array($0) } ?? []
    json.removeLast()
    json += Array(",\"contents\":".utf8) + contents + [UInt8(ascii: "}")]
    return BundleHeader.file(manifest: json, body: body)
  }

  /// Writes the file under a temporary name, syncs it and renames it: never half a file.
  public func write(to path: String) throws(VulkanError) {
    let result = encoded().withUnsafeBytes { bytes in
      Result { () throws(VulkanError) in try writeAtomically(path, bytes) }
    }
    try result.get()
  }

  /// What every manifest has.
  private struct Manifest: Codable {
    struct Entry: Codable {
      let name: String
      /// From the end of the manifest.
      let offset: Int
      let bytes: Int
    }
    let kind: Kind
    let kernels: [Entry]
    let data: [Entry]
  }

  private struct Read<Contents: Decodable>: Decodable {
    let contents: Contents
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
