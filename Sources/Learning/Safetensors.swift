import FoundationEssentials
public import Tensors
public import Vulkan

#if canImport(Glibc)
  import Glibc
#endif

/// Named tensors in the safetensors format: 8 bytes of header length, a JSON header, the bytes of all tensors.
public struct Safetensors: Sendable, Equatable {
  /// One tensor's type and bytes, little-endian, row-major.
  public struct Entry: Sendable, Equatable {
    /// Shape and element type.
    public let type: TensorType
    /// Its elements.
    public let bytes: [UInt8]

    /// A tensor of the given elements.
    public init<Element: BitwiseCopyable>(_ type: TensorType, _ elements: [Element]) {
      self.type = type
      bytes = elements.withUnsafeBytes { Array($0) }
    }

    /// The elements, four bytes each.
    public func elements<Element: BitwiseCopyable>(_ element: Element.Type = Float.self) -> [Element] {
      bytes.withUnsafeBytes { raw in
        (0..<raw.count / MemoryLayout<Element>.stride).map {
          raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.stride, as: Element.self)
        }
      }
    }
  }

  /// Tensors by name.
  public var tensors: [String: Entry]
  /// Free text by key.
  public var metadata: [String: String]

  /// A file's contents, still in memory.
  public init(tensors: [String: Entry] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  private struct Item: Codable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  private struct Header: Codable {
    var metadata: [String: String] = [:]
    var items: [String: Item] = [:]

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init() {}

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys {
        if key.stringValue == "__metadata__" {
          metadata = try container.decode([String: String].self, forKey: key)
        } else {
          items[key.stringValue] = try container.decode(Item.self, forKey: key)
        }
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      if !metadata.isEmpty { try container.encode(metadata, forKey: Key(stringValue: "__metadata__")) }
      for (name, item) in items { try container.encode(item, forKey: Key(stringValue: name)) }
    }
  }

  /// How elements of a type of the format become elements of four bytes.
  private struct Encoding {
    let byteCount: Int
    let dataType: DataType
    /// The bits of the element at a byte offset, nil where it is out of range; none where bytes stay as they are.
    var convert: (@Sendable (UnsafeRawBufferPointer, Int) -> UInt32?)?
  }

  private static let encodings: [String: Encoding] = [
    "F32": Encoding(byteCount: 4, dataType: .float32), "I32": Encoding(byteCount: 4, dataType: .int32),
    "U32": Encoding(byteCount: 4, dataType: .uint32),
    "F64": Encoding(byteCount: 8, dataType: .float32) {
      Float(Double(bitPattern: $0.loadUnaligned(fromByteOffset: $1, as: UInt64.self))).bitPattern
    },
    "F16": Encoding(byteCount: 2, dataType: .float32) {
      Float(Float16(bitPattern: $0.loadUnaligned(fromByteOffset: $1, as: UInt16.self))).bitPattern
    },
    "BF16": Encoding(byteCount: 2, dataType: .float32) {
      UInt32($0.loadUnaligned(fromByteOffset: $1, as: UInt16.self)) << 16
    },
    "I64": Encoding(byteCount: 8, dataType: .int32) {
      Int32(exactly: $0.loadUnaligned(fromByteOffset: $1, as: Int64.self)).map(UInt32.init(bitPattern:))
    },
    "U8": Encoding(byteCount: 1, dataType: .int32) { UInt32($0[$1]) },
    "BOOL": Encoding(byteCount: 1, dataType: .int32) { UInt32($0[$1]) },
  ]

  private static let names: [DataType: String] = [.float32: "F32", .int32: "I32", .uint32: "U32"]

  /// Reads a file whole, checking every length and offset.
  ///
  /// - Throws: `CheckpointError` with the byte and what was expected there.
  public init(contentsOf path: String) throws(CheckpointError) {
    try self.init(bytes: Self.read(path), file: path)
  }

  /// Parses the bytes of a file; `file` is its name in errors.
  ///
  /// F64, F16 and BF16 become float32, I64, U8 and BOOL int32.
  public init(bytes: [UInt8], file: String) throws(CheckpointError) {
    func malformed(_ offset: Int, _ found: String, _ expected: String) -> CheckpointError {
      .malformed(file: file, offset: offset, found: found, expected: expected)
    }
    guard bytes.count >= 8 else {
      throw malformed(0, "\(bytes.count) bytes", "at least 8: the header's length")
    }
    let length = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    guard length <= UInt64(bytes.count - 8) else {
      throw malformed(0, "a header of \(length) bytes", "at most the \(bytes.count - 8) that follow")
    }
    let start = 8 + Int(length)
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(bytes[8..<start]))
    } catch {
      throw malformed(
        8, "a header that is no safetensors JSON", "names with dtype, shape, data_offsets")
    }
    self.init(metadata: header.metadata)
    var covered = 0
    // An empty tensor begins and ends where its neighbour begins.
    let inOrder = header.items.sorted {
      $0.value.data_offsets.lexicographicallyPrecedes($1.value.data_offsets)
    }
    for (name, item) in inOrder {
      guard let encoding = Self.encodings[item.dtype] else {
        let known = Self.encodings.keys.sorted().joined(separator: ", ")
        throw malformed(8, "\"\(name)\" of type \(item.dtype)", "one of \(known)")
      }
      var count = 1
      for dimension in item.shape {
        let product = count.multipliedReportingOverflow(by: dimension)
        guard dimension >= 0, !product.overflow, product.partialValue <= bytes.count else {
          throw malformed(8, "\"\(name)\" of shape \(item.shape)", "a shape that the file can hold")
        }
        count = product.partialValue
      }
      let range = item.data_offsets
      let size = encoding.byteCount * count
      guard range == [covered, covered + size], range[1] <= bytes.count - start else {
        throw malformed(
          8, "\"\(name)\" at bytes \(range) of \(bytes.count - start)", "\(size) bytes from \(covered)")
      }
      covered = range[1]
      let type = TensorType(Shape(item.shape), encoding.dataType)
      guard let convert = encoding.convert else {
        tensors[name] = Entry(type, Array(bytes[start + range[0]..<start + range[1]]))
        continue
      }
      var words: [UInt32] = []
      words.reserveCapacity(count)
      for index in 0..<count {
        let offset = start + range[0] + index * encoding.byteCount
        guard let word = bytes.withUnsafeBytes({ convert($0, offset) }) else {
          throw malformed(offset, "an integer of \"\(name)\" beyond 32 bits", "one that int32 holds")
        }
        words.append(word)
      }
      tensors[name] = Entry(type, words)
    }
    guard covered == bytes.count - start else {
      throw malformed(start + covered, "\(bytes.count - start - covered) bytes more", "the end of the file")
    }
  }

  /// The bytes of a file with these tensors; equal contents give equal bytes.
  public func encoded() -> [UInt8] {
    var header = Header()
    header.metadata = metadata
    var data: [UInt8] = []
    for (name, entry) in tensors.sorted(by: { $0.key < $1.key }) {
      header.items[name] = Item(
        dtype: Self.names[entry.type.dataType] ?? "U32", shape: entry.type.shape.dimensions,
        data_offsets: [data.count, data.count + entry.bytes.count])
      data += entry.bytes
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A header of strings and integers always encodes.
    var json = (try? encoder.encode(header)).map { Array($0) } ?? []
    json += [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json + data
  }

  /// Writes the file under a temporary name, syncs it and renames it: never half a file.
  public func write(to path: String) throws(VulkanError) {
    let result = encoded().withUnsafeBytes { bytes in
      Result { () throws(VulkanError) in try writeAtomically(path, bytes) }
    }
    try result.get()
  }

  private static func read(_ path: String) throws(CheckpointError) -> [UInt8] {
    guard let file = fopen(path, "rb") else {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      bytes += chunk[..<count]
      if count < chunk.count { break }
    }
    if ferror(file) != 0 { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
    return bytes
  }
}
